"""Waivers in clusters: the exemptions that they become, their companions, and what no cluster can get."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.errors import problem
from fleetgen.model.fleet import WaiverDocument
from fleetgen.model.inventory import WaiverObject, WaiverScope, WaiverSpec
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.policy.waivers_in_gatekeeper import exempted, exemption, only_at_gate, unnameable
from tests.fleets import constraint, policy

WEB = WaiverObject(kind="Deployment", namespace="shop", name="web")


def waiver(name: str = "w", scope: WaiverScope | None = None, number: str = "FG-POD-001") -> WaiverDocument:
    spec = WaiverSpec(
        policy=number,
        scope=scope or WaiverScope(),
        owner="team-shop",
        ticket="T-1",
        reason="till it is rewritten",
        agreed="2026-11-01",
        expires="2026-12-01",
    )
    return WaiverDocument(name=name, place=Place("policies/waivers/w.yaml"), spec=spec)


def test_an_object_is_exempt_and_goes_on_to_be_recorded() -> None:
    given = replace(constraint(), required=True, parameters={"limit": 5, "exemptions": [{"namespace": "old"}]})
    waivers = [waiver(scope=WaiverScope(object=WEB)), waiver(scope=WaiverScope(object=replace(WEB, name="b")))]
    exemptions: list[Json] = [
        {"namespace": "old"},
        {"namespace": "shop", "workload": "web"},
        {"namespace": "shop", "workload": "b"},
    ]
    assert exempted([given], waivers) == (
        (
            replace(given, parameters={"limit": 5, "exemptions": exemptions}),
            replace(given, name="no-privileged-waived", action="dryrun", required=False),
        ),
        {"no-privileged-waived": given},
    )


def test_a_waiver_of_one_rule_exempts_from_that_rule() -> None:
    waivers = [waiver(number="FG-POD-001.host-port"), waiver(number="FG-POD-001.host-port", scope=WaiverScope(object=WEB))]
    (changed, companion), _ = exempted([constraint()], waivers)
    assert changed.parameters["exemptions"] == [
        {"rule": "host-port"},
        {"rule": "host-port", "namespace": "shop", "workload": "web"},
    ]
    assert companion.parameters == {}


def test_waivers_of_other_policies_change_nothing() -> None:
    assert exempted([constraint()], [waiver(number="FG-POD-002")]) == ((constraint(),), {})


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (WaiverScope(), {"namespace": "*"}),
        (WaiverScope(namespace="shop"), {"namespace": "shop"}),
        (WaiverScope(object=WEB), {"namespace": "shop", "workload": "web"}),
        (
            WaiverScope(namespace="shop", object=WaiverObject(kind="Pod", name="web")),
            {"namespace": "shop", "workload": "web"},
        ),
        (WaiverScope(container="web", image="ghcr.io/*"), {"container": "web", "image": "ghcr.io/*"}),
    ],
    ids=["everything", "namespace", "object", "object in a namespace", "container and image"],
)
def test_exemptions(scope: WaiverScope, expected: JsonObject) -> None:
    assert exemption(waiver(scope=scope)) == expected


@pytest.mark.parametrize(
    ("scope", "judging", "why"),
    [
        (WaiverScope(groups=("pilots",), object=WEB), policy(), ""),
        (WaiverScope(), None, "its policy does not run in clusters"),
        (WaiverScope(), policy(scope="cluster"), "its policy does not run in clusters"),
        (WaiverScope(), policy(where="gate"), "its policy does not run in clusters"),
        (WaiverScope(clusters=("a",)), policy(), "a single cluster has no constraints to itself; name a group"),
        (WaiverScope(unit="shop", object=WEB), policy(), ""),
        (WaiverScope(unit="shop"), policy(), "a cluster does not know which objects belong to a unit; name the object"),
        (
            WaiverScope(object=WaiverObject(kind="ClusterRole", name="admin")),
            policy(),
            "an exemption by name alone would cover objects of that name in every namespace",
        ),
    ],
)
def test_what_no_cluster_gets(scope: WaiverScope, judging: Policy | None, why: str) -> None:
    assert only_at_gate(waiver(scope=scope), judging) == why


def test_a_companion_needs_its_name() -> None:
    long = constraint("l" * 57)
    taken = [constraint("x"), constraint("x-waived", of=policy("FG-POD-002")), long, constraint("y", of=policy("FG-POD-002"))]
    place = long.place
    assert [*unnameable(taken, [waiver()])] == [
        problem(
            "E0801",
            "'x' has a waiver, so it needs a companion 'x-waived', but that is taken",
            fix="rename the constraint",
            place=place,
        ),
        problem(
            "E0801",
            f"'{long.name}' has a waiver, so it needs a companion '{long.name}-waived', but that is longer than 63 characters",
            fix="rename the constraint",
            place=place,
        ),
    ]
    assert not [*unnameable(taken, [])]
