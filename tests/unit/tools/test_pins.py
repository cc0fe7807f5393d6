from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleetgen.errors import ToolError
from fleetgen.tools import pins
from fleetgen.tools.pins import ToolUse

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
        ("nope", GO_MOD, "there is no tool 'nope'"),
        (
            "demo",
            GO_MOD.replace("demo/v2 v2", "else v2").replace("example.com/demo v0", "example.com/x v0"),
            "no version is required for",
        ),
        ("demo", GO_MOD.replace("tool example", "// example"), "0 lines match"),
        ("demo", "//fleetgen:for fun\n" + GO_MOD, "a tool cannot be for 'fun'"),
    ],
    ids=["unknown", "no version", "no tool line", "an unknown use"],
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
    versions = {name: pins.read(root, name).version for name in pins.names(root, use=ToolUse.ORDINARY)}
    assert versions == {"conftest": "v0.71.1", "gator": "v3.23.1", "kustomize": "v5.8.1", "opa": "v1.22.2"}
    tests = {name: pins.read(root, name).version for name in pins.names(root, use=ToolUse.TESTS)}
    assert tests == {"promtool": "v0.313.5", "regal": "v0.42.0"}
    rehearsal = {name: pins.read(root, name).version for name in pins.names(root, use=ToolUse.REHEARSALS)}
    assert rehearsal == {
        "argocd": "v3.3.10",
        "etcd": "v3.6.14",
        "gatekeeper": "v3.23.1",
        "helm": "v3.19.4",
        "kube-apiserver": "v1.36.1",
        "kube-controller-manager": "v1.36.1",
        "kube-scheduler": "v1.36.1",
        "kwok": "v0.8.0",
        "miniredis": "v2.35.0",
    }


SEVERAL = """module fleetgen.io/tools/several

//fleetgen:for rehearse
//fleetgen:ldflags -X example.com/version.git={version}
//fleetgen:files a/*.yaml b/**
go 1.26

tool (
\texample.com/several/cmd/one
\texample.com/several/cmd/two
)

require example.com/several v1.2.3

replace (
\texample.com/inner => example.com/inner v9.9.9
)
"""


def test_a_folder_with_several_tools(tmp_path: Path) -> None:
    library(tmp_path, SEVERAL)
    assert pins.names(tmp_path) == ("one", "two")
    assert [pins.names(tmp_path, use=use) for use in ToolUse] == [(), ("one", "two"), ()]
    pin = pins.read(tmp_path, "two")
    assert (pin.package, pin.version, pin.ldflags, pin.files) == (
        "example.com/several/cmd/two",
        "v1.2.3",
        "-X example.com/version.git=v1.2.3",
        ("a/*.yaml", "b/**"),
    )
    assert pin.identity == ("example.com/several/cmd/two", "example.com/several", "v1.2.3")


def test_a_program_of_our_own(tmp_path: Path) -> None:
    """Its build information says `(devel)`; what it is, its sources decide."""
    requires = "require example.com/redis v2.0.0\nrequire example.com/lua v1.1.1 // indirect\n"
    text = f"module fleetgen.io/tools/demo\n\ngo 1.26\n\n{requires}"
    library(tmp_path, text)
    main = tmp_path / "tools" / "demo" / "main.go"
    main.write_text("package main", encoding="utf-8")
    pin = pins.read(tmp_path, "demo")
    assert (pin.version, pin.own, pin.identity) == (
        "v2.0.0",
        True,
        ("fleetgen.io/tools/demo", "fleetgen.io/tools/demo", "(devel)"),
    )
    before = pin.digest
    main.write_text("package other", encoding="utf-8")
    assert pin.digest != before


def test_no_host_of_a_registry_in_the_wrapper_modules_and_locks(root: Path) -> None:
    files = [*(root / "tools").glob("*/go.mod"), *(root / "requirements").glob("*.txt"), *(root / "requirements").glob("*.in")]
    assert [
        file.name for file in files if re.search(r"https?://|--index-url|--find-links", file.read_text(encoding="utf-8"))
    ] == []
