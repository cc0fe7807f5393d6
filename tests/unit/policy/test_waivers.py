"""Waivers: what leaves the findings, what stays, and what is said about the waivers and their documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fleetgen.errors import problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Duty, EnforcementDocument, WaiverDocument
from fleetgen.model.inventory import EnforcementSpec, WaiverScope, WaiverSpec
from fleetgen.model.place import Place
from fleetgen.model.resource import ResourceId
from fleetgen.model.waiver import Waiver
from fleetgen.policy.waivers import Terms, WaivableFinding, apply, broken, matches
from tests.fleets import policy

TODAY = date(2026, 11, 24)
WEB = ResourceId("apps", "Deployment", "shop", "web")
PLACE = Place("policies/waivers/w.yaml", 1, 1)

FINDING = Finding(code="FG-POD-001", message="bad", fix="Mend it.", object=WEB, clusters=("a", "b", "c"))
WAIVER = Waiver(
    name="w",
    policy="FG-POD-001",
    clusters=frozenset({"a", "b", "x"}),
    owner="team-shop",
    expires="2027-06-30",
    only_at_gate="it names a unit",
    place=PLACE,
)


def judged(finding: Finding = FINDING, *units: str, container: tuple[str, str] | None = None) -> WaivableFinding:
    return WaivableFinding(finding=finding, units=frozenset(units or ("shop",)), container=container)


def terms(severity: str = "high", changed: frozenset[str] = frozenset()) -> Terms:
    """`changed`: the clusters at which the change touches what is found."""
    return Terms(as_of=TODAY, severities={"FG-POD-001": severity}, is_changed=lambda _, cluster: cluster in changed)


def test_clusters_outside_the_scope_stay() -> None:
    assert apply([judged()], [WAIVER], terms()) == [replace(FINDING, clusters=("c",))]


def test_everything_waived() -> None:
    assert apply([judged()], [replace(WAIVER, clusters=frozenset({"a", "b", "c"}))], terms()) == []


def test_two_waivers_together() -> None:
    second = replace(WAIVER, name="v", clusters=frozenset({"c"}))
    assert apply([judged()], [WAIVER, second], terms()) == []


UNUSED = Finding(
    code="E0803", message="waiver 'w' covers nothing", fix="remove the waiver", place=PLACE, severity=Severity.WARNING
)


@pytest.mark.parametrize(
    "waiver",
    [
        replace(WAIVER, policy="FG-POD-002"),
        replace(WAIVER, rule="host-port"),
        replace(WAIVER, clusters=frozenset({"x"})),
        replace(WAIVER, clusters=frozenset()),
        replace(WAIVER, unit="till"),
        replace(WAIVER, object=("Deployment", "till", "web")),
        replace(WAIVER, object=("Deployment", "", "web")),
        replace(WAIVER, namespace="sho"),
        replace(WAIVER, container="main"),
        replace(WAIVER, image="ghcr.io/*"),
        replace(WAIVER, policy="FG-POD-002", expires="2026-01-01"),
    ],
    ids=[
        *("policy", "rule", "clusters", "no clusters", "unit", "object", "no namespace", "namespace", "container", "image"),
        "expired, too",
    ],
)
def test_unused(waiver: Waiver) -> None:
    assert apply([judged(container=("web", "quay.io/web:1"))], [waiver], terms()) == [FINDING, UNUSED]


@pytest.mark.parametrize(
    "waiver",
    [
        replace(WAIVER, unit="shop"),
        replace(WAIVER, object=("Deployment", "shop", "web")),
        replace(WAIVER, namespace="sh*"),
        replace(WAIVER, namespace="sh*", object=("Deployment", "", "web")),
        replace(WAIVER, container="web"),
        replace(WAIVER, image="quay.io/*", container="*e*"),
    ],
    ids=["unit", "object", "namespace", "object in a namespace", "container", "image"],
)
def test_narrow_scopes_that_fit(waiver: Waiver) -> None:
    assert apply([judged(container=("web", "quay.io/web:1"))], [waiver], terms()) == [replace(FINDING, clusters=("c",))]


@pytest.mark.parametrize(("rule", "is_covered"), [("", True), ("host-port", True), ("host", False)])
def test_a_waiver_of_one_cause_does_not_waive_another(rule: str, *, is_covered: bool) -> None:
    coded = replace(FINDING, code="FG-POD-001.host-port")
    left = apply([judged(coded)], [replace(WAIVER, rule=rule)], terms())
    assert left == ([replace(coded, clusters=("c",))] if is_covered else [coded, UNUSED])


def test_a_waiver_of_a_container_does_not_speak_for_the_pod() -> None:
    assert apply([judged()], [replace(WAIVER, container="*")], terms()) == [FINDING, UNUSED]


def test_a_waiver_of_one_unit_does_not_speak_for_another() -> None:
    assert apply([judged(FINDING, "shop", "till")], [replace(WAIVER, unit="shop")], terms()) == [FINDING, UNUSED]


def test_a_finding_without_clusters_is_not_waived() -> None:
    finding = replace(FINDING, clusters=())
    assert apply([judged(finding)], [WAIVER], terms()) == [finding, UNUSED]


def test_what_both_gates_exempt_needs_a_waiver_that_both_know() -> None:
    unseen = "waiver 'w' covers nothing that is rendered"
    fix = "remove the waiver, unless it is for objects that a chart or an operator creates at the site"
    assert apply([judged()], [replace(WAIVER, only_at_gate="")], terms()) == [FINDING, replace(UNUSED, message=unseen, fix=fix)]
    exempt = replace(judged(), exempt=True)
    told = "Mend it.; a waiver for something else exempts it in both gates too: narrow the scope of that waiver"
    assert apply([exempt], [replace(WAIVER, only_at_gate="")], terms()) == [replace(FINDING, clusters=("c",), fix=told)]
    assert apply([exempt], [WAIVER], terms()) == [replace(FINDING, fix=told), UNUSED]


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("web", "web", True),
        ("web", "web-1", False),
        ("web*", "web-1", True),
        ("*web", "my-web", True),
        ("*we*", "my-web-1", True),
        ("*", "", True),
        ("*", "web", True),
        ("w*b", "web", False),
    ],
)
def test_patterns_are_those_of_the_exemptions(pattern: str, text: str, *, holds: bool) -> None:
    assert matches(pattern, text) is holds


def about(message: str, severity: Severity = Severity.WARNING) -> Finding:
    fix = "fix what the waiver covers, or renew it; its owner is team-shop"
    return Finding(code="E0803", message=f"waiver 'w' {message}", fix=fix, place=PLACE, severity=severity)


def test_last_day() -> None:
    waiver = replace(WAIVER, expires="2026-11-24")
    note = about("expires on 2026-11-24", Severity.NOTE)
    assert apply([judged()], [waiver], terms()) == [replace(FINDING, clusters=("c",)), note]


@pytest.mark.parametrize(("expires", "said"), [("2026-12-24", True), ("2026-12-25", False)])
def test_thirty_days_before(expires: str, *, said: bool) -> None:
    notes = [found for found in apply([judged()], [replace(WAIVER, expires=expires)], terms()) if found.code == "E0803"]
    assert notes == ([about(f"expires on {expires}", Severity.NOTE)] if said else [])


def expired(day: str, *clusters: str, severity: Severity = Severity.ERROR) -> Finding:
    fix = f"Mend it.; waiver 'w' (policies/waivers/w.yaml:1:1) expired on {day}"
    return replace(FINDING, clusters=clusters, fix=fix, severity=severity)


LEFT = replace(FINDING, clusters=("c",))


@pytest.mark.parametrize(
    ("day", "severity", "changed", "expected"),
    [
        (
            "2026-11-10",
            "high",
            "",
            [
                expired("2026-11-10", "a", "b", severity=Severity.WARNING),
                LEFT,
                about("expired on 2026-11-10; the gate refuses changes to what it covered, and all of it after 2026-11-24"),
            ],
        ),
        (
            "2026-11-23",
            "medium",
            "b",
            [
                expired("2026-11-23", "a", severity=Severity.WARNING),
                expired("2026-11-23", "b"),
                LEFT,
                about("expired on 2026-11-23; the gate refuses changes to what it covered, and all of it after 2026-12-07"),
            ],
        ),
        (
            "2026-11-09",
            "high",
            "",
            [expired("2026-11-09", "a", "b"), LEFT, about("expired on 2026-11-09; the gate refuses what it covered")],
        ),
        (
            "2026-11-23",
            "critical",
            "",
            [expired("2026-11-23", "a", "b"), LEFT, about("expired on 2026-11-23; the gate refuses what it covered")],
        ),
    ],
    ids=["nothing changed, last day of grace", "b changed", "grace is over", "critical: at once"],
)
def test_expired(day: str, severity: str, changed: str, expected: list[Finding]) -> None:
    found = apply([judged()], [replace(WAIVER, expires=day)], terms(severity, frozenset(changed)))
    assert found == expected


def test_a_valid_waiver_makes_up_for_an_expired_one() -> None:
    old = replace(WAIVER, name="w", expires="2026-01-01")
    new = replace(WAIVER, name="v")
    assert apply([judged()], [old, new], terms()) == [LEFT, about("expired on 2026-01-01; the gate refuses what it covered")]


def test_a_warning_stays_one() -> None:
    soft = replace(FINDING, severity=Severity.NOTE, clusters=("a",))
    found = apply([judged(soft)], [replace(WAIVER, expires="2026-11-23")], terms())
    assert [(finding.code, finding.severity) for finding in found] == [
        ("FG-POD-001", Severity.NOTE),
        ("E0803", Severity.WARNING),
    ]


def document(owner: str = "team-shop", agreed: str = "2026-11-01", expires: str = "2026-12-01", **said: str) -> WaiverDocument:
    spec = WaiverSpec(
        policy=said.get("policy", "FG-POD-001"),
        scope=WaiverScope(),
        owner=owner,
        ticket="T-1",
        reason="till it is rewritten",
        agreed=agreed,
        expires=expires,
    )
    return WaiverDocument(name="w", place=PLACE, spec=spec)


DUTIES = (
    Duty(role="security", teams=("team-security", "team-audit"), duties=("policies",), place=Place("r.yaml")),
    Duty(role="owners", teams=("team-shop", "team-till"), duties=("waivers",), place=Place("r.yaml")),
)
STAGED = EnforcementDocument(
    name="e",
    place=Place("policies/enforcement/e.yaml"),
    spec=EnforcementSpec(constraints=("x",), action="warn", owner="team-shop", reason="first see"),
)


@pytest.mark.parametrize(
    ("waiver", "severity", "expected"),
    [
        (document(), "critical", []),
        (
            document(expires="2026-12-02"),
            "critical",
            [
                problem(
                    "E0803",
                    "waiver 'w' lasts 31 days from 2026-11-01; its policy has severity critical",
                    fix="set `expires` at most 30 days after `agreed`; permanent exceptions belong in the constraint",
                    place=PLACE,
                )
            ],
        ),
        (document(expires="2027-01-30"), "high", []),
        (document(expires="2027-04-30"), "medium", []),
        (
            document(agreed="2026-12-02"),
            "medium",
            [
                problem(
                    "E0803",
                    "waiver 'w' lasts -1 days from 2026-12-02; its policy has severity medium",
                    fix="set `expires` at most 180 days after `agreed`; permanent exceptions belong in the constraint",
                    place=PLACE,
                )
            ],
        ),
        (
            document(policy="FG-POD-002"),
            "high",
            [
                problem(
                    "E0803",
                    "waiver 'w' names policy FG-POD-002, which does not exist",
                    fix="did you mean 'FG-POD-001'?",
                    place=PLACE,
                )
            ],
        ),
        (document(policy="FG-POD-001.host-port"), "high", []),
        (
            document(policy="FG-POD-001.host-prot"),
            "high",
            [
                problem(
                    "E0803",
                    "waiver 'w' names rule FG-POD-001.host-prot, which the policy does not have",
                    fix="did you mean 'FG-POD-001.host-port'?",
                    place=PLACE,
                )
            ],
        ),
        (
            document(owner="team-audit"),
            "high",
            [
                problem(
                    "E0806",
                    "waiver 'w' has owner team-audit, which has the duty policies (TeamRole security)",
                    fix="choose the team that must fix what the waiver covers",
                    place=PLACE,
                )
            ],
        ),
        (
            document(owner="team-x"),
            "high",
            [
                problem(
                    "E0806",
                    "waiver 'w' has owner team-x, which has no duty waivers (TeamRole owners)",
                    fix="choose team-shop or team-till",
                    place=PLACE,
                )
            ],
        ),
    ],
    ids=[
        "good",
        "too long",
        "high",
        "medium",
        "before it was agreed",
        "no policy",
        "a rule",
        "no rule",
        "owner of policies",
        "not an owner",
    ],
)
def test_documents(waiver: WaiverDocument, severity: str, expected: list[Finding]) -> None:
    known = replace(policy(), severity=severity, codes={"host-port": "A port of the host."})
    assert list(broken([waiver], [], {known.id: known}, DUTIES)) == expected


def test_without_duties_any_team_may_own_anything() -> None:
    assert list(broken([document("anybody")], [STAGED], {"FG-POD-001": policy()}, ())) == []


def test_stages_are_owned_by_who_answers_for_policies() -> None:
    assert list(broken([], [STAGED], {}, DUTIES)) == [
        problem(
            "E0806",
            "enforcement 'e' has owner team-shop, which has no duty policies",
            fix="choose a team of TeamRole security: team-audit or team-security",
            place=STAGED.place,
        )
    ]
