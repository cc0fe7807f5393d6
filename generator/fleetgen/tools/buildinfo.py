"""Read which module and version a Go binary was built from, without Go: these builds print `dev` when asked."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\xff Go buildinf:"
_ALIGNMENT = 16
_HEADER = 32
_INLINE_STRINGS = 2  # flag of Go 1.18 and later: length-prefixed strings follow the header
_SENTINEL = 16  # the module text is framed by two markers of this length
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInfo:
    """`path` is the package that was built; `module` and `version` are those of the module that holds it."""

    go: str
    path: str
    module: str
    version: str


def read(binary: Path) -> BuildInfo | None:
    """The build information of `binary`; None if it has none (not Go, stripped of it, damaged, unreadable)."""
    try:
        with binary.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _parse(data)
    except (OSError, ValueError, IndexError):  # ValueError: an empty file cannot be mapped; IndexError: cut off
        return None


def _parse(data: mmap.mmap) -> BuildInfo | None:
    start = data.find(_MAGIC)
    while start >= 0:
        # The magic also stands in the text of programs that look for it; the real one is aligned and well-formed.
        if start % _ALIGNMENT == 0 and data[start + 15] & _INLINE_STRINGS:
            go, after = _string(data, start + _HEADER)
            text, _ = _string(data, after)
            if go.startswith(b"go"):
                return _fields(go.decode("utf-8", "replace"), text[_SENTINEL:-_SENTINEL].decode("utf-8", "replace"))
        start = data.find(_MAGIC, start + 1)
    return None


def _string(data: mmap.mmap, offset: int) -> tuple[bytes, int]:
    length, shift = 0, 0
    while True:
        byte = data[offset]
        length |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            break
    if length > _LONGEST or offset + length > len(data):
        raise ValueError(length)
    return data[offset : offset + length], offset + length


def _fields(go: str, text: str) -> BuildInfo:
    lines = [line.split("\t") for line in text.splitlines()]
    path = next((line[1] for line in lines if line[0] == "path" and len(line) > 1), "")
    module = next((line for line in lines if line[0] == "mod" and len(line) > 2), ["mod", "", ""])
    return BuildInfo(go=go, path=path, module=module[1], version=module[2])
