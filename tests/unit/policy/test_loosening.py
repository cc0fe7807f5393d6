"""What a change to the rules lets pass, said one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import EnforcementDocument, WaiverDocument
from fleetgen.model.inventory import WaiverScope
from fleetgen.model.place import Place
from fleetgen.model.policy import Constraint, Policy
from fleetgen.policy.enforcement import Membership
from fleetgen.policy.loosening import State, loosened
from fleetgen.policy.sets import policy_sets
from tests.fleets import POLICY_PATH, REGO, constraint, policy
from tests.unit.policy.test_enforcement import document
from tests.unit.policy.test_sets import FLEET
from tests.unit.policy.test_waivers_in_gatekeeper import waiver

MEMBERS = {"a": Membership("production", "canary", ("pilots",)), "b": Membership("production", "broad")}
X = constraint("x")
POLICY = policy()
LIB = "policies/rego/lib/exempt/exempt.rego"
GATE = "policies/rego/gate/gate.rego"
FILES = {
    POLICY_PATH: REGO.replace("\nviolation", "\nimport data.lib.exempt\n\nviolation"),
    LIB: "package lib.exempt\n\nx if true\n",
    GATE: "package main\n\ndeny contains 1\n",
}


def state(
    constraints: tuple[Constraint, ...] = (X,),
    *,
    enforcements: tuple[EnforcementDocument, ...] = (),
    waivers: tuple[WaiverDocument, ...] = (),
    registry: str = "example.com/",
    judging: Policy | None = POLICY,
    files: Mapping[str, str] = FILES,
) -> State:
    found = policy_sets(MEMBERS, {"production": {"registries": [registry]}}, constraints, enforcements, waivers)
    return State(
        policies={judging.id: judging} if judging else {},
        files=files,
        constraints=constraints,
        enforcements=enforcements,
        waivers=waivers,
        sets=found.sets,
        of=found.of,
    )


def said(message: str, place: str | Place, *clusters: str) -> Finding:
    return Finding(
        code="E0808",
        message=f"this change {message}",
        fix="ask the owners of the policies for a review; the change was judged without it",
        place=(Place(place) if place else None) if isinstance(place, str) else place,
        severity=Severity.WARNING,
        clusters=clusters,
    )


HERE, THERE = X.place, policy().place
CASES: dict[str, tuple[Callable[[], State], Callable[[], State], list[Finding]]] = {
    "nothing": (state, state, []),
    "only comments": (state, lambda: state(files={**FILES, POLICY_PATH: "# hm\n" + FILES[POLICY_PATH]}), []),
    "policy removed": (
        state,
        lambda: state((), judging=None),
        [said("removes policy FG-POD-001 (No privileged containers)", ""), said("no longer judges by 'x'", "", "a", "b")],
    ),
    "severity": (
        state,
        lambda: state(judging=replace(POLICY, severity="medium")),
        [said("lowers the severity of FG-POD-001 from critical to medium, which allows longer waivers", THERE)],
    ),
    "where": (
        state,
        lambda: state(judging=policy(where="cluster")),
        [said("moves FG-POD-001 from 'both' to 'cluster'", THERE)],
    ),
    "rule": (
        state,
        lambda: state(files={**FILES, POLICY_PATH: FILES[POLICY_PATH].replace('"bad"', '"good"')}),
        [said("alters the Rego of FG-POD-001", THERE)],
    ),
    "library of the rule": (
        state,
        lambda: state(files={**FILES, LIB: "package lib.exempt\n\nx if false\n"}),
        [said("alters the Rego of FG-POD-001", THERE)],
    ),
    "gate": (
        state,
        lambda: state(files={**FILES, GATE: "package main\n"}),
        [said(f"alters how the gate judges ({GATE})", GATE)],
    ),
    "weaker action": (
        state,
        lambda: state((replace(X, action="warn"),)),
        [said("lowers the action of 'x' from deny to warn", HERE, "a", "b")],
    ),
    "stronger action": (lambda: state((replace(X, action="warn"),)), state, []),
    "weaker in a group": (
        state,
        lambda: state(enforcements=(document("e", "dryrun", groups="pilots"),)),
        [said("lowers the action of 'x' from deny to dryrun", Place("policies/enforcement/e.yaml", 1, 1), "a")],
    ),
    "stage entered": (
        lambda: state(enforcements=(document("e", "dryrun", groups="pilots"),)),
        lambda: state(enforcements=(document("e", "warn", groups="pilots"),)),
        [],
    ),
    "match": (
        state,
        lambda: state((constraint("x", match={"namespaces": ["shop"]}),)),
        [said("alters the match of 'x'", HERE, "a", "b")],
    ),
    "parameters": (state, lambda: state((constraint("x", limit=9),)), [said("alters the parameters of 'x'", HERE, "a", "b")]),
    "parameters of the environment": (
        state,
        lambda: state(registry="docker.io/"),
        [said("alters the parameters of 'x'", HERE, "a", "b")],
    ),
    "not required": (
        lambda: state((replace(X, required=True),)),
        state,
        [said("no longer requires 'x'", HERE, "a", "b")],
    ),
    "environments": (
        state,
        lambda: state((replace(X, environments=("dev",)),)),
        [said("no longer judges by 'x'", HERE, "a", "b")],
    ),
    "a fleet's constraint, and a split": (
        lambda: state((X, FLEET)),
        lambda: state((X, FLEET), enforcements=(document("e", "deny", groups="pilots"),)),
        [],
    ),
    "new waiver": (
        state,
        lambda: state(waivers=(waiver(),)),
        [said("adds waiver 'w' of FG-POD-001 until 2026-12-01", "policies/waivers/w.yaml")],
    ),
    "new waiver of one rule": (
        state,
        lambda: state(waivers=(waiver(number="FG-POD-001.host-port"),)),
        [said("adds waiver 'w' of FG-POD-001.host-port until 2026-12-01", "policies/waivers/w.yaml")],
    ),
    "waiver of all rules": (
        lambda: state(waivers=(waiver(number="FG-POD-001.host-port"),)),
        lambda: state(waivers=(waiver(),)),
        [said("alters what waiver 'w' covers", "policies/waivers/w.yaml")],
    ),
    "waiver gone": (lambda: state(waivers=(waiver(),)), state, []),
    "waiver extended": (
        lambda: state(waivers=(waiver(),)),
        lambda: state(waivers=(replace(waiver(), spec=replace(waiver().spec, expires="2026-12-09")),)),
        [said("extends waiver 'w' from 2026-12-01 to 2026-12-09", "policies/waivers/w.yaml")],
    ),
    "waiver widened": (
        lambda: state(waivers=(waiver(scope=WaiverScope(namespace="shop")),)),
        lambda: state(waivers=(waiver(scope=WaiverScope(namespace="*")),)),
        [said("alters what waiver 'w' covers", "policies/waivers/w.yaml")],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_loosened(before: Callable[[], State], after: Callable[[], State], expected: list[Finding]) -> None:
    assert loosened(before(), after()) == expected
