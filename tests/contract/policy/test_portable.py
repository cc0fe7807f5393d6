"""Rego that Gatekeeper refuses or reads differently, by the syntax trees of the real opa."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from fleetgen.model.place import Place
from fleetgen.policy.portable import check
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import write_all
from tests.fleets import policy

POLICY = "policies/rego/pod/no_privileged/policy.rego"
LIBRARY = "policies/rego/lib/texts/texts.rego"
SOUND = 'violation contains {"msg": "x", "details": {"a": 1}} if input.parameters.a'
_NOT_THERE = "does not exist in both gates"
_NOT_SAME = "is not the same in both gates"
# what follows `package` in a policy -> (line, message) of what is found
CASES: Mapping[str, tuple[str, list[tuple[int, str]]]] = {
    "sound": (f"import data.lib.texts\nimport future.keywords.in\n{SOUND}", []),
    "rego.v1": (f"import rego.v1\n{SOUND}", [(2, "Gatekeeper refuses `import rego.v1`")]),
    "input imported": (f"import input.review\n{SOUND}", [(2, "Gatekeeper refuses `import input.review`")]),
    "inventory imported": (f"import data.inventory\n{SOUND}", [(2, "Gatekeeper refuses `import data.inventory`")]),
    "other data imported": (f"import data.gate.match\n{SOUND}", [(2, "Gatekeeper refuses `import data.gate.match`")]),
    "library that is not there": (f"import data.lib.text\n{SOUND}", [(2, "there is no library lib.text")]),
    "inventory": (f"{SOUND}\na if data.inventory.cluster", [(3, f"data.inventory.cluster {_NOT_SAME}")]),
    "library not imported": (f"{SOUND}\na if data.lib.texts.short", [(3, f"data.lib.texts.short {_NOT_SAME}")]),
    "any data": (f"{SOUND}\na if data[input.parameters.x]", [(3, f"data[...] {_NOT_SAME}")]),
    "all data": (f"{SOUND}\na if count(data) > 0", [(3, f"data {_NOT_SAME}")]),
    "who asks": (f"{SOUND}\na if input.review.userInfo.name", [(3, f"input.review.userInfo.name {_NOT_THERE}")]),
    "operation": (f'{SOUND}\na if input.review["operation"]', [(3, f"input.review.operation {_NOT_THERE}")]),
    "operation by get": (
        f'{SOUND}\na if object.get(input, ["review", "operation"], "") == ""\nb if object.get(input.review, "oldObject", {{}})',
        [(3, f"input.review.operation {_NOT_THERE}"), (4, f"input.review.oldObject {_NOT_THERE}")],
    ),
    "any input": (f"{SOUND}\na if input[input.parameters.x]", [(3, f"input[...] {_NOT_THERE}")]),
    "object by get": (f'{SOUND}\na if object.get(input, ["review", "object", "spec"], {{}}) == {{}}', []),
    "text": ('violation contains "x"', [(2, "an element of `violation` has type string")]),
    "no msg": (
        'violation contains {"message": "x"}',
        [
            (2, "an element of `violation` has no `msg`"),
            (2, "an element of `violation` has the key 'message', which Gatekeeper drops"),
        ],
    ),
    "number": ('violation contains {"msg": 7}', [(2, "the `msg` of a violation has type number, which stops Gatekeeper")]),
    "one value": ('violation := {"msg": "x"}', [(2, "`violation` is not a set")]),
    "no violation": ("a := 1", [(1, "there is no rule `violation`")]),
    "two values": (
        f"{SOUND}\na := 1 if input.parameters.a\nb := 1\na := 2 if input.parameters.b",
        [(5, "the complete rule 'a' has two bodies (the first in line 3); if both hold, the run stops")],
    ),
    "two ways to be true, else, default, function": (
        f"{SOUND}\na if input.parameters.a\na if input.parameters\ndefault b := 1\nb := 2 if a\nelse := 3\nf(1) := 1\nf(2) := 2",
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_policy(name: str, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    text, expected = CASES[name]
    files = {POLICY: f"package policies.pod.no_privileged\n{text}\n", LIBRARY: "package lib.texts\n\nshort := 1\n"}
    assert found(files, tools, tmp_path) == [(POLICY, line, message) for line, message in expected]


def test_what_stays_at_the_gate_may_read_what_it_likes(tools: Callable[[str], Tool], tmp_path: Path) -> None:
    files = {POLICY: "package policies.pod.no_privileged\nimport data.gate.match\nviolation contains 1 if input.clusters\n"}
    assert found(files, tools, tmp_path, where="gate") == []


def test_library(tools: Callable[[str], Tool], tmp_path: Path) -> None:
    files = {
        LIBRARY: dedent("""\
        package texts

        short if input.clusters

        a := 1

        a := 2
        """)
    }
    assert found(files, tools, tmp_path) == [
        (LIBRARY, 7, "the complete rule 'a' has two bodies (the first in line 5); if both hold, the run stops"),
        (LIBRARY, 1, "the package of a library is 'texts'; Gatekeeper accepts only packages below 'lib'"),
        (LIBRARY, 3, f"input.clusters {_NOT_THERE}"),
    ]


def found(
    files: Mapping[str, str], tools: Callable[[str], Tool], folder: Path, where: str = "both"
) -> list[tuple[str, int, str]]:
    write_all(folder, files)
    trees = OpaCli(tool=tools("opa"), root=folder, environ={}).parse(list(files))
    results = [*check(trees, {"FG-POD-001": policy(where=where)})]
    assert {result.code for result in results} <= {"E0816", "E0817"}
    assert all(isinstance(result.place, Place) and result.fix for result in results)
    return [(result.place.path, result.place.line, result.message) for result in results if result.place]
