"""Equal edits as one change: 36 Namespaces that gain a label, or one chart that is bumped in variants that differ elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fleetgen.model.change import ABSENT, Change, FieldChange, ObjectChange
from fleetgen.model.plain import canonical
from fleetgen.model.resource import ResourceId

_EditKey = tuple[str, str]


def folded(changes: Sequence[Change]) -> list[Change]:
    """The changes with what several of them have in common taken out, as changes of their own."""
    sources: dict[_EditKey, set[int]] = {}
    objects: dict[_EditKey, dict[ResourceId, ObjectChange]] = {}
    for index, change in enumerate(changes):
        for item in _edited(change):
            sources.setdefault(_key(item), set()).add(index)
            objects.setdefault(_key(item), {})[item.id] = item
    common = {key: frozenset(found) for key, found in sources.items() if len(found) > 1}
    by_source: dict[frozenset[int], list[ObjectChange]] = {}
    for key, found in common.items():
        by_source.setdefault(found, []).extend(objects[key].values())
    told = [_joined([changes[index] for index in sorted(found)], items) for found, items in by_source.items()]
    rest = [_without(change, common) for change in changes]
    return [*told, *(change for change in rest if change.objects or change.moved)]


def edit_of(item: ObjectChange) -> str:
    """Equal for equal edits, whatever the order of the keys in their values."""
    return repr([_field(field) for field in item.fields])


def _field(field: FieldChange) -> tuple[object, ...]:
    return (field.path, *("" if value is ABSENT else canonical(value) for value in (field.old, field.new)))


def _edited(change: Change) -> Iterable[ObjectChange]:
    return (item for item in change.objects if item.action == "changed")


def _key(item: ObjectChange) -> _EditKey:
    return item.id.kind, edit_of(item)


def _joined(changes: Sequence[Change], objects: Iterable[ObjectChange]) -> Change:
    return Change(
        units=tuple(sorted({unit for change in changes for unit in change.units})),
        objects=tuple(sorted(objects, key=lambda item: item.id)),
        clusters=tuple(sorted({cluster for change in changes for cluster in change.clusters})),
    )


def _without(change: Change, common: Mapping[_EditKey, object]) -> Change:
    left = tuple(item for item in change.objects if item.action != "changed" or _key(item) not in common)
    return replace(change, objects=left)
