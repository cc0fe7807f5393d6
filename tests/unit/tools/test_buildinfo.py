from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.tools import buildinfo
from fleetgen.tools.buildinfo import BuildInfo

MAGIC = b"\xff Go buildinf:"


def varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)


def blob(
    go: str = "go1.26.8", path: str = "example.com/tool/cmd", module: str = "example.com/tool", version: str = "v1.2.3"
) -> bytes:
    text = f"path\t{path}\nmod\t{module}\t{version}\th1:abc=\ndep\texample.com/other\tv9.9.9\th1:x=\n".encode()
    framed = b"s" * 16 + text + b"e" * 16
    header = MAGIC + b"\x08\x02" + bytes(16)
    return header + varint(len(go)) + go.encode() + varint(len(framed)) + framed


WANTED = BuildInfo(go="go1.26.8", path="example.com/tool/cmd", module="example.com/tool", version="v1.2.3")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x7fELF" + bytes(60) + blob(), WANTED),
        (b"see " + MAGIC + b"!" * 46 + blob(), WANTED),
        (b"", None),
        (b"#!/bin/sh\necho v1.2.3\n", None),
        (blob()[:60], None),
        (blob()[:-20], None),
        (MAGIC, None),
        (MAGIC + b"\x08\x02" + bytes(16) + b"\xff" * 20, None),
        (blob(go="rust"), None),
    ],
    ids=[
        "found",
        "its name in a text before",
        "empty",
        "script",
        "cut in strings",
        "cut in text",
        "only magic",
        "endless length",
        "not go",
    ],
)
def test_read(tmp_path: Path, content: bytes, expected: BuildInfo | None) -> None:
    file = tmp_path / "tool"
    file.write_bytes(content)
    assert buildinfo.read(file) == expected


def test_a_file_that_is_not_there_has_no_information(tmp_path: Path) -> None:
    assert buildinfo.read(tmp_path / "none") is None


def test_a_build_without_module_has_empty_version(tmp_path: Path) -> None:
    framed = b"s" * 16 + b"path\tcommand-line-arguments\n" + b"e" * 16
    file = tmp_path / "tool"
    file.write_bytes(MAGIC + b"\x08\x02" + bytes(16) + varint(7) + b"go1.27." + varint(len(framed)) + framed)
    assert buildinfo.read(file) == BuildInfo(go="go1.27.", path="command-line-arguments", module="", version="")
