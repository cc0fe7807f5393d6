"""The rules of the golden cases, checked and unit-tested by promtool: see tests/rules/README.md."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.tools import process
from fleetgen.tools.toolchain import Tool
from fleetgen.yamlfile import dump, load_manifests

ROOT: Final = Path(__file__).parents[3]
GOLDEN: Final = ROOT / "tests" / "golden" / "components"
TESTS: Final = ROOT / "tests" / "rules"
Tools = Callable[[str], Tool]


def groups(case: str) -> list[Json]:
    """The rule groups of a golden case, as kustomize built them (tests/contract/components holds the file to that)."""
    built = load_manifests((GOLDEN / case / "expected" / "built.yaml").read_text(encoding="utf-8"))
    found = [item for item in built if isinstance(item, dict) and item["kind"] == "PrometheusRule"]
    return [group for item in found for group in cast("list[Json]", cast("JsonObject", item["spec"])["groups"])]


def cases() -> list[str]:
    """`component/case` of every golden case with rules."""
    names = sorted(path.parents[1].relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*/expected/built.yaml"))
    return [name for name in names if groups(name)]


def files() -> list[str]:
    """`component/file` of every file of unit tests."""
    return sorted(path.relative_to(TESTS).as_posix() for path in TESTS.glob("*/*.test.yaml"))


def promtool(tools: Tools, folder: Path, *arguments: str) -> str:
    """What promtool says; empty if it is content."""
    command = process.Command(
        argv=(str(tools("promtool").path), *arguments), cwd=folder, env=process.scrubbed(os.environ), ok=frozenset(range(256))
    )
    ran = process.run(command)
    return "" if ran.code == 0 else ran.out + ran.err


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    """A folder with the rules of every case of a component, each in `<case>.yaml`."""

    def made(component: str) -> Path:
        for case in (name for name in cases() if name.startswith(f"{component}/")):
            (tmp_path / f"{case.rpartition('/')[2]}.yaml").write_text(dump({"groups": groups(case)}), encoding="utf-8")
        return tmp_path

    return made


@pytest.mark.parametrize("case", cases())
def test_rules_are_valid(case: str, folder: Callable[[str], Path], tools: Tools) -> None:
    component, _, name = case.partition("/")
    said = promtool(tools, folder(component), "check", "rules", "--lint=all", "--lint-fatal", f"{name}.yaml")
    assert said == ""


@pytest.mark.parametrize("name", files())
def test_rules_do_what_their_tests_say(name: str, folder: Callable[[str], Path], tools: Tools) -> None:
    component, _, file = name.partition("/")
    place = folder(component)
    (place / file).write_bytes((TESTS / name).read_bytes())
    assert promtool(tools, place, "test", "rules", file) == ""


def fired(component: str) -> Iterator[str]:
    """The alerts that some test of the component expects to fire."""
    for path in TESTS.glob(f"{component}/*.test.yaml"):
        (document,) = load_manifests(path.read_text(encoding="utf-8"))
        for each in cast("list[JsonObject]", cast("JsonObject", document)["tests"]):
            for expected in cast("list[JsonObject]", each.get("alert_rule_test", [])):
                if expected.get("exp_alerts"):
                    yield str(expected["alertname"])


@pytest.mark.parametrize("component", sorted({case.partition("/")[0] for case in cases()}))
def test_every_alert_fires_in_some_test(component: str) -> None:
    """A rule that was never seen to fire is a wish."""
    rules = [
        cast("JsonObject", rule)
        for case in cases()
        if case.startswith(f"{component}/")
        for group in groups(case)
        for rule in cast("list[Json]", cast("JsonObject", group)["rules"])
    ]
    assert sorted({str(rule["alert"]) for rule in rules if "alert" in rule} - set(fired(component))) == []
