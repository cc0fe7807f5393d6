from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.tools import pins

GO_MOD = """module fleetgen.io/tools/demo

go 1.26.8

tool example.com/demo/v2/cmd/demo

require (
\texample.com/demo v0.1.0 // indirect
\texample.com/demo/v2 v2.3.4 // indirect
\texample.com/other v1.0.0 // indirect
)
"""


def library(folder: Path, text: str = GO_MOD) -> Path:
    (folder / "tools" / "demo").mkdir(parents=True)
    (folder / "tools" / "demo" / "go.mod").write_text(text, encoding="utf-8")
    (folder / "tools" / "demo" / "go.sum").write_text("sums", encoding="utf-8")
    return folder


def test_the_longest_module_that_holds_the_package_is_the_one(tmp_path: Path) -> None:
    pin = pins.read(library(tmp_path), "demo")
    found = (pin.package, pin.module, pin.version, pin.go)
    assert found == ("example.com/demo/v2/cmd/demo", "example.com/demo/v2", "v2.3.4", (1, 26, 8))


def test_the_digest_follows_both_files(tmp_path: Path) -> None:
    pin = pins.read(library(tmp_path), "demo")
    before = pin.digest
    (pin.folder / "go.sum").write_text("other", encoding="utf-8")
    assert pin.digest != before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("nope", GO_MOD, "no tool is called 'nope'"),
        (
            "demo",
            GO_MOD.replace("demo/v2 v2", "else v2").replace("example.com/demo v0", "example.com/x v0"),
            "no version is required for",
        ),
        ("demo", GO_MOD.replace("tool example", "// example"), "0 lines match"),
    ],
    ids=["unknown", "no version", "no tool line"],
)
def test_broken_pins(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(ToolError, match=re.escape(message)) as caught:
        pins.read(library(tmp_path, text), name)
    assert caught.value.findings[0].code == "E1101"


@pytest.mark.parametrize(
    ("text", "expected"), [("go1.26.8", (1, 26, 8)), ("1.27", (1, 27)), ("go1.27rc1", (1, 27)), ("devel", (0,))]
)
def test_version_tuple(text: str, expected: tuple[int, ...]) -> None:
    assert pins.version_tuple(text) == expected


def test_the_tools_of_this_project(root: Path) -> None:
    versions = {name: pins.read(root, name).version for name in pins.names(root)}
    assert versions == {"conftest": "v0.71.1", "kustomize": "v5.8.1", "opa": "v1.22.2", "regal": "v0.42.0"}


def test_no_host_of_a_registry_in_the_wrapper_modules_and_locks(root: Path) -> None:
    files = [*(root / "tools").glob("*/go.mod"), *(root / "requirements").glob("*.txt"), *(root / "requirements").glob("*.in")]
    assert [
        file.name for file in files if re.search(r"https?://|--index-url|--find-links", file.read_text(encoding="utf-8"))
    ] == []
