"""The committed Rego, judged by opa and regal, and by what Gatekeeper would refuse in a cluster."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from generator.model.plain import Json, JsonObject
from generator.model.policy import Policy
from generator.tools import process
from generator.tools.opa_cli import OpaCli
from generator.tools.process import Command
from generator.tools.toolchain import Tool

REGO = ("policies/rego",)
# `operation`, `userInfo` and `namespaceObject` are not there in audits and in gator, so a rule on them would differ
REVIEWED = {("review", "object"), ("review",), ("parameters",)}


def test_formatted(opa: OpaCli) -> None:
    assert opa.unformatted(REGO) == ()


def test_strict_and_without_impure_or_newer_built_ins(opa: OpaCli, root: Path) -> None:
    ran = opa.check(REGO, capabilities=root / "policies" / "capabilities.json")
    assert (ran.code, ran.stderr.decode()) == (0, "")


def test_tests_pass(opa: OpaCli) -> None:
    ran = opa.test(REGO)
    failed = [one for one in json.loads(ran.stdout) if one.get("fail") or one.get("error") or one.get("skip")]
    assert (ran.code, failed) == (0, [])


def test_every_line_is_covered(opa: OpaCli) -> None:
    report = json.loads(opa.test(REGO, coverage=True).stdout)
    missing = {path: part["not_covered"] for path, part in report["files"].items() if part.get("not_covered")}
    assert (missing, report["coverage"]) == ({}, 100)


def test_regal(tools: Callable[[str], Tool], root: Path) -> None:
    argv = (str(tools("regal").path), "lint", "--format", "json", *REGO)
    env = process.scrubbed(os.environ, {"REGAL_DISABLE_VERSION_CHECK": "true"})
    ran = process.run(Command(argv=argv, cwd=root, env=env, ok=frozenset({0, 2, 3})))
    found = [(one["location"]["file"], one["location"]["row"], one["title"]) for one in json.loads(ran.stdout)["violations"]]
    assert found == []


def test_every_policy_is_tested_in_three_ways(root: Path, policies: Mapping[str, Policy]) -> None:
    for policy in policies.values():
        text = (root / policy.place.path).with_name("policy_test.rego").read_text("utf-8")
        kinds = set(re.findall(r"^test_(passing|failing|malformed)", text, re.MULTILINE))
        assert kinds == {"passing", "failing", "malformed"}, policy.place.path


def modules(rego: Mapping[str, str], opa: OpaCli, wanted: str) -> Iterator[tuple[str, JsonObject]]:
    for path in rego:
        if re.search(wanted, path):
            yield path, cast("JsonObject", opa.parse(path))


def nodes(tree: Json) -> Iterator[JsonObject]:
    """Every mapping in a syntax tree."""
    if isinstance(tree, dict):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(value)


def refs(tree: Json, head: str) -> Iterator[tuple[str, ...]]:
    """The constant parts of every reference that starts with `head`; `?` stands for what is not constant."""
    for node in nodes(tree):
        parts = cast("list[JsonObject]", node.get("value")) if node.get("type") == "ref" else []
        if parts and parts[0].get("value") == head:
            yield tuple(str(part["value"]) if part["type"] == "string" else "?" for part in parts[1:])


@pytest.fixture(scope="module")
def portable(rego: Mapping[str, str], opa: OpaCli, policies: Mapping[str, Policy]) -> dict[str, JsonObject]:
    """Syntax trees of everything that also runs in clusters: libraries, and policies that are not for the gate alone."""
    exported = {policy.place.path for policy in policies.values() if policy.where != "gate"}
    return {path: tree for path, tree in modules(rego, opa, r"/lib/|/policy\.rego$") if "/lib/" in path or path in exported}


def test_portable_imports_are_libraries(portable: Mapping[str, JsonObject]) -> None:
    imports = {path: [found[:1] for found in refs(tree.get("imports", []), "data")] for path, tree in portable.items()}
    others = {
        path: [*refs(tree.get("imports", []), "rego"), *refs(tree.get("imports", []), "input")] for path, tree in portable.items()
    }
    assert {found for several in imports.values() for found in several} == {("lib",)}
    assert {path: found for path, found in others.items() if found} == {}


def test_portable_rules_reach_no_data(portable: Mapping[str, JsonObject]) -> None:
    assert {path: [*refs(tree["rules"], "data")] for path, tree in portable.items() if [*refs(tree["rules"], "data")]} == {}


def test_portable_rules_read_object_and_parameters_only(portable: Mapping[str, JsonObject]) -> None:
    """Whole `input` is given to libraries, which read the same two."""
    read = {
        found[:2] if found[:1] == ("review",) else found[:1]
        for tree in portable.values()
        for found in refs(tree["rules"], "input")
    }
    assert read - {()} <= REVIEWED


def test_libraries_lie_below_lib(portable: Mapping[str, JsonObject]) -> None:
    for path, tree in portable.items():
        package = [str(part["value"]) for part in cast("list[JsonObject]", cast("JsonObject", tree["package"])["path"])]
        wanted = ["data", "lib"] if "/lib/" in path else ["data", "policies"]
        assert (package[:2], len(package) > 2) == (wanted, True)


def test_no_complete_rule_has_two_bodies(rego: Mapping[str, str], opa: OpaCli) -> None:
    """Two bodies that hold with different values stop the whole evaluation, and with it every other policy."""
    for path, tree in modules(rego, opa, r"/policy\.rego$|/lib/"):
        heads = [cast("JsonObject", rule["head"]) for rule in cast("list[JsonObject]", tree["rules"]) if not rule.get("default")]
        complete = [
            head for head in heads if "key" not in head and "args" not in head and len(cast("list[Json]", head["ref"])) == 1
        ]
        with_value = [str(head["name"]) for head in complete if head["value"] != {"type": "boolean", "value": True}]
        assert sorted(with_value) == sorted(set(with_value)), path
