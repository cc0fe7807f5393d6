"""What gator prints, and what is made of it. The texts are those of gator v3.23.1."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fleetgen.model.gatekeeper import Case, Reviewed
from fleetgen.model.plain import Json
from fleetgen.model.result import Result
from fleetgen.tools.gator_cli import _case, _cases, _reviewed, _stream
from fleetgen.tools.process import Command, Ran

VERIFIED = """\
=== RUN   0
    === RUN   a=1
    --- PASS: a=1\t(0.003s)
    === RUN   a=2
    --- FAIL: a=2\t(0.002s)
        unexpected number of violations: got 1 violations but want exactly 0: got messages [found]
        and a second line
    === RUN   a=3
    --- FAIL: a=3\t(0.002s)
--- FAIL: 0\t(0.012s)
FAIL\t0/suite.yaml\t0.012s
FAIL
"""


def ran(stdout: str, stderr: str = "", code: int = 1) -> Ran:
    return Ran(command=Command(argv=("gator",), env={}), code=code, stdout=stdout.encode(), stderr=stderr.encode())


def test_violations() -> None:
    pod: Json = {"kind": "Pod"}
    entry = {
        "msg": "m",
        "metadata": {"details": {"path": ["a"]}},
        "constraint": {"metadata": {"name": "c"}},
        "enforcementAction": "warn",
        "violatingObject": pod,
    }
    plain = {**entry, "metadata": {}}
    bare = Result(policy="", constraint="c", action="warn", id="", message="m")
    placed = replace(bare, path=("a",), details='{"path": ["a"]}')
    assert _reviewed(ran(json.dumps([entry, plain]))) == tuple(Reviewed(object={"kind": "Pod"}, result=r) for r in (placed, bare))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ran("[]", code=0), ()),
        (ran("null\n", code=0), ()),
        (ran("", "adding template: no\n"), "adding template: no"),
        (ran("Error: no\n"), "Error: no"),
        (ran(""), "no answer and exit code 1"),
    ],
    ids=["none", "null", "stderr", "stdout", "nothing"],
)
def test_only_json_is_a_verdict(answer: Ran, expected: object) -> None:
    assert _reviewed(answer) == expected


def test_cases() -> None:
    told = "unexpected number of violations: got 1 violations but want exactly 0: got messages [found] and a second line"
    assert _cases(ran(VERIFIED)) == {"a=1": "", "a=2": told, "a=3": "failed"}


def test_a_case_counts_each_message() -> None:
    case = Case(name="c=1", object={}, messages=("b (x)", "a", "a"))
    assert _case("0.yaml", case) == {
        "name": "c=1",
        "object": "0.yaml",
        "assertions": [
            {"violations": 3},
            {"violations": 2, "message": "^a$"},
            {"violations": 1, "message": r"^b\ \(x\)$"},
        ],
    }


def test_a_stream_is_json_in_yaml() -> None:
    assert _stream([{"a": "y"}, {"b": "é"}]) == '---\n{"a": "y"}\n---\n{"b": "é"}\n'
