"""The clusters and units of both sides of a change: which came, went, moved, and whose version is another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fleetgen.model.composed import ComposedFleet, IndexEntry
from fleetgen.model.keys import ClusterKey
from fleetgen.model.review import ClusterMove, VersionChange
from fleetgen.model.variant import VariantKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The units of one side: cluster -> unit -> its variant, and the version of each variant."""

    bills: Mapping[ClusterKey, Mapping[str, VariantKey]]
    versions: Mapping[VariantKey, str]

    def ring(self, cluster: ClusterKey) -> str:
        """The cluster's ring; empty for a cluster without units."""
        return next((key.ring for key in self.bills.get(cluster, {}).values()), "")


def committed_side(entries: Mapping[VariantKey, IndexEntry]) -> Side:
    """What the indexes of a commit say."""
    bills: dict[ClusterKey, dict[str, VariantKey]] = {}
    for key, entry in entries.items():
        for name in entry.clusters:
            bills.setdefault(ClusterKey(key.environment, name), {})[key.unit] = key
    return Side(bills=bills, versions={key: entry.version for key, entry in entries.items()})


def wanted_side(fleet: ComposedFleet) -> Side:
    """What the run wants."""
    bills = {cluster.key: {key.unit: key for key in cluster.units} for cluster in fleet.clusters.values() if cluster.units}
    return Side(bills=bills, versions={key: entry.version for index in fleet.indexes.values() for key, entry in index.items()})


def renamed(fleet: ComposedFleet, old: Side) -> dict[ClusterKey, ClusterKey]:
    """Cluster -> what it was called before, for clusters that are new under their name: formerNames say so."""
    return {
        cluster.key: former
        for cluster in fleet.clusters.values()
        if cluster.key not in old.bills
        for former in reversed(cluster.former)
        if former in old.bills
    }


def moves(old: Side, new: Side, former: Mapping[ClusterKey, ClusterKey]) -> tuple[ClusterMove, ...]:
    """Clusters with another name, environment or ring. A name that left one environment and came in another one has moved."""
    left = {key.name: key for key in old.bills.keys() - new.bills.keys() - {*former.values()}}
    found = []
    for cluster in sorted(new.bills):
        before = former.get(cluster, cluster if cluster in old.bills else left.get(cluster.name))
        if before and (before, old.ring(before)) != (cluster, new.ring(cluster)):
            found.append(ClusterMove(former=before, former_ring=old.ring(before), cluster=cluster, ring=new.ring(cluster)))
    return tuple(found)


def version_changes(old: Side, new: Side, former: Mapping[ClusterKey, ClusterKey]) -> tuple[VersionChange, ...]:
    """Units that stay at their clusters in another version, widest reach first."""
    found: dict[tuple[str, str, str], list[ClusterKey]] = {}
    for cluster, units in new.bills.items():
        before = old.bills.get(former.get(cluster, cluster), {})
        for unit, key in units.items():
            then = old.versions[before[unit]] if unit in before else new.versions[key]
            if then != new.versions[key]:
                found.setdefault((unit, then, new.versions[key]), []).append(cluster)
    changes = [
        VersionChange(unit=unit, old=first, new=second, clusters=tuple(sorted(clusters)))
        for (unit, first, second), clusters in found.items()
    ]
    return tuple(sorted(changes, key=lambda each: (-len(each.clusters), each.unit, each.old, each.new)))


def redirects(
    fleet: ComposedFleet, old: Side, changed: Collection[str], folders: Collection[ClusterKey]
) -> dict[ClusterKey, ClusterKey | None]:
    """Former folder -> the cluster that it leads to, where that is new; None where the folder is gone.

    `changed`: paths below output/ that differ. `folders`: those of clusters that the commit has.
    """
    wanted = {former: cluster.key for cluster in fleet.clusters.values() for former in cluster.former}
    current = {cluster.key for cluster in fleet.clusters.values()}
    found: dict[ClusterKey, ClusterKey | None] = {
        former: key for former, key in sorted(wanted.items()) if any(path.startswith(f"{former.folder}/") for path in changed)
    }
    gone = set(folders) - wanted.keys() - current - old.bills.keys()
    return {**found, **dict.fromkeys(sorted(gone))}


def cluster_folders(paths: Collection[str]) -> Iterator[ClusterKey]:
    """The folders of clusters, and of redirects, in a rendered tree."""
    for parts in {tuple(path.split("/")[1:3]) for path in paths if path.startswith("clusters/")}:
        if len(parts) == 2:
            yield ClusterKey(*parts)
