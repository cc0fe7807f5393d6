"""The input of `git fast-import` for one commit. Pure: text in, bytes out, one file at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fleetgen.errors import InputError, problem


class TreeEntry(NamedTuple):
    """A file of a commit as git lists it: its mode, the id of its blob, its path from the top."""

    mode: str
    oid: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitDraft:
    """A commit that does not exist yet.

    `ref` will point to it; `parent` is None for the first one; `ident` is who commits, with the time, as git writes it.
    `replace`: prefix -> path -> text: below each prefix there will be these files and those of `known`, whose contents the
    repository has.
    """

    ref: str
    parent: str | None
    ident: str
    message: str
    replace: Mapping[str, Mapping[str, str]]
    known: Sequence[TreeEntry] = ()


def commit_stream(draft: CommitDraft) -> Iterator[bytes]:
    """The input in parts. Raises InputError E0107 for a path that git would refuse."""
    yield f"commit {draft.ref}\nauthor {draft.ident}\ncommitter {draft.ident}\n".encode()
    yield _data(draft.message)
    if draft.parent is not None:
        yield f"from {draft.parent}\n".encode()
    yield from _replacements(draft.replace, draft.known)
    yield b"done\n"


def _replacements(replace: Mapping[str, Mapping[str, str]], known: Sequence[TreeEntry]) -> Iterator[bytes]:
    for prefix in sorted(replace):
        yield b"D " + _quoted(prefix.rstrip("/")) + b"\n" if prefix.strip("/") else b"deleteall\n"
    for entry in sorted(known, key=lambda entry: entry.path):
        yield f"M {entry.mode} {entry.oid} ".encode() + _quoted(entry.path) + b"\n"
    for prefix in sorted(replace):
        for path in sorted(replace[prefix]):
            if prefix.strip("/") and not path.startswith(prefix.rstrip("/") + "/"):
                raise ValueError(f"{path} is not below {prefix}")
            yield b"M 100644 inline " + _quoted(path) + b"\n" + _data(replace[prefix][path])


def _data(text: str) -> bytes:
    content = text.encode("utf-8")
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    """C-style quotes, so that no name can end the line. What git itself refuses in a tree is refused here with its name."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts) or any(ord(sign) < 0x20 for sign in path):
        raise InputError(problem("E0107", f"{path!r} cannot be a path in the repository", fix="rename what it is made from"))
    return b'"' + path.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogateescape") + b'"'
