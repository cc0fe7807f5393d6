"""Enforcement documents: the action of a constraint in a part of the fleet, and when the next action is due.

A date never changes an action. A stage that is due is a finding, and `fleetgen policy advance` edits the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from fleetgen.errors import problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Cluster, EnforcementDocument
from fleetgen.model.inventory import ACTIONS, EnforcementScope, Stage
from fleetgen.model.policy import Constraint
from fleetgen.words import suggest


@dataclass(frozen=True, slots=True)
class Membership:
    """Where a cluster stands, as far as policies can tell. Without ring and groups it stands for the whole environment."""

    environment: str
    ring: str = ""
    groups: tuple[str, ...] = ()


def membership_of(cluster: Cluster) -> Membership:
    """Where a cluster stands."""
    return Membership(cluster.spec.environment, cluster.spec.ring, cluster.groups)


def rank(action: str) -> int:
    """How much an action does: deny most."""
    return ACTIONS.index(action)


def strength(scope: EnforcementScope) -> int:
    """Which document wins for a cluster: the narrowest kind of part that it names."""
    return 3 if scope.groups else 2 if scope.rings else 1 if scope.environments else 0


def reaches(scope: EnforcementScope, member: Membership) -> bool:
    """Whether every key of the scope that is given fits."""
    return (
        (not scope.environments or member.environment in scope.environments)
        and (not scope.rings or f"{member.environment}/{member.ring}" in scope.rings)
        and (not scope.groups or not set(scope.groups).isdisjoint(member.groups))
    )


def enforced(constraint: Constraint, member: Membership, documents: Sequence[EnforcementDocument]) -> Constraint:
    """The constraint with the action that it has for these clusters; of documents that tie (an error), the first by name."""
    winners = _strongest(constraint, member, documents)
    return replace(constraint, action=min(winners, key=lambda found: found.name).spec.action) if winners else constraint


def _strongest(constraint: Constraint, member: Membership, documents: Iterable[EnforcementDocument]) -> list[EnforcementDocument]:
    found = [each for each in documents if constraint.name in each.spec.constraints and reaches(each.spec.scope, member)]
    most = max((strength(each.spec.scope) for each in found), default=0)
    return [each for each in found if strength(each.spec.scope) == most]


def findings(
    documents: Sequence[EnforcementDocument], constraints: Sequence[Constraint], members: Iterable[Membership]
) -> list[Finding]:
    """What is wrong with the documents themselves and with several of them together (E0301, E0306)."""
    known = {constraint.name: constraint for constraint in constraints}
    found = [each for document in documents for each in (*_names(document, known), *_stages(document))]
    return found + _ties(documents, constraints, members)


def _names(document: EnforcementDocument, known: Mapping[str, Constraint]) -> Iterator[Finding]:
    for name in document.spec.constraints:
        if name not in known:
            message = f"there is no constraint '{name}' to enforce"
            yield problem("E0301", message, fix=suggest(name, known), place=document.place)
        elif known[name].policy.scope == "fleet" and strength(document.spec.scope) > 1:
            message = f"'{name}' judges all clusters of an environment together, so it needs one action per environment"
            yield problem("E0306", message, fix="use only environments in spec.scope", place=document.place)


def _stages(document: EnforcementDocument) -> Iterator[Finding]:
    stages = document.spec.stages
    for earlier, later in pairwise(stages):
        if later.from_ <= earlier.from_ or rank(later.action) <= rank(earlier.action):
            message = f"the stage {later.action} from {later.from_} does not come after {earlier.action} from {earlier.from_}"
            fix = "make each stage later and stronger than the one before"
            yield problem("E0306", message, fix=fix, place=document.place)


def _ties(
    documents: Sequence[EnforcementDocument], constraints: Sequence[Constraint], members: Iterable[Membership]
) -> list[Finding]:
    """Two documents of equal strength for one constraint at one cluster. Each pair is reported once."""
    pairs: dict[tuple[str, str], Finding] = {}
    for member in members:
        for constraint in constraints:
            tied = sorted(_strongest(constraint, member, documents), key=lambda each: each.name)
            for first, second in pairwise(tied):
                message = f"'{second.name}' and '{first.name}' ({first.place}) both set the action of '{constraint.name}'"
                where = f" in {member.environment}" + (f" for group {', '.join(member.groups)}" if member.groups else "")
                fix = "narrow the scope of one, or merge the two"
                pairs.setdefault((first.name, second.name), problem("E0306", message + where, fix=fix, place=second.place))
    return [*pairs.values()]


def due_stage(document: EnforcementDocument, as_of: date) -> Stage | None:
    """The last stage whose day has come, if the action does less than it says."""
    come = [stage for stage in document.spec.stages if date.fromisoformat(stage.from_) <= as_of]
    return come[-1] if come and rank(come[-1].action) > rank(document.spec.action) else None


def next_stage(document: EnforcementDocument, as_of: date) -> Stage | None:
    """The first stage whose day is still to come."""
    return next((stage for stage in document.spec.stages if date.fromisoformat(stage.from_) > as_of), None)


def due(documents: Iterable[EnforcementDocument], as_of: date) -> Iterator[Finding]:
    """Stages that are due (E0807). Never an error, so that no other change has to wait."""
    for document in documents:
        if stage := due_stage(document, as_of):
            names = ", ".join(document.spec.constraints)
            still = f"enforcement '{document.name}' still has action {document.spec.action}"
            message = f"{still}; its stage {stage.action} began on {stage.from_} ({names})"
            yield Finding(
                code="E0807",
                message=message,
                fix=f"run: fleetgen policy advance {document.name}; its owner is {document.spec.owner}",
                place=document.place,
                severity=Severity.WARNING,
            )
