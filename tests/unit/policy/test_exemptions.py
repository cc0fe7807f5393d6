from __future__ import annotations

from dataclasses import replace

import pytest

from generator.model.fleet import WaiverDocument
from generator.model.inventory import WaiverObject, WaiverScope, WaiverSpec
from generator.model.place import Place
from generator.model.plain import Json
from generator.policy.exemptions import in_cluster, only_at_gate
from tests.unit.policy.examples import constraint, policy

WEB = WaiverObject(kind="Deployment", name="web", namespace="shop")


def waiver(scope: WaiverScope, policy_id: str = "FG-POD-001") -> WaiverDocument:
    spec = WaiverSpec(policy=policy_id, scope=scope, owner="o", ticket="t", reason="r", expires="2026-12-31")
    return WaiverDocument(name="w", place=Place("w.yaml", 1), spec=spec)


def test_an_object_is_exempt_and_goes_on_to_be_recorded() -> None:
    given = replace(constraint(), required=True, parameters={"limit": 5, "exemptions": [{"namespace": "old"}]})
    waivers = [
        waiver(WaiverScope(object=WEB)),
        waiver(WaiverScope(environments=("dev",), unit="u", object=replace(WEB, name="b"))),
    ]
    exemptions: list[Json] = [
        {"namespace": "old"},
        {"namespace": "shop", "workload": "web"},
        {"namespace": "shop", "workload": "b"},
    ]
    assert in_cluster([given], waivers, "dev") == (
        replace(given, parameters={"limit": 5, "exemptions": exemptions}),
        replace(given, name="no-privileged-waived", action="dryrun", required=False),
    )


@pytest.mark.parametrize(
    "given",
    [
        waiver(WaiverScope(object=WEB), "FG-POD-002"),
        waiver(WaiverScope(object=WEB, environments=("production",))),
        waiver(WaiverScope(unit="web")),
    ],
    ids=["other policy", "other environment", "only at the gate"],
)
def test_what_does_not_apply_changes_nothing(given: WaiverDocument) -> None:
    assert in_cluster([constraint()], [given], "dev") == (constraint(),)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (WaiverScope(object=WEB), ""),
        (
            WaiverScope(object=WEB, groups=("g",)),
            "its scope is a part of an environment, and constraints are those of a whole one",
        ),
        (
            WaiverScope(object=WEB, clusters=("c",)),
            "its scope is a part of an environment, and constraints are those of a whole one",
        ),
        (WaiverScope(unit="u"), "a cluster does not know which objects are a unit's; name the object"),
        (
            WaiverScope(object=replace(WEB, namespace="")),
            "an exemption of a name without a namespace would reach objects of that name everywhere",
        ),
    ],
    ids=["object", "group", "cluster", "unit", "cluster-scoped"],
)
def test_why_a_waiver_stays_at_the_gate(scope: WaiverScope, reason: str) -> None:
    assert only_at_gate(waiver(scope), policy()) == reason


@pytest.mark.parametrize("other", [None, policy(scope="fleet"), policy(where="gate")], ids=["unknown", "fleet", "gate"])
def test_a_policy_that_runs_in_no_cluster(other: object) -> None:
    from generator.model.policy import Policy

    given = other if isinstance(other, Policy) else None
    assert only_at_gate(waiver(WaiverScope(object=WEB)), given) == "its policy does not run in clusters"
