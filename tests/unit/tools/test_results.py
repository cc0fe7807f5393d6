"""What an engine prints about a result, and the result that it becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleetgen.model.result import Answer, Result
from fleetgen.tools.results import decoded

NAMED = {"policy": "FG-POD-001", "constraint": "c", "action": "warn", "id": "1"}


def result(**more: Any) -> Result:  # noqa: ANN401 - any field
    return Result(**{**NAMED, "message": "m", **more})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (NAMED, result()),
        (
            NAMED | {"details": {"path": ["spec", "containers", 0]}, "template": ["items", 1, "spec", "template"]},
            result(path=("items", 1, "spec", "template", "spec", "containers", 0), details='{"path": ["spec", "containers", 0]}'),
        ),
        (NAMED | {"details": {"rule": "host-port"}}, result(rule="host-port", details='{"rule": "host-port"}')),
        (NAMED | {"details": {"path": []}, "template": None}, result(details='{"path": []}')),
        (
            NAMED | {"details": {"unit": "serve.gap", "path": "spec.nodePools"}},
            result(path=("spec", "nodePools"), units=("serve.gap",), details='{"path": "spec.nodePools", "unit": "serve.gap"}'),
        ),
        (
            NAMED | {"details": {"units": ["a", "b"], "clusters": ["x", "y"]}},
            result(units=("a", "b"), clusters=("x", "y"), details='{"clusters": ["x", "y"], "units": ["a", "b"]}'),
        ),
        (
            {"policy": "gate", "constraint": "", "action": "deny", "id": "1", "details": {"code": "E0602"}},
            result(policy="gate", constraint="", action="deny", error="E0602", details='{"code": "E0602"}'),
        ),
        (
            NAMED | {"details": {"path": [None, 1.5], "unit": 3, "units": "a", "clusters": "x", "number": 2.0}},
            result(details='{"clusters": "x", "number": 2, "path": [null, 1.5], "unit": 3, "units": "a"}'),
        ),
        (NAMED | {"details": "text"}, result(details='"text"')),
        ({}, Result(policy="", constraint="", action="deny", id="", message="m")),
    ],
    ids=["bare", "steps", "code", "the object", "dots", "several", "the gate's own", "unusable", "text", "nothing"],
)
def test_decoded(said: dict[str, Any], expected: Result) -> None:
    assert decoded("m", said) == expected


def test_an_answer_survives_the_cache() -> None:
    rich = result(path=("spec", 0), clusters=("x",), units=("a",), error="E0602", details='{"a": 1}', exempt=True)
    answer = Answer(results=(rich, result()), policies=("FG-POD-001",))
    assert Answer.from_data(json.loads(json.dumps(answer.as_data()))) == answer
