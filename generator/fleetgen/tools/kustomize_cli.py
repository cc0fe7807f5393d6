"""The real kustomize, as the build stage asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fleetgen.model.manifest import Built
from fleetgen.tools import process
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import checked, workspace, write_all

# 1 is "I refuse what you wrote"; a Go program that panics ends with 2.
_ANSWERS = frozenset({0, 1})
# Nothing listens there: a remote resource that slipped through fails at once instead of being fetched.
_NO_NETWORK = "http://127.0.0.1:9"
_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeCli:
    """Meets the port `Builder`. `on_built` hears how many roots of how many are done."""

    tool: Tool
    environ: Mapping[str, str] = field(repr=False)
    jobs: int = 1
    on_built: Callable[[int, int], None] = field(default=lambda _done, _total: None, repr=False)

    def build(self, files: Mapping[str, str], roots: Sequence[str]) -> Sequence[Built]:
        """Build each of `roots` in a folder that holds `files`. A refusal is a `Built` with `error`; a crash is a ToolError."""
        with workspace() as folder:
            tree, home = folder / "tree", folder / "home"
            tree.mkdir()
            home.mkdir()
            write_all(tree, files)
            commands = [self._command(root, tree, home) for root in roots]
            ran = process.run_all(commands, self.jobs, lambda done: self.on_built(done, len(roots)))
            return tuple(_built(root, each, folder) for root, each in zip(roots, ran, strict=True))

    def _command(self, root: str, tree: Path, home: Path) -> Command:
        # PATH is an empty folder: kustomize can start neither git nor helm nor a plugin. A short-lived process needs no garbage
        # collector and no second thread (about a third of its time on two cores).
        tuning = {"GOGC": "off", "GOMAXPROCS": "1", "GOTRACEBACK": "single"}
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NO_NETWORK)
        env = process.scrubbed(self.environ, {**tuning, **proxies, "HOME": str(home), "PATH": str(home)})
        return Command(
            argv=(str(self.tool.path), "build", "--", checked(root)),
            cwd=tree,
            env=env,
            ok=_ANSWERS,
            timeout=_TIMEOUT_SECONDS,
            fix=f"check the tool: fleetgen tools list; or build it again: fleetgen tools install {self.tool.name}",
        )


def _built(root: str, ran: Ran, folder: Path) -> Built:
    return Built(root=root, text=ran.out, error="") if ran.code == 0 else Built(root=root, text="", error=_words(ran.err, folder))


def _words(stderr: str, folder: Path) -> str:
    """What kustomize said, without the place where it happened to run."""
    text = stderr.replace(f"{folder / 'tree'}/", "").replace(str(folder / "tree"), ".").replace(str(folder), "")
    lines = [line for line in text.splitlines() if not line.startswith("# Warning:")]
    return re.sub(r"\AError:\s*", "", "\n".join(lines).strip()) or "no reason given"
