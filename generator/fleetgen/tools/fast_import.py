"""The input of `git fast-import` for one commit. Pure: text in, bytes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fleetgen.errors import InputError, problem


def commit_stream(
    *,
    ref: str,
    parent: str | None,
    ident: str,
    message: str,
    replace: Mapping[str, Mapping[str, str]],
    keep: Sequence[tuple[str, str, str]],
) -> bytes:
    """A commit on `parent` in which each prefix holds exactly its files, and what is in `keep` (mode, oid, path)."""
    parts = [f"commit {ref}\nauthor {ident}\ncommitter {ident}\n".encode(), _data(message)]
    if parent is not None:
        parts.append(f"from {parent}\n".encode())
    parts.extend(_replacements(replace, keep))
    return b"".join((*parts, b"done\n"))


def _replacements(replace: Mapping[str, Mapping[str, str]], keep: Sequence[tuple[str, str, str]]) -> Iterator[bytes]:
    for prefix in sorted(replace):
        yield b"D " + _quoted(prefix.rstrip("/")) + b"\n" if prefix.strip("/") else b"deleteall\n"
    for mode, oid, path in sorted(keep, key=lambda entry: entry[2]):
        yield f"M {mode} {oid} ".encode() + _quoted(path) + b"\n"
    for prefix in sorted(replace):
        for path, text in sorted(replace[prefix].items()):
            if prefix.strip("/") and not path.startswith(prefix.rstrip("/") + "/"):
                raise ValueError(f"{path} is not below {prefix}")
            yield b"M 100644 inline " + _quoted(path) + b"\n" + _data(text)


def _data(text: str) -> bytes:
    content = text.encode("utf-8")
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    """C-style quotes, so that no name can end the line. What git itself refuses in a tree is refused here with its name."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts) or any(ord(sign) < 0x20 for sign in path):
        raise InputError(problem("E0107", f"{path!r} cannot be a path in the repository", fix="rename what it is made from"))
    return b'"' + path.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogateescape") + b'"'
