"""The distinct changes from one tree to another. Equal changes are reported once, with all clusters that get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetgen.model.change import Change, ObjectChange, Tree
from fleetgen.model.keys import ClusterKey
from fleetgen.stages.diff.folding import edit_of, folded
from fleetgen.stages.diff.objects import object_changes


@dataclass(frozen=True, slots=True)
class _ContentChange:
    """A unit's content keys in both trees; empty where the cluster does not have the unit."""

    unit: str
    old: str
    new: str


@dataclass(slots=True)
class _Reach:
    """What changes in a unit, whichever contents it is between, and where."""

    objects: tuple[ObjectChange, ...]
    clusters: list[ClusterKey]


def diff(old: Tree, new: Tree, former: Mapping[ClusterKey, ClusterKey] | None = None) -> tuple[Change, ...]:
    """The distinct changes from `old` to `new`, widest reach first; `diff(x, x)` is empty.

    `former`: cluster of the new tree -> what it was called in the old one. It is the same cluster then.
    """
    names = former or {}
    pairs: dict[_ContentChange, list[ClusterKey]] = {}
    for cluster in sorted({*new.bills, *(old.bills.keys() - names.values())}):
        before, after = old.bills.get(names.get(cluster, cluster), {}), new.bills.get(cluster, {})
        if before == after:
            continue
        for unit in sorted(before.keys() | after.keys()):
            pair = _ContentChange(unit, before.get(unit, ""), after.get(unit, ""))
            if pair.old != pair.new:
                pairs.setdefault(pair, []).append(cluster)
    merged: dict[tuple[str, str], _Reach] = {}
    for pair, clusters in pairs.items():
        objects = object_changes(old.objects.get(pair.old, ()), new.objects.get(pair.new, ()))
        merged.setdefault((pair.unit, _content(objects)), _Reach(objects, [])).clusters.extend(clusters)
    changes = [
        Change(units=(unit,), objects=reach.objects, clusters=tuple(sorted(reach.clusters)), moved=not reach.objects)
        for (unit, _), reach in merged.items()
    ]
    return tuple(sorted(folded(changes), key=lambda change: (-len(change.clusters), change.units, change.clusters)))


def _content(objects: tuple[ObjectChange, ...]) -> str:
    """Equal for equal changes."""
    return repr([(item.id, item.action, item.former, edit_of(item)) for item in objects])
