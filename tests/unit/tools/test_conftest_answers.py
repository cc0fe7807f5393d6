"""How conftest's answers are read, without conftest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleetgen.errors import ToolError
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.result import Result
from fleetgen.tools.conftest_cli import _verdicts
from fleetgen.tools.process import Command, Ran

COVERAGE = {
    "msg": "gate coverage",
    "metadata": {"coverage": {"ids": ["a"], "targets": 1, "policies": {"FG-1": ["a"]}}, "query": "q"},
}


def ran(answer: Any) -> Ran:  # noqa: ANN401 - somebody's JSON
    return Ran(command=Command(argv=("conftest",), env={}), code=0, stdout=json.dumps(answer).encode(), stderr=b"")


def answer(**changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - somebody's JSON
    return [{"filename": "inputs/000000.json", "namespace": "main", "successes": 0, "warnings": [COVERAGE], **changes}]


def test_results_and_coverage_are_taken_apart() -> None:
    failures = [{"msg": "b", "metadata": {"policy": "FG-1", "id": "1", "query": "data.main.deny"}}, {"msg": "a"}]
    assert _verdicts(ran(answer(failures=failures))) == {
        "inputs/000000.json": Verdict(
            results=(
                Result(policy="", constraint="", action="deny", id="", message="a"),
                Result(policy="FG-1", constraint="", action="deny", id="1", message="b"),
            ),
            coverage=Coverage(ids=("a",), targets=1, policies={"FG-1": ("a",)}),
        )
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "`conftest` gave an answer that is not a list of results\n  stdout:\n    null\n  stderr: (none)"),
        ({}, "`conftest` gave an answer that is not a list of results\n  stdout:\n    {}\n  stderr: (none)"),
        (answer(warnings=[]), "inputs/000000.json: 0 coverage records instead of one; the gate's own rules did not run"),
        (
            answer(warnings=[COVERAGE, COVERAGE]),
            "inputs/000000.json: 2 coverage records instead of one; the gate's own rules did not run",
        ),
        (answer(namespace="other"), "conftest answered twice about inputs/000000.json, or for another namespace: other"),
        (answer() * 2, "conftest answered twice about inputs/000000.json, or for another namespace: main"),
        (answer(exceptions=[{"msg": "x"}]), "inputs/000000.json: the policies use conftest's `exception` rules"),
        (
            answer(warnings=[{"msg": "gate coverage", "metadata": {"coverage": {"ids": 3}}}]),
            "inputs/000000.json: a broken coverage record: {'ids': 3}",
        ),
    ],
    ids=["null", "object", "no coverage", "two coverages", "namespace", "twice", "exceptions", "broken coverage"],
)
def test_silence_and_nonsense_are_failures(given: object, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        _verdicts(ran(given))
    assert [(finding.code, finding.message) for finding in caught.value.findings] == [("E1103", message)]
