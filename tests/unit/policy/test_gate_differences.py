from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.model.plain import Json, canonical
from fleetgen.model.result import Result
from fleetgen.policy.gate_differences import Disagreement, differences


def said(message: str, *, subject: str = "1", action: str = "deny", details: Json = None) -> Result:
    text = canonical({} if details is None else details)
    return Result(policy="", constraint="c", action=action, id=subject, message=message, details=text)


def difference(*, gate: tuple[str, ...] = (), gatekeeper: tuple[str, ...] = ()) -> tuple[Disagreement, ...]:
    return (Disagreement(constraint="c", subject="1", gate=gate, gatekeeper=gatekeeper),)


def test_what_only_one_gate_says_of_a_result_is_not_compared() -> None:
    """Gatekeeper names neither the policy nor the pod template; details hold the rest."""
    assert differences([replace(said("a"), policy="FG-POD-001", path=("spec", "template", "spec"))], [said("a")]) == ()


@pytest.mark.parametrize(
    ("gate", "gatekeeper", "expected"),
    [
        ([], [], ()),
        ([said("a"), said("b")], [said("b"), said("a")], ()),
        ([said("a")], [], difference(gate=("deny: a",))),
        ([], [said("a")], difference(gatekeeper=("deny: a",))),
        ([said("a"), said("a")], [said("a")], difference(gate=("deny: a",))),
        ([said("a")], [said("a", action="warn")], difference(gate=("deny: a",), gatekeeper=("warn: a",))),
        ([said("a")], [said("[Implied by x] a")], difference(gate=("deny: a",), gatekeeper=("deny: [Implied by x] a",))),
        ([said("a", details={"n": 1})], [said("a", details={"n": 1.0})], ()),
        ([said("a", details={"n": 1})], [said("a")], difference(gate=('deny: a {"n": 1}',), gatekeeper=("deny: a",))),
        ([said("unable to match constraint c: x")], [said("unable to match constraints: [Go]", details={"n": 1})], ()),
    ],
    ids=["nothing", "order", "only here", "only there", "how often", "action", "prefix", "number", "details", "undecided"],
)
def test_differences(gate: list[Result], gatekeeper: list[Result], expected: tuple[Disagreement, ...]) -> None:
    assert differences(gate, gatekeeper) == expected


def test_differences_are_by_object_and_constraint() -> None:
    gate = [said("b", subject="2"), said("a", subject="2"), said("z", subject="1")]
    assert [(each.subject, each.gate) for each in differences(gate, [])] == [("1", ("deny: z",)), ("2", ("deny: a", "deny: b"))]


def test_canonical() -> None:
    assert canonical({"b": [1.0, 0.5, "é"], "a": None}) == '{"a": null, "b": [1, 0.5, "é"]}'
