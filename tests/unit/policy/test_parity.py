from __future__ import annotations

import pytest

from fleetgen.model.plain import Json
from fleetgen.policy.parity import Disagreement, Judged, canonical, differences, judged


def said(message: str, *, subject: str = "1", action: str = "deny", details: Json = None) -> Judged:
    return judged(constraint="c", subject=subject, action=action, message=message, details=details or {})


def difference(*, gate: tuple[str, ...] = (), cluster: tuple[str, ...] = ()) -> tuple[Disagreement, ...]:
    return (Disagreement(constraint="c", subject="1", gate=gate, cluster=cluster),)


@pytest.mark.parametrize(
    ("gate", "cluster", "expected"),
    [
        ([], [], ()),
        ([said("a"), said("b")], [said("b"), said("a")], ()),
        ([said("a")], [], difference(gate=("deny: a",))),
        ([], [said("a")], difference(cluster=("deny: a",))),
        ([said("a"), said("a")], [said("a")], difference(gate=("deny: a",))),
        ([said("a")], [said("a", action="warn")], difference(gate=("deny: a",), cluster=("warn: a",))),
        ([said("a")], [said("[Implied by x] a")], difference(gate=("deny: a",), cluster=("deny: [Implied by x] a",))),
        ([said("a", details={"n": 1})], [said("a", details={"n": 1.0})], ()),
        ([said("a", details={"n": 1})], [said("a")], difference(gate=('deny: a {"n": 1}',), cluster=("deny: a",))),
        ([said("unable to match constraint c: x")], [said("unable to match constraints: [Go]", details={"n": 1})], ()),
    ],
    ids=["nothing", "order", "only here", "only there", "how often", "action", "prefix", "number", "details", "undecided"],
)
def test_differences(gate: list[Judged], cluster: list[Judged], expected: tuple[Disagreement, ...]) -> None:
    assert differences(gate, cluster) == expected


def test_differences_are_by_object_and_constraint() -> None:
    gate = [said("b", subject="2"), said("a", subject="2"), said("z", subject="1")]
    assert [(each.subject, each.gate) for each in differences(gate, [])] == [("1", ("deny: z",)), ("2", ("deny: a", "deny: b"))]


def test_canonical() -> None:
    assert canonical({"b": [1.0, 0.5, "é"], "a": None}) == '{"a": null, "b": [1, 0.5, "é"]}'
