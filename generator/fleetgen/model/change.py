"""What differs between two committed trees: distinct changes, each with the clusters that get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json
from fleetgen.model.resource import ResourceId


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class FieldChange:
    """One leaf or subtree; None stands for absent."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ObjectChange:
    """One object of a unit."""

    id: ResourceId
    action: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The same object changes of one unit at all of `clusters`; `moved` where only the path changed."""

    unit: str
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


def short(value: Json) -> str:
    """A value in one line for a report."""
    import json  # noqa: PLC0415 - only for reports

    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 100 else text[:97] + "..."
