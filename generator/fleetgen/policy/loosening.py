"""Compares the rules that judge a change with the rules that the change contains, and reports what is loosened.

Whether a changed match or rule lets more pass cannot be computed, so every such change is reported. A reviewer decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import EnforcementDocument, WaiverDocument
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.policy import Constraint, Policy, PolicySet
from fleetgen.policy.enforcement import rank
from fleetgen.policy.gate_plan import parameters
from fleetgen.policy.gatekeeper_documents import libraries, packages_of

_SEVERITIES: Final = ("medium", "high", "critical")
_GATE: Final = "policies/rego/gate/"
_FIX: Final = "ask the owners of the policies for a review; the change was judged without it"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The rules of one side. `files`: path -> Rego; `sets` and `of` as in `PolicySets`."""

    policies: Mapping[str, Policy]
    files: Mapping[str, str]
    constraints: Sequence[Constraint]
    enforcements: Sequence[EnforcementDocument]
    waivers: Sequence[WaiverDocument]
    sets: Mapping[str, PolicySet]
    of: Mapping[str, str]


def loosened(before: State, after: State) -> list[Finding]:
    """Warnings (E0808) about everything that lets more pass or may do so."""
    return [*_policies(before, after), *_constraints(before, after), *_waivers(before, after)]


def _said(message: str, place: Place | None, clusters: Iterable[str] = ()) -> Finding:
    return Finding(
        code="E0808",
        message=f"this change {message}",
        fix=_FIX,
        place=place,
        severity=Severity.WARNING,
        clusters=tuple(sorted(clusters)),
    )


def _policies(before: State, after: State) -> Iterator[Finding]:
    old, new = packages_of(before.files), packages_of(after.files)
    for name, policy in sorted(before.policies.items()):
        changed = after.policies.get(name)
        if changed is None:
            yield _said(f"removes policy {name} ({policy.title})", None)
            continue
        if _SEVERITIES.index(changed.severity) < _SEVERITIES.index(policy.severity):
            said = f"lowers the severity of {name} from {policy.severity} to {changed.severity}, which allows longer waivers"
            yield _said(said, changed.place)
        if changed.where != policy.where:
            yield _said(f"moves {name} from '{policy.where}' to '{changed.where}'", changed.place)
        if _closure(policy, old) != _closure(changed, new):
            yield _said(f"alters the Rego of {name}", changed.place)
    gates = [{path: _code(text) for path, text in side.files.items() if path.startswith(_GATE)} for side in (before, after)]
    for path in sorted(gates[0].keys() | gates[1].keys()):
        if gates[0].get(path) != gates[1].get(path):
            yield _said(f"alters how the gate judges ({path})", Place(path) if path in after.files else None)


def _closure(policy: Policy, packages: Mapping[str, str]) -> list[str]:
    """The code of the policy and of what it imports."""
    rego = packages[f"policies.{policy.area}.{policy.rule}"]
    return [_code(rego), *(_code(packages[name]) for name in libraries(rego, packages))]


def _code(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#"))


def _constraints(before: State, after: State) -> Iterator[Finding]:
    """By what each cluster is judged, whatever file says it: the constraint, an Enforcement document, its environment."""
    told: dict[tuple[str, str], set[str]] = {}
    old, new = ({name: _written(each, side.sets) for name, each in side.sets.items()} for side in (before, after))
    pairs: dict[tuple[str, str], set[str]] = {}
    for cluster in before.of.keys() & after.of.keys():
        pairs.setdefault((before.of[cluster], after.of[cluster]), set()).add(cluster)
    for (first, second), clusters in pairs.items():
        for name, constraint in old[first].items():
            values = before.sets[first].values, after.sets[second].values
            for said in _differences(constraint, new[second].get(name), *values):
                told.setdefault((name, said), set()).update(clusters)
    places = {constraint.name: constraint.place for constraint in after.constraints}
    known = {document.name: document.spec for document in before.enforcements}
    for document in after.enforcements:
        if known.get(document.name) != document.spec:
            places |= {name: document.place for name in document.spec.constraints if name in places}
    written = {constraint.name: constraint for constraint in after.constraints}
    for (name, said), clusters in sorted(told.items()):
        place = places.get(name) if said.startswith("lowers the action") or name not in written else written[name].place
        yield _said(f"{said} '{name}'" if "{}" not in said else said.format(name), place, clusters)


def _written(policy_set: PolicySet, sets: Mapping[str, PolicySet]) -> dict[str, Constraint]:
    """What clusters of a set are judged by, without what waivers made of it; some of it for all of their environment."""
    over = [c for each in sets.values() if each.whole and each.environment == policy_set.environment for c in each.constraints]
    original = {constraint.name: constraint for constraint in policy_set.companions.values()}
    own = [original.get(c.name, c) for c in policy_set.constraints if c.name not in policy_set.companions]
    return {constraint.name: constraint for constraint in (*over, *own)}


def _differences(old: Constraint, new: Constraint | None, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    if new is None or new.policy.id != old.policy.id:
        yield "no longer judges by"
        return
    if rank(new.action) < rank(old.action):
        yield f"lowers the action of '{{}}' from {old.action} to {new.action}"
    if new.match != old.match:
        yield "alters the match of"
    if parameters(new, after) != parameters(old, before):
        yield "alters the parameters of"
    if old.required and not new.required:
        yield "no longer requires"


def _waivers(before: State, after: State) -> Iterator[Finding]:
    known = {waiver.name: waiver.spec for waiver in before.waivers}
    for waiver in sorted(after.waivers, key=lambda each: each.name):
        old, new = known.get(waiver.name), waiver.spec
        if old is None:
            yield _said(f"adds waiver '{waiver.name}' of {new.policy} until {new.expires}", waiver.place)
        elif (old.policy, old.scope) != (new.policy, new.scope):
            yield _said(f"alters what waiver '{waiver.name}' covers", waiver.place)
        elif new.expires > old.expires:
            yield _said(f"extends waiver '{waiver.name}' from {old.expires} to {new.expires}", waiver.place)
