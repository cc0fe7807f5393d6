"""How conftest's answers are read, without conftest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleetgen.errors import EvaluationFailed, ToolError
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.result import Result
from fleetgen.tools.conftest_cli import _spread, _verdicts
from fleetgen.tools.process import Command, Ran

COVERAGE = {
    "msg": "gate coverage",
    "metadata": {"coverage": {"ids": ["a"], "targets": 1, "policies": {"FG-1": ["a"]}}, "query": "q"},
}


def ran(answer: Any) -> Ran:  # noqa: ANN401 - somebody's JSON
    return Ran(command=Command(argv=("conftest",), env={}), code=0, stdout=json.dumps(answer).encode(), stderr=b"")


def answer(**changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - somebody's JSON
    return [{"filename": "0/000000.json", "namespace": "main", "successes": 0, "warnings": [COVERAGE], **changes}]


def test_results_and_coverage_are_taken_apart() -> None:
    failures = [{"msg": "b", "metadata": {"policy": "FG-1", "id": "1", "query": "data.main.deny"}}, {"msg": "a"}]
    assert _verdicts(ran(answer(failures=failures))) == {
        "0/000000.json": Verdict(
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
        (answer(warnings=[]), "0/000000.json: 0 coverage records instead of one; the gate's own rules did not run"),
        (
            answer(warnings=[COVERAGE, COVERAGE]),
            "0/000000.json: 2 coverage records instead of one; the gate's own rules did not run",
        ),
        (answer(namespace="other"), "conftest answered twice about 0/000000.json, or for another namespace: other"),
        (answer() * 2, "conftest answered twice about 0/000000.json, or for another namespace: main"),
        (answer(exceptions=[{"msg": "x"}]), "0/000000.json: the policies use conftest's `exception` rules"),
        (
            answer(warnings=[{"msg": "gate coverage", "metadata": {"coverage": {"ids": 3}}}]),
            "0/000000.json: a broken coverage record: {'ids': 3}",
        ),
    ],
    ids=["null", "object", "no coverage", "two coverages", "namespace", "twice", "exceptions", "broken coverage"],
)
def test_silence_and_nonsense_are_failures(given: object, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        _verdicts(ran(given))
    assert [(finding.code, finding.message) for finding in caught.value.findings] == [("E1103", message)]


@pytest.mark.parametrize(
    ("texts", "jobs", "expected"),
    [
        (["a", "bbbb", "cc", "dd"], 2, [[(1, "bbbb"), (0, "a")], [(2, "cc"), (3, "dd")]]),
        (["a"], 4, [[(0, "a")]]),
        (["a", "b"], 1, [[(0, "a"), (1, "b")]]),
    ],
    ids=["by size", "no empty share", "one job"],
)
def test_spread(texts: list[str], jobs: int, expected: list[list[tuple[int, str]]]) -> None:
    assert _spread(texts, jobs) == expected


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (
            (
                "Error: running test: query rule: check: query rule: evaluating policy: policy/policies/rego/x/y/policy.rego:31:"
                " eval_conflict_error: complete rules must not produce multiple outputs\n"
            ),
            "policies/rego/x/y/policy.rego:31",
        ),
        ("Error: running test: load: loading policies: policy/x.rego:1: rego_parse_error: no match found\n", ""),
    ],
    ids=["one rule", "nothing can be loaded"],
)
def test_a_failed_rule_is_told_from_policies_that_do_not_load(words: str, place: str) -> None:
    failed = Ran(command=Command(argv=("conftest",), env={}), code=1, stdout=b"", stderr=words.encode())
    with pytest.raises(ToolError) as caught:
        _verdicts(failed)
    (finding,) = caught.value.findings
    assert (type(caught.value) is EvaluationFailed, str(finding.place or ""), finding.code) == (
        bool(place),
        place,
        "E0809" if place else "E1103",
    )
