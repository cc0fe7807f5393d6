"""Waivers: what leaves the findings, what stays, and what is said about the waivers themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from generator.model.finding import Finding, Severity
from generator.model.place import Place
from generator.model.resource import ResourceId
from generator.model.waiver import Waiver
from generator.policy.waivers import Judged, apply

TODAY = date(2026, 11, 24)
WEB = ResourceId("apps", "Deployment", "shop", "web")
PLACE = Place("policies/waivers/w.yaml", 1, 1)

FINDING = Finding(code="FG-POD-001", message="bad", fix="Mend it.", object=WEB, clusters=("a", "b", "c"))
WAIVER = Waiver(
    name="w",
    policy="FG-POD-001",
    clusters=frozenset({"a", "b", "x"}),
    unit="",
    object=None,
    owner="team-shop",
    expires="2027-06-30",
    place=PLACE,
)


def judged(finding: Finding = FINDING, *units: str) -> Judged:
    return Judged(finding=finding, units=frozenset(units or ("shop",)))


def test_clusters_outside_the_scope_stay() -> None:
    assert apply([judged()], [WAIVER], TODAY) == [replace(FINDING, clusters=("c",))]


def test_everything_waived() -> None:
    assert apply([judged()], [replace(WAIVER, clusters=frozenset({"a", "b", "c"}))], TODAY) == []


def test_two_waivers_together() -> None:
    second = replace(WAIVER, name="v", clusters=frozenset({"c"}))
    assert apply([judged()], [WAIVER, second], TODAY) == []


UNUSED = Finding(code="E0803", message="waiver 'w' waives nothing", fix="remove it", place=PLACE, severity=Severity.WARNING)


@pytest.mark.parametrize(
    "waiver",
    [
        replace(WAIVER, policy="FG-POD-002"),
        replace(WAIVER, clusters=frozenset({"x"})),
        replace(WAIVER, clusters=frozenset()),
        replace(WAIVER, unit="till"),
        replace(WAIVER, object=("Deployment", "till", "web")),
        replace(WAIVER, policy="FG-POD-002", expires="2026-01-01"),
    ],
    ids=["policy", "clusters", "no clusters", "unit", "object", "expired, too"],
)
def test_unused(waiver: Waiver) -> None:
    assert apply([judged()], [waiver], TODAY) == [FINDING, UNUSED]


@pytest.mark.parametrize(
    "waiver",
    [replace(WAIVER, unit="shop"), replace(WAIVER, object=("Deployment", "shop", "web")), replace(WAIVER, expires="2027-06-30")],
    ids=["unit", "object", "date"],
)
def test_narrow_scopes_that_fit(waiver: Waiver) -> None:
    assert apply([judged()], [waiver], TODAY) == [replace(FINDING, clusters=("c",))]


def test_a_waiver_of_one_unit_does_not_speak_for_another() -> None:
    assert apply([judged(FINDING, "shop", "till")], [replace(WAIVER, unit="shop")], TODAY) == [FINDING, UNUSED]


def test_a_finding_without_clusters_is_not_waived() -> None:
    finding = replace(FINDING, clusters=())
    assert apply([judged(finding)], [WAIVER], TODAY) == [finding, UNUSED]


def test_last_day() -> None:
    about = Finding(
        code="E0803",
        message="waiver 'w' expires on 2026-11-24",
        fix="mend what it waives; ask team-shop",
        place=PLACE,
        severity=Severity.NOTE,
    )
    waiver = replace(WAIVER, expires="2026-11-24")
    assert apply([judged()], [waiver], TODAY) == [replace(FINDING, clusters=("c",)), about]


@pytest.mark.parametrize(("expires", "said"), [("2026-12-24", True), ("2026-12-25", False)])
def test_thirty_days_before(expires: str, *, said: bool) -> None:
    notes = [found for found in apply([judged()], [replace(WAIVER, expires=expires)], TODAY) if found.code == "E0803"]
    assert [found.message for found in notes] == ([f"waiver 'w' expires on {expires}"] if said else [])


def test_expired() -> None:
    about = Finding(
        code="E0803",
        message="waiver 'w' expired on 2026-11-23",
        fix="mend what it waives; ask team-shop",
        place=PLACE,
        severity=Severity.WARNING,
    )
    blamed = replace(FINDING, fix="Mend it.; waiver 'w' (policies/waivers/w.yaml:1:1) expired on 2026-11-23")
    assert apply([judged()], [replace(WAIVER, expires="2026-11-23")], TODAY) == [blamed, about]
