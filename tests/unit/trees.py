"""Rendered trees in a few words, for what compares two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleetgen.model.change import Tree
from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId


def key(cluster: str) -> ClusterKey:
    """`environment/cluster` as a key."""
    return ClusterKey(*cluster.split("/"))


def manifest(what: str, **spec: object) -> Manifest:
    """`Deployment shop/web`, or `Namespace shop` without a namespace, with a spec that is its content."""
    kind, _, path = what.partition(" ")
    namespace, _, name = path.rpartition("/")
    data: JsonObject = {"kind": kind, "spec": spec}  # type: ignore[dict-item]  # tests give plain data
    return Manifest(id=ResourceId("", kind, namespace, name), data=data, digest=repr(spec))


def tree(clusters: Mapping[str, Mapping[str, Sequence[Manifest]]]) -> Tree:
    """`environment/cluster` -> unit -> its objects."""
    objects = {repr(own): own for units in clusters.values() for own in units.values()}
    return Tree(
        bills={key(name): {unit: repr(own) for unit, own in units.items()} for name, units in clusters.items()}, objects=objects
    )
