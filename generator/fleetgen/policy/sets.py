"""Policy sets: which clusters are judged alike. Each has its own variant of the unit with Gatekeeper's constraints.

Clusters of one environment have one set, but for rings and groups that an Enforcement document or a waiver names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fleetgen.model.fleet import EnforcementDocument, WaiverDocument
from fleetgen.model.plain import Json
from fleetgen.model.policy import Constraint, PolicySet
from fleetgen.policy.enforcement import Membership, enforced
from fleetgen.policy.waiver_reach import reaches
from fleetgen.policy.waivers_in_gatekeeper import exempted

Values = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySets:
    """The sets by name, and the name of each cluster's."""

    sets: Mapping[str, PolicySet]
    of: Mapping[str, str]


def policy_sets(
    members: Mapping[str, Membership],
    environments: Mapping[str, Values],
    constraints: Sequence[Constraint],
    enforcements: Sequence[EnforcementDocument] = (),
    waivers: Sequence[WaiverDocument] = (),
) -> PolicySets:
    """The sets of all clusters. `members`: cluster -> where it stands; `waivers`: those that clusters get.

    Each environment has one that bears its name, also when no cluster is left for it.
    """
    rings = {ring for each in enforcements for ring in each.spec.scope.rings}
    groups = named_groups(enforcements, waivers)
    distinct = {Membership(name): name for name in environments}
    of: dict[str, str] = {}
    for cluster, member in members.items():
        place = f"{member.environment}/{member.ring}"
        told = Membership(
            member.environment,
            member.ring if place in rings else "",
            tuple(sorted(groups.intersection(member.groups))),
        )
        of[cluster] = distinct.setdefault(told, _name(told))
    sets = [
        each
        for environment in environments
        for each in _sets_of(
            {member: name for member, name in distinct.items() if member.environment == environment},
            environments[environment],
            [c for c in constraints if not c.environments or environment in c.environments],
            enforcements,
            waivers,
        )
    ]
    return PolicySets(sets={each.name: each for each in sorted(sets, key=lambda each: each.name)}, of=of)


def _sets_of(
    members: Mapping[Membership, str],
    values: Values,
    constraints: Sequence[Constraint],
    enforcements: Sequence[EnforcementDocument],
    waivers: Sequence[WaiverDocument],
) -> Iterator[PolicySet]:
    """The sets of one environment. What judges all its clusters together stands apart as soon as they are told apart."""
    is_split = len(members) > 1
    for member, name in members.items():
        here = [c for c in constraints if not is_split or c.policy.scope != "fleet"]
        complete, companions = exempted(
            [enforced(constraint, member, enforcements) for constraint in here],
            [waiver for waiver in waivers if reaches(waiver, member)],
        )
        yield PolicySet(name=name, environment=member.environment, values=values, constraints=complete, companions=companions)
    if is_split:
        member = next(member for member, name in members.items() if name == member.environment)
        over = tuple(enforced(c, member, enforcements) for c in constraints if c.policy.scope == "fleet")
        yield PolicySet(
            name=f"{member.environment}/*", environment=member.environment, values=values, constraints=over, whole=True
        )


def _name(member: Membership) -> str:
    """`production`, `production/canary`, `production:group,group`: unique, because tokens hold neither slash, colon nor comma."""
    place = f"{member.environment}/{member.ring}" if member.ring else member.environment
    return f"{place}:{','.join(member.groups)}" if member.groups else place


def named_groups(enforcements: Iterable[EnforcementDocument], waivers: Iterable[WaiverDocument]) -> set[str]:
    """The groups that tell clusters apart."""
    scopes = [*(each.spec.scope.groups for each in enforcements), *(each.spec.scope.groups for each in waivers)]
    return {group for groups in scopes for group in groups}


def about(
    enforcements: Iterable[EnforcementDocument], constraints: Iterable[Constraint], policies: Collection[str]
) -> list[EnforcementDocument]:
    """The documents that say something about a constraint of these policies."""
    names = {constraint.name for constraint in constraints if constraint.policy.id in policies}
    return [each for each in enforcements if not names.isdisjoint(each.spec.constraints)]
