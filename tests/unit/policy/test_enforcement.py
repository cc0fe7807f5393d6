"""Enforcement documents: which one wins, what is wrong with them, and what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fleetgen.errors import problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import EnforcementDocument
from fleetgen.model.inventory import EnforcementScope, EnforcementSpec, Stage
from fleetgen.model.place import Place
from fleetgen.policy.enforcement import Membership, due, enforced, findings, next_stage
from tests.fleets import constraint, policy

CANARY = Membership("production", "canary", ("pilots",))


def document(name: str, action: str, *stages: Stage, constraints: tuple[str, ...] = ("x",), **scope: str) -> EnforcementDocument:
    """`scope`: environments, rings, groups as texts with blanks."""
    where = EnforcementScope(**{key: tuple(value.split()) for key, value in scope.items()})
    spec = EnforcementSpec(
        constraints=constraints, scope=where, action=action, stages=stages, owner="team-security", reason="first see"
    )
    return EnforcementDocument(name=name, place=Place(f"policies/enforcement/{name}.yaml", 1, 1), spec=spec)


ALL = document("all", "dryrun")
PRODUCTION = document("production", "warn", environments="production dev")
RING = document("ring", "dryrun", rings="production/canary production/early")
PILOTS = document("pilots", "warn", groups="pilots testers")


@pytest.mark.parametrize(
    ("documents", "member", "action"),
    [
        ([], CANARY, "deny"),
        ([ALL], CANARY, "dryrun"),
        ([ALL, PRODUCTION], CANARY, "warn"),
        ([PRODUCTION, ALL], Membership("staging"), "dryrun"),
        ([PRODUCTION, RING], CANARY, "dryrun"),
        ([PRODUCTION, RING], Membership("production", "broad"), "warn"),
        ([RING, PILOTS], CANARY, "warn"),
        ([RING, PILOTS], Membership("production", "canary"), "dryrun"),
        (
            [document("both", "warn", rings="production/canary", groups="pilots")],
            Membership("production", "", ("pilots",)),
            "deny",
        ),
        ([document("other", "warn", constraints=("y",))], CANARY, "deny"),
    ],
    ids=[
        *("none", "everywhere", "environment beats everywhere", "elsewhere", "ring beats environment", "another ring"),
        *("group beats ring", "not in the group", "every key must fit", "another constraint"),
    ],
)
def test_the_strongest_scope_wins(documents: list[EnforcementDocument], member: Membership, action: str) -> None:
    assert enforced(constraint("x"), member, documents) == replace(constraint("x"), action=action)


WARN = Stage(action="warn", from_="2026-11-20")
DENY = Stage(action="deny", from_="2026-12-20")


def wrong(name: str, message: str, fix: str, code: str = "E0306") -> Finding:
    return problem(code, message, fix=fix, place=Place(f"policies/enforcement/{name}.yaml", 1, 1))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([ALL, PRODUCTION, RING, PILOTS, document("good", "dryrun", WARN, DENY, constraints=("y",))], []),
        (
            [document("a", "warn", constraints=("xx",))],
            [wrong("a", "there is no constraint 'xx' to enforce", "did you mean 'x'?", "E0301")],
        ),
        (
            [document("a", "dryrun", DENY, WARN)],
            [
                wrong(
                    "a",
                    "the stage warn from 2026-11-20 does not come after deny from 2026-12-20",
                    "make each stage later and stronger than the one before",
                )
            ],
        ),
        (
            [document("a", "dryrun", WARN, replace(WARN, from_="2026-12-01"))],
            [
                wrong(
                    "a",
                    "the stage warn from 2026-12-01 does not come after warn from 2026-11-20",
                    "make each stage later and stronger than the one before",
                )
            ],
        ),
        (
            [document("a", "warn", constraints=("z",), groups="pilots")],
            [
                wrong(
                    "a",
                    "'z' judges all clusters of an environment together, so it needs one action per environment",
                    "use only environments in spec.scope",
                )
            ],
        ),
        (
            [PILOTS, document("others", "dryrun", groups="pilots")],
            [
                wrong(
                    "pilots",
                    "'pilots' and 'others' (policies/enforcement/others.yaml:1:1) both set the action of 'x' in production for"
                    " group pilots",
                    "narrow the scope of one, or merge the two",
                )
            ],
        ),
        ([document("a", "warn", rings="production/canary"), document("b", "warn", rings="production/broad")], []),
    ],
    ids=["good", "no constraint", "stages in wrong order", "a stage that is no step", "fleet by group", "tie", "apart"],
)
def test_what_is_wrong(documents: list[EnforcementDocument], expected: list[Finding]) -> None:
    known = [constraint("x"), constraint("y"), constraint("z", of=policy("FG-FLT-001", scope="fleet"))]
    members = [CANARY, Membership("production", "broad"), Membership("dev"), CANARY]
    assert findings(documents, known, members) == expected


@pytest.mark.parametrize(
    ("action", "day", "said"),
    [
        ("dryrun", "2026-11-19", ""),
        ("dryrun", "2026-11-20", "action dryrun; its stage warn began on 2026-11-20"),
        ("dryrun", "2026-12-24", "action dryrun; its stage deny began on 2026-12-20"),
        ("warn", "2026-12-19", ""),
        ("warn", "2026-12-20", "action warn; its stage deny began on 2026-12-20"),
        ("deny", "2027-01-01", ""),
    ],
)
def test_due(action: str, day: str, said: str) -> None:
    expected = Finding(
        code="E0807",
        message=f"enforcement 'a' still has {said} (x)",
        fix="run: fleetgen policy advance a; its owner is team-security",
        place=Place("policies/enforcement/a.yaml", 1, 1),
        severity=Severity.WARNING,
    )
    assert [*due([document("a", action, WARN, DENY)], date.fromisoformat(day))] == ([expected] if said else [])


def test_next_stage() -> None:
    staged = document("a", "dryrun", WARN, DENY)
    days = [date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 20)]
    assert [next_stage(staged, day) for day in days] == [WARN, DENY, None]
