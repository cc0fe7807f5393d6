"""Git's own server side, one request a process, and the copies of repositories that a rehearsal serves."""

from __future__ import annotations

import os
from pathlib import Path

from fleetgen.tools import process
from fleetgen.tools.process import Command


def advertise(bare: Path, protocol: str) -> bytes:
    """The answer to `info/refs?service=git-upload-pack`; `protocol` is the Git-Protocol header."""
    refs = _git(protocol, "upload-pack", "--stateless-rpc", "--http-backend-info-refs", str(bare))
    return refs if protocol.startswith("version=2") else b"001e# service=git-upload-pack\n0000" + refs


def upload_pack(bare: Path, body: bytes, protocol: str) -> bytes:
    """The answer to one `git-upload-pack` request."""
    return _git(protocol, "upload-pack", "--stateless-rpc", str(bare), stdin=body)


def copy(source: Path, commit: str, bare: Path, ref: str) -> None:
    """A bare repository with the history of one commit of `source`, under `ref` only. ToolError E1103 in git's words."""
    _git("", "init", "--quiet", "--bare", "--initial-branch=none", str(bare))
    _git("", "-C", str(bare), "fetch", "--quiet", "--no-tags", str(source.absolute()), f"+{commit}:{ref}")


def check_out(bare: Path, ref: str, folder: Path) -> None:
    """The files at `ref` of a bare repository."""
    folder.mkdir(parents=True)
    _git("", "--git-dir", str(bare), "--work-tree", str(folder), "checkout", "--quiet", "--force", ref, "--", ".")


def _git(protocol: str, *args: str, stdin: bytes = b"") -> bytes:
    env = process.scrubbed(
        os.environ,
        {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_PROTOCOL": protocol, "GIT_TERMINAL_PROMPT": "0"},
    )
    safe = (
        "git",
        "-c",
        "safe.directory=*",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "uploadpack.allowAnySHA1InWant=true",
        "-c",
        "gc.auto=0",
    )
    return process.run(Command(argv=(*safe, *args), env=env, stdin=stdin)).stdout
