"""Stage 7: compares two trees by object. Equal changes are reported once, with all clusters that get them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fleetgen.model.change import Change, FieldChange, ObjectChange, Tree, short
from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json


@dataclass(frozen=True, slots=True)
class _ContentChange:
    """A unit's content keys in both trees; empty where the cluster does not have the unit."""

    unit: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _UnitChange:
    """What changes in a unit, whichever contents it is between."""

    unit: str
    objects: tuple[ObjectChange, ...]


def diff(old: Tree, new: Tree) -> tuple[Change, ...]:
    """The distinct changes from `old` to `new`, widest reach first; `diff(x, x)` is empty."""
    pairs: dict[_ContentChange, list[ClusterKey]] = {}
    for cluster in sorted(old.bills.keys() | new.bills.keys()):
        before, after = old.bills.get(cluster, {}), new.bills.get(cluster, {})
        if before == after:
            continue
        for unit in sorted(before.keys() | after.keys()):
            pair = _ContentChange(unit, before.get(unit, ""), after.get(unit, ""))
            if pair.old != pair.new:
                pairs.setdefault(pair, []).append(cluster)
    merged: dict[_UnitChange, list[ClusterKey]] = {}
    for pair, clusters in pairs.items():
        objects = tuple(_objects(old.objects.get(pair.old, ()), new.objects.get(pair.new, ())))
        merged.setdefault(_UnitChange(pair.unit, objects), []).extend(clusters)
    changes = [
        Change(unit=change.unit, objects=change.objects, clusters=tuple(sorted(clusters)), moved=not change.objects)
        for change, clusters in merged.items()
    ]
    return tuple(sorted(changes, key=lambda change: (-len(change.clusters), change.unit, change.clusters)))


def _objects(old: Sequence[Manifest], new: Sequence[Manifest]) -> Iterator[ObjectChange]:
    before, after = {m.id: m for m in old}, {m.id: m for m in new}
    for identity in sorted(before.keys() | after.keys()):
        if identity not in after:
            yield ObjectChange(id=identity, action="removed")
        elif identity not in before:
            yield ObjectChange(id=identity, action="added")
        elif before[identity].digest != after[identity].digest:
            fields = tuple(_fields(before[identity].data, after[identity].data, ""))
            yield ObjectChange(id=identity, action="changed", fields=fields)


def _fields(old: Json, new: Json, path: str) -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            inner = f"{path}.{key}" if path else key
            if key not in new:
                yield FieldChange(path=inner, old=short(old[key]), new=None)
            elif key not in old:
                yield FieldChange(path=inner, old=None, new=short(new[key]))
            else:
                yield from _fields(old[key], new[key], inner)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _fields(before, after, f"{path}[{index}]")
    elif old != new:
        yield FieldChange(path=path, old=short(old), new=short(new))
