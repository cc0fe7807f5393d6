"""Documents by which the fleet governs its policies: waivers, Enforcement documents, and the duties of TeamRoles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from fleetgen.model.fleet import Duty, EnforcementDocument, Fleet, Layer, WaiverDocument
from fleetgen.model.inventory import EnforcementSpec, WaiverSpec
from fleetgen.model.plain import without_nulls
from fleetgen.model.settings import Origin, empty
from fleetgen.schemas.derive import build
from fleetgen.stages.load.documents import Document, texts

if TYPE_CHECKING:
    from fleetgen.model.plain import JsonObject


def waivers(documents: Iterable[Document]) -> tuple[WaiverDocument, ...]:
    """The waivers among valid documents."""
    return tuple(
        WaiverDocument(name=d.name, place=d.place, spec=cast("WaiverSpec", build(WaiverSpec, _spec(d))))
        for d in documents
        if d.kind == "Waiver"
    )


def enforcements(documents: Iterable[Document]) -> tuple[EnforcementDocument, ...]:
    """The Enforcement documents among valid documents."""
    return tuple(
        EnforcementDocument(name=d.name, place=d.place, spec=cast("EnforcementSpec", build(EnforcementSpec, _spec(d))))
        for d in documents
        if d.kind == "Enforcement"
    )


def duties(documents: Iterable[Document]) -> tuple[Duty, ...]:
    """The TeamRoles that have a duty."""
    return tuple(
        Duty(role=d.name, teams=tuple(texts(d, ("spec", "teams"))), duties=tuple(found), place=d.place)
        for d in documents
        if d.kind == "TeamRole" and (found := texts(d, ("spec", "duties")))
    )


def contributing(fleet: Fleet, groups: Collection[str]) -> Fleet:
    """The fleet in which the layers of these groups contribute to every component that installs policies.

    They get its key with `{}`, as if somebody had written it: so they stand in the names of its variants, and set nothing.
    """
    if not groups:
        return fleet
    installing = [component.name for component in fleet.components.values() if component.installs]
    changed: dict[int, Layer] = {}

    def told(layer: Layer) -> Layer:
        if layer.label not in labels:
            return layer
        if id(layer) not in changed:
            own = {name: layer.components.get(name, empty(Origin(layer.label, layer.place))) for name in installing}
            changed[id(layer)] = replace(layer, components={**layer.components, **own})
        return changed[id(layer)]

    labels = {f"group {name}" for name in groups}
    stacks: dict[int, tuple[Layer, ...]] = {}
    clusters = {}
    for name, cluster in fleet.clusters.items():
        if set(groups) & set(cluster.groups):
            if id(cluster.layers) not in stacks:
                stacks[id(cluster.layers)] = tuple(map(told, cluster.layers))
            clusters[name] = replace(cluster, layers=stacks[id(cluster.layers)])
        else:
            clusters[name] = cluster
    return replace(fleet, clusters=clusters)


def _spec(document: Document) -> JsonObject:
    return cast("JsonObject", without_nulls(document.spec))
