"""The merged settings of a unit: component defaults, then the documents that the component takes as input, then the layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from fleetgen.model.component import Component
from fleetgen.model.fleet import Cluster, Fleet, Layer
from fleetgen.model.settings import Items, Node, Origin, Table, merge


class MergedSettings:
    """Merges the settings of components, each distinct list of layers once."""

    def __init__(self, fleet: Fleet) -> None:
        self._inputs = fleet.inputs
        self._merged: dict[tuple[str, tuple[int, ...]], Table] = {}

    def merged(self, component: Component, layers: Sequence[Layer]) -> Table:
        """The table of a component ({enabled, version, values, patches}); each of `layers`, weak to strong, has its key."""
        key = (component.name, identities(layers))
        if key not in self._merged:
            table: Node = _with_inputs(component, self._inputs.get(component.name, {}))
            for layer in layers:
                table = merge(table, layer.components[component.name], component.rules)
            self._merged[key] = cast("Table", table)
        return self._merged[key]


def settings_of(fleet: Fleet, cluster: Cluster, component: Component) -> Table:
    """A component's merged settings at a cluster, enabled or not."""
    return MergedSettings(fleet).merged(component, layers_of(cluster, component))


def layers_of(cluster: Cluster, component: Component) -> tuple[Layer, ...]:
    """The cluster's layers that say anything about the component, weak to strong."""
    return tuple(layer for layer in cluster.layers if component.name in layer.components)


def identities(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Tells lists of layers apart: the fleet holds each layer once, and comparing them by value would take long."""
    return tuple(id(layer) for layer in layers)


def contributes(layer: Layer, component: Component, instance: str) -> bool:
    """Whether the layer has the component's key; for an instance, unless all it has is about other instances."""
    table = layer.components.get(component.name)
    if table is None:
        return False
    if not instance or set(table.entries) != {"values"}:
        return True
    values = table.entries["values"]
    if not isinstance(values, Table) or set(values.entries) != {component.each}:
        return True
    entries = values.entries[component.each]
    return not isinstance(entries, Table) or instance in entries.entries


def narrowed(settings: Table, component: Component, instance: str) -> Table:
    """The settings of one instance: the map of instances (`values.<component.each>`) is cut down to it."""
    values = settings.entries.get("values")
    if not instance or not isinstance(values, Table) or not isinstance(values.entries.get(component.each), Table):
        return settings
    entries = cast("Table", values.entries[component.each])
    own = Table({instance: entries.entries[instance]}, entries.origin, entries.key_places)
    only = Table({**values.entries, component.each: own}, values.origin, values.key_places)
    return Table({**settings.entries, "values": only}, settings.origin, settings.key_places)


def patches_of(layers: Sequence[Layer], component: Component) -> tuple[Node, ...]:
    """The Kustomize patches of all layers, weak to strong."""
    lists = (layer.components[component.name].entries.get("patches") for layer in layers)
    return tuple(patch for patches in lists if isinstance(patches, Items) for patch in patches.items)


def _with_inputs(component: Component, inputs: Mapping[str, Table]) -> Table:
    """Component defaults with Model or TeamRole documents (`key/name` -> table) just above them."""
    merged: Node = component.defaults
    for path, table in sorted(inputs.items()):
        key, _, name = path.partition("/")
        origin = Origin(table.origin.layer, table.origin.place)
        entry = Table({"values": Table({key: Table({name: table}, origin, {name: table.origin.place})}, origin)}, origin)
        merged = merge(merged, entry, component.rules)
    return cast("Table", merged)
