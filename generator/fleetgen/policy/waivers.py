"""Waivers: removes waived findings, brings them back when a waiver expires, and reports on the waivers themselves.

A valid waiver removes its clusters from a finding. For two weeks after its last day it still does so where nothing has changed,
with a warning, so that a date alone does not stop an unrelated change. Critical policies have no such period.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Duty, EnforcementDocument, WaiverDocument
from fleetgen.model.place import Place
from fleetgen.model.policy import Policy
from fleetgen.model.resource import ResourceId
from fleetgen.model.waiver import Waiver
from fleetgen.words import count, listed, suggest

SOON: Final = timedelta(days=30)
GRACE: Final = timedelta(days=14)
# the longest term of a waiver in days, by the severity of its policy
LONGEST: Final[Mapping[str, int]] = {"critical": 30, "high": 90, "medium": 180}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivableFinding:
    """A finding of a policy and what waivers are matched with.

    `container` is its name and image, where the finding is about one. `objects`: cluster -> digest of the object as it is there.
    `exempt`: both gates exempt it by a waiver, and only the companion of the constraint tells.
    """

    finding: Finding
    units: frozenset[str]
    container: tuple[str, str] | None = None
    objects: Mapping[str, str] = field(default_factory=dict)
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the date of a waiver is judged by. `is_changed`: whether the change that is judged touches a finding at a cluster."""

    as_of: date
    severities: Mapping[str, str]
    is_changed: Callable[[WaivableFinding, str], bool]

    def holds(self, waiver: Waiver) -> bool:
        """Its last day counts."""
        return self.as_of <= date.fromisoformat(waiver.expires)

    def is_tolerated(self, waiver: Waiver) -> bool:
        """Whether it still covers what does not change."""
        return self.as_of <= self.tolerated_until(waiver)

    def tolerated_until(self, waiver: Waiver) -> date:
        """The last day on which the waiver covers anything."""
        expires = date.fromisoformat(waiver.expires)
        return expires if self.severities.get(waiver.policy) == "critical" else expires + GRACE


def covers(waiver: Waiver, judged: WaivableFinding) -> bool:
    """Whether policy, rule, unit, object, namespace and container fit; clusters are judged one by one.

    A finding about several units is not covered by a waiver of one of them: the others did not agree. What both gates exempt is
    covered by waivers that they know, and what they refuse only by those that they do not.
    """
    finding = judged.finding
    identity = finding.object
    name, image = judged.container or ("", "")
    return (
        waiver.policy == finding.policy
        and (not waiver.rule or finding.code == f"{waiver.policy}.{waiver.rule}")
        and judged.exempt == (not waiver.only_at_gate)
        and (not waiver.unit or judged.units == {waiver.unit})
        and (waiver.object is None or (identity is not None and _is_named(waiver, identity)))
        and (not waiver.namespace or (identity is not None and matches(waiver.namespace, identity.namespace)))
        and (not waiver.container or (judged.container is not None and matches(waiver.container, name)))
        and (not waiver.image or (judged.container is not None and matches(waiver.image, image)))
        and not waiver.clusters.isdisjoint(finding.clusters)
    )


def _is_named(waiver: Waiver, identity: ResourceId) -> bool:
    """Where the object leaves its namespace to the scope's `namespace`, that is matched as a pattern."""
    kind, namespace, name = waiver.object or ("", "", "")
    open_namespace = bool(waiver.namespace) and not namespace
    return (kind, name) == (identity.kind, identity.name) and (open_namespace or namespace == identity.namespace)


def matches(pattern: str, text: str) -> bool:
    """As `lib.exempt` in Rego: `*` counts at the ends."""
    if pattern.startswith("*") and pattern.endswith("*") and len(pattern) > 1:
        return pattern[1:-1] in text
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def apply(judged: Iterable[WaivableFinding], waivers: Sequence[Waiver], terms: Terms) -> list[Finding]:
    """The findings that remain, plus what there is to say about the waivers themselves (E0803)."""
    remaining: list[Finding] = []
    used: set[str] = set()
    for entry in judged:
        covering = [waiver for waiver in waivers if covers(waiver, entry)]
        used.update(waiver.name for waiver in covering)
        remaining += _remaining(entry, covering, terms)
    return remaining + [note for waiver in waivers for note in _about(waiver, used, terms)]


def _remaining(entry: WaivableFinding, covering: Sequence[Waiver], terms: Terms) -> Iterator[Finding]:
    """The finding without what is waived: what an expired waiver tolerates, what one refuses, what none covers."""
    finding = entry.finding
    if not finding.clusters:
        yield finding
        return
    waived = {name for waiver in covering if terms.holds(waiver) for name in waiver.clusters}
    left = [name for name in finding.clusters if name not in waived]
    expired = sorted((w for w in covering if not terms.holds(w)), key=lambda w: (w.expires, w.name), reverse=True)
    for waiver in expired:
        mine = [name for name in left if name in waiver.clusters]
        left = [name for name in left if name not in waiver.clusters]
        kept = [name for name in mine if terms.is_tolerated(waiver) and not terms.is_changed(entry, name)]
        told = f"{finding.fix}; waiver '{waiver.name}' ({waiver.place}) expired on {waiver.expires}"
        if kept:
            severity = Severity.WARNING if finding.severity is Severity.ERROR else finding.severity
            yield replace(finding, clusters=tuple(kept), severity=severity, fix=told)
        if refused := tuple(name for name in mine if name not in kept):
            yield replace(finding, clusters=refused, fix=told)
    if left:
        fix = (
            f"{finding.fix}; a waiver for something else exempts it in both gates too: narrow the scope of that waiver"
            if entry.exempt
            else ""
        )
        yield replace(finding, clusters=tuple(left), fix=fix or finding.fix)


def _about(waiver: Waiver, used: Collection[str], terms: Terms) -> Iterator[Finding]:
    fix = f"fix what the waiver covers, or renew it; its owner is {waiver.owner}"
    said, severity = "", Severity.WARNING
    if waiver.name not in used:
        said, fix = "covers nothing", "remove the waiver"
        if not waiver.only_at_gate:
            said, fix = (
                "covers nothing that is rendered",
                "remove the waiver, unless it is for objects that a chart or an operator creates at the site",
            )
    elif not terms.holds(waiver):
        said = f"expired on {waiver.expires}; the gate refuses what it covered"
        if terms.is_tolerated(waiver):
            until = terms.tolerated_until(waiver)
            said = f"expired on {waiver.expires}; the gate refuses changes to what it covered, and all of it after {until}"
    elif date.fromisoformat(waiver.expires) <= terms.as_of + SOON:
        said, severity = f"expires on {waiver.expires}", Severity.NOTE
    if said:
        yield Finding(code="E0803", message=f"waiver '{waiver.name}' {said}", fix=fix, place=waiver.place, severity=severity)


def broken(
    waivers: Iterable[WaiverDocument],
    enforcements: Iterable[EnforcementDocument],
    policies: Mapping[str, Policy],
    duties: Sequence[Duty],
) -> Iterator[Finding]:
    """Problems of the documents that do not depend on the date: scope and term of waivers (E0803), wrong owners (E0806)."""
    for waiver in waivers:
        spec = waiver.spec
        yield from _unknown(waiver.name, spec.policy, policies, waiver.place)
        policy = policies.get(spec.policy_id)
        if policy is None:
            continue
        days = (date.fromisoformat(spec.expires) - date.fromisoformat(spec.agreed)).days
        if not 0 <= days <= LONGEST[policy.severity]:
            message = (
                f"waiver '{waiver.name}' lasts {count(days, 'day')} from {spec.agreed}; its policy has severity {policy.severity}"
            )
            longest = LONGEST[policy.severity]
            fix = f"set `expires` at most {longest} days after `agreed`; permanent exceptions belong in the constraint"
            yield problem("E0803", message, fix=fix, place=waiver.place)
        yield from _wrong_owner(waiver, duties)
    owners = _teams(duties, "policies")
    for document in enforcements:
        if owners and document.spec.owner not in owners:
            message = f"enforcement '{document.name}' has owner {document.spec.owner}, which has no duty policies"
            fix = f"choose a team of TeamRole {_roles(duties, 'policies')}: {listed(sorted(owners), 'or')}"
            yield problem("E0806", message, fix=fix, place=document.place)


def _unknown(name: str, waived: str, policies: Mapping[str, Policy], place: Place | None = None) -> Iterator[Finding]:
    """E0803 if there is no such policy, or the policy has no such rule. `waived` is what `policy` of the waiver `name` says."""
    number, _, rule = waived.partition(".")
    if number not in policies:
        message = f"waiver '{name}' names policy {number}, which does not exist"
        yield problem("E0803", message, fix=suggest(number, policies), place=place)
    elif rule and rule not in policies[number].codes:
        message = f"waiver '{name}' names rule {waived}, which the policy does not have"
        known = [f"{number}.{code}" for code in policies[number].codes] or [number]
        yield problem("E0803", message, fix=suggest(waived, known), place=place)


def _wrong_owner(waiver: WaiverDocument, duties: Sequence[Duty]) -> Iterator[Finding]:
    """Nobody owns both a policy and its waiver."""
    owner = waiver.spec.owner
    if owner in _teams(duties, "policies"):
        message = f"waiver '{waiver.name}' has owner {owner}, which has the duty policies (TeamRole {_roles(duties, 'policies')})"
        fix = "choose the team that must fix what the waiver covers"
        yield problem("E0806", message, fix=fix, place=waiver.place)
    elif (owners := _teams(duties, "waivers")) and owner not in owners:
        message = f"waiver '{waiver.name}' has owner {owner}, which has no duty waivers (TeamRole {_roles(duties, 'waivers')})"
        yield problem("E0806", message, fix=f"choose {listed(sorted(owners), 'or')}", place=waiver.place)


def _teams(duties: Iterable[Duty], duty: str) -> set[str]:
    return {team for each in duties if duty in each.duties for team in each.teams}


def _roles(duties: Iterable[Duty], duty: str) -> str:
    return ", ".join(sorted(each.role for each in duties if duty in each.duties))
