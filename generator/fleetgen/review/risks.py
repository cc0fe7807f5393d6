"""Risk flags: what a reviewer should know before a change is merged, each with its reason and the edits behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fleetgen.deliver.fleet_sides import Side
from fleetgen.model.change import Tree
from fleetgen.model.fleet import Environment, Fleet
from fleetgen.model.keys import ClusterKey
from fleetgen.model.plain import Json, value_at
from fleetgen.model.review import Review, ReviewedChange, Risk, VersionChange
from fleetgen.review.object_risks import object_risks
from fleetgen.review.workloads import restarts_of
from fleetgen.words import count, listed, shortened

LIFE_SAFETY: Final = "life-safety"
# ring -> its clusters
_Rings: TypeAlias = Mapping[str, Sequence[ClusterKey]]
# (unit, environment) -> ring -> the versions there
_Running: TypeAlias = Mapping[tuple[str, str], Mapping[str, Collection[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskInputs:
    """What flags are raised from: the review so far, both sides of it, and the objects that the change leads to."""

    review: Review
    old: Side
    new: Side
    fleet: Fleet
    wanted: Tree


def risks_of(reviewed: RiskInputs) -> tuple[Risk, ...]:
    """All flags, sorted by kind; clusters that share a reason are one flag."""
    found = [
        *_clusters(reviewed.review),
        *(risk for each in reviewed.review.changes for risk in _of_change(each, reviewed)),
        *_versions(reviewed),
        *_rules(reviewed.review),
    ]
    return _joined(found)


def _joined(risks: Sequence[Risk]) -> tuple[Risk, ...]:
    """Equal reasons once, with the clusters of all."""
    groups: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], set[ClusterKey]] = {}
    for risk in risks:
        groups.setdefault((risk.flag, risk.reason, risk.units, risk.causes), set()).update(risk.clusters)
    return tuple(
        sorted(
            Risk(flag=flag, reason=reason, units=units, clusters=tuple(sorted(clusters)), causes=causes)
            for (flag, reason, units, causes), clusters in groups.items()
        )
    )


def _clusters(review: Review) -> Iterator[Risk]:
    for cluster in review.removed:
        reason = f"cluster '{cluster}' goes away; its site keeps what it has and gets nothing new"
        yield Risk(flag="cluster-removed", reason=reason, clusters=(cluster,))
    for move in review.moved:
        if move.former != move.cluster:
            leads = "which still leads there" if move.former in review.redirects else "which it must be pointed away from"
            reason = f"cluster '{move.former}' is now '{move.cluster}'; its site pulls the former folder, {leads}"
            yield Risk(flag="cluster-renamed", reason=reason, clusters=(move.cluster,))


def _of_change(each: ReviewedChange, reviewed: RiskInputs) -> Iterator[Risk]:
    change = each.change
    if {*change.clusters} <= {*reviewed.review.removed}:
        return  # that the cluster goes away says it all
    for flag, reason in object_risks(change):
        yield Risk(flag=flag, reason=reason, units=change.units, clusters=change.clusters, causes=each.causes)
    yield from _unprotected_restarts(each, reviewed)
    if not change.moved:
        yield from _unstaged(each, reviewed)


def _unprotected_restarts(each: ReviewedChange, reviewed: RiskInputs) -> Iterator[Risk]:
    """A workload with one replica that restarts where lives depend on the site."""
    change = each.change
    clusters = tuple(c for c in change.clusters if _is_life_safety(reviewed.fleet, c))
    for item in restarts_of(change):
        alone = tuple(c for c in clusters if _replicas(reviewed.wanted, c, change.units, str(item.id)) == 1)
        if alone:
            reason = f"{item.id} restarts with one replica at {LIFE_SAFETY} sites"
            yield Risk(flag="single-replica-restart", reason=reason, units=change.units, clusters=alone, causes=each.causes)


def _is_life_safety(fleet: Fleet, key: ClusterKey) -> bool:
    cluster = fleet.clusters.get(key.name)
    return cluster is not None and cluster.spec.criticality == LIFE_SAFETY


def _replicas(tree: Tree, cluster: ClusterKey, units: Sequence[str], identity: str) -> Json:
    """The replicas that the object says, one if it says nothing; None for what has no replicas."""
    bill = tree.bills.get(cluster, {})
    for manifest in (each for unit in units for each in tree.objects.get(bill.get(unit, ""), ())):
        if str(manifest.id) == identity:
            replicas = value_at(manifest.data, ("spec", "replicas"))
            return None if manifest.id.kind == "DaemonSet" else 1 if replicas is None else replicas
    return None


def _unstaged(each: ReviewedChange, reviewed: RiskInputs) -> Iterator[Risk]:
    """A change that reaches several rings or environments in one commit. Clusters that only come or go are no rollout."""
    review = reviewed.review
    fresh = {*review.added, *review.removed, *(move.cluster for move in review.moved)}
    reached = _by_ring([cluster for cluster in each.change.clusters if cluster not in fresh], review.rings)
    rings = [f"{name} ({listed(sorted(rings))})" for name, rings in sorted(reached.items())]
    if len(reached) > 1 or any(len(names) > 1 for names in reached.values()):
        total = sum(map(len, reached.values()))
        reason = f"{shortened(each.change.units, 3)} changes in {count(total, 'ring')} at once: {listed(rings)}"
        yield Risk(flag="unstaged", reason=reason, units=each.change.units, clusters=each.change.clusters, causes=each.causes)


def _versions(reviewed: RiskInputs) -> Iterator[Risk]:
    """Versions that reach a ring, or an environment of higher rank, before the ones that should have had them first."""
    running = _running(reviewed.new)
    for change in reviewed.review.versions:
        for environment, rings in _by_ring(change.clusters, reviewed.review.rings).items():
            own = reviewed.fleet.environments.get(environment)
            if own:
                yield from _skipped_rings(change, own, rings, running)
                yield from _skipped_environments(change, own, reviewed.fleet, running)


def _skipped_rings(change: VersionChange, own: Environment, rings: _Rings, running: _Running) -> Iterator[Risk]:
    for ring, clusters in sorted(rings.items()):
        earlier = own.spec.rings[: own.spec.rings.index(ring)] if ring in own.spec.rings else ()
        have = running[change.unit, own.name]
        skipped = [f"ring '{name}'" for name in earlier if name in have and change.new not in have[name]]
        if skipped:
            reason = f"{change.unit} {change.new} reaches ring '{ring}' of {own.name} before {listed(skipped)}"
            yield Risk(flag="ring-skipped", reason=reason, units=(change.unit,), clusters=tuple(clusters))


def _skipped_environments(change: VersionChange, own: Environment, fleet: Fleet, running: _Running) -> Iterator[Risk]:
    earlier = [
        each.name
        for each in sorted(fleet.environments.values(), key=lambda each: each.spec.rank)
        if each.spec.rank < own.spec.rank and (change.unit, each.name) in running
    ]
    if earlier and not any(change.new in versions for name in earlier for versions in running[change.unit, name].values()):
        reason = f"{own.name} gets {change.unit} {change.new}, which does not run in {listed(earlier, 'or')}"
        clusters = tuple(cluster for cluster in change.clusters if cluster.environment == own.name)
        yield Risk(flag="environment-skipped", reason=reason, units=(change.unit,), clusters=clusters)


def _running(side: Side) -> _Running:
    """The versions of all variants that a cluster gets."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for key, version in side.versions.items():
        found.setdefault((key.unit, key.environment), {}).setdefault(key.ring, set()).add(version)
    return found


def _by_ring(clusters: Sequence[ClusterKey], rings: Mapping[ClusterKey, str]) -> dict[str, dict[str, list[ClusterKey]]]:
    """Environment -> ring -> clusters."""
    reached: dict[str, dict[str, list[ClusterKey]]] = {}
    for cluster in clusters:
        reached.setdefault(cluster.environment, {}).setdefault(rings.get(cluster, ""), []).append(cluster)
    return reached


def _rules(review: Review) -> Iterator[Risk]:
    for finding in review.rules:
        clusters = tuple(key for key in sorted(review.rings) if key.name in finding.clusters)
        causes = (finding.place.path,) if finding.place else ()
        yield Risk(flag="rules-loosened", reason=finding.message, clusters=clusters, causes=causes)
