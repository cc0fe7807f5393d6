"""What differs between two rendered trees: distinct changes, each with the clusters that get it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, Leaf
from fleetgen.model.resource import ResourceId


class Absent(Enum):
    """The value of a field that is not there; null is a value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
FieldValue: TypeAlias = Json | Literal[Absent.ABSENT]
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list, by the fields that tell it from the others; a plain value has one field without a name."""

    fields: tuple[tuple[str, Leaf], ...]

    def __str__(self) -> str:
        """`.server` for a plain name; `[namespace=serving]` for other fields, in the order in which people name them."""
        if len(self.fields) == 1 and self.fields[0][0] == "name" and _PLAIN_KEY.fullmatch(str(self.fields[0][1])):
            return f".{self.fields[0][1]}"
        return f"[{','.join(f'{key}={value}' if key else str(value) for key, value in self.fields)}]"


PathStep: TypeAlias = str | int | Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One leaf, subtree, or entry of a list.

    A position in `path` counts in the old list; what is added to a list has positions behind its end. `follows` marks a name
    that changed only because the object that it refers to is called after its content.
    """

    path: tuple[PathStep, ...]
    old: FieldValue
    new: FieldValue
    follows: bool = False

    @property
    def where(self) -> str:
        """The path as people name it: `spec.containers.server.image`, `labels[app.kubernetes.io/name]`."""
        return "".join(_named(step) for step in self.path).lstrip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """One object of a unit. `former`: its identity in the old tree, if another one."""

    id: ResourceId
    action: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()
    former: ResourceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The same object changes at all of `clusters`; `moved` where only the path changed.

    Equal edits of several units, or of several contents of a unit, are one change: each of its clusters has some of the units and
    objects, and all of them that it has change so.
    """

    units: tuple[str, ...]
    objects: tuple[ObjectChange, ...]
    clusters: tuple[ClusterKey, ...]
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A rendered tree as units of clusters.

    `bills`: cluster -> unit -> content key; `objects`: content key -> objects.
    """

    bills: Mapping[ClusterKey, Mapping[str, str]]
    objects: Mapping[str, Sequence[Manifest]]


def _named(step: PathStep) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if isinstance(step, Entry):
        return str(step)
    return f".{step}" if _PLAIN_KEY.fullmatch(step) else f"[{step}]"
