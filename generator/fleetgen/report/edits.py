"""The objects of a change by what happens to them: 36 Namespaces that gain a label are one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fleetgen.model.change import Change, FieldChange, ObjectChange
from fleetgen.model.resource import ResourceId
from fleetgen.report.values import field_lines
from fleetgen.words import count, shortened

_MANY: Final = 8  # objects that come or go, which are counted by kind
_KINDS: Final = 5  # kinds that are named then


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedObjects:
    """What happens to objects of one kind, wherever they are. `lines`: the changed fields, as they are shown."""

    kind: str
    action: str
    lines: tuple[str, ...]
    objects: tuple[ResourceId, ...]

    @property
    def title(self) -> str:
        """The object, or how many of its kind."""
        if len(self.objects) == 1:
            return str(self.objects[0])
        return _counted(len(self.objects), self.kind)


def edits_of(change: Change) -> list[EditedObjects]:
    """The edits of a change, in the order of their first object. Many objects that only come or go are one edit."""
    for action in ("added", "removed"):
        if len(change.objects) > _MANY and all(item.action == action for item in change.objects):
            kinds = [item.id.kind for item in change.objects]
            most = sorted({*kinds}, key=lambda kind: (-kinds.count(kind), kind))
            line = shortened([_counted(kinds.count(kind), kind) for kind in most], _KINDS)
            return [EditedObjects(kind="object", action=action, lines=(line,), objects=tuple(item.id for item in change.objects))]
    groups: dict[tuple[str, str, tuple[str, ...]], list[ResourceId]] = {}
    for item in change.objects:
        groups.setdefault((item.id.kind, item.action, _lines(item)), []).append(item.id)
    return [
        EditedObjects(kind=kind, action=action, lines=lines, objects=tuple(objects))
        for (kind, action, lines), objects in groups.items()
    ]


def _counted(number: int, kind: str) -> str:
    """`3 Namespaces`; the names of some kinds are plurals themselves."""
    return count(number, kind, kind if kind.endswith("s") and not kind.endswith("ss") else "")


def _lines(item: ObjectChange) -> tuple[str, ...]:
    was = () if item.former is None or _stem(item.former) == _stem(item.id) else (f"was {item.former}",)
    told = [line for field in item.fields if not _is_noise(field) for line in field_lines(field)]
    names_new_content = any(field.follows for field in item.fields) and not told
    return (*was, *told, *(["refers to the new content of another object"] if names_new_content else []))


def _stem(identity: ResourceId) -> tuple[str, str, str]:
    """The identity without what a name has of the object's content."""
    return identity.group, identity.namespace, identity.name.rpartition("-")[0]


def _is_noise(field: FieldChange) -> bool:
    """The name of an object that is called after its content, where it stands itself and where it is referred to."""
    return field.follows or field.path == ("metadata", "name")
