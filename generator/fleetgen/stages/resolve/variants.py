"""Groups clusters by the documents that contribute to a unit, and makes one variant per group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fleetgen.catalog.cluster_facts import fact_value
from fleetgen.errors import InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.fields import TOKEN
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Fleet, Layer
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import Node, Scalar, Table, at, plain
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.stages.resolve.checks import Checks
from fleetgen.stages.resolve.settings import MergedSettings, contributes, identities, layers_of, narrowed, patches_of
from fleetgen.stages.resolve.variant_names import fits_a_path, token_clashes, variant_name

# below a cluster's folder these stand beside its units
RESERVED_UNITS: Final = ("root", "identity", "project")


def resolve(fleet: Fleet) -> Resolved:
    """The variants of all clusters that are not retired.

    Raises InputError with every problem: of names E0401 to E0403, of settings E0501, of what is
    supported E0507 and E0508, of units E0705.
    """
    if clashes := token_clashes(fleet):
        raise InputError(clashes)
    resolver = _Resolver(fleet)
    for name in sorted(fleet.clusters):
        if fleet.clusters[name].spec.lifecycle != "retired":
            resolver.add(fleet.clusters[name])
    variants = resolver.variants()
    if resolver.problems:
        raise InputError(resolver.problems)
    clusters = {name: fleet.clusters[name] for name in resolver.bills}
    return Resolved(variants=variants, bills=resolver.bills, clusters=clusters)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A component at a cluster, or one instance of it; `layers` are those that contribute to it, weak to strong."""

    component: Component
    instance: str
    layers: tuple[Layer, ...]

    @property
    def name(self) -> str:
        return f"{self.component.name}.{self.instance}" if self.instance else self.component.name

    @property
    def place(self) -> Place:
        """Where the instance was last set, else the component."""
        for layer in reversed(self.layers):
            entry = at(layer.components[self.component.name], ("values", self.component.each, self.instance))
            if entry is not None:
                return entry.origin.place
        return self.component.place


@dataclass(frozen=True, slots=True)
class _Content:
    """Clusters with an equal one get equal content: same contributing layers, same declared facts."""

    layers: tuple[int, ...]
    facts: str


@dataclass(frozen=True, slots=True)
class _ClusterGroup:
    """The clusters of one variant; `first` stands for all of them."""

    unit: _Unit
    content: _Content
    facts: JsonObject
    first: Cluster
    clusters: list[str]


class _Resolver:
    """Groups clusters by what contributes to each of their units. `bills`: cluster -> unit -> variant key."""

    def __init__(self, fleet: Fleet) -> None:
        self.bills: dict[str, dict[str, VariantKey]] = {}
        self.problems: dict[Finding, None] = {}
        self._fleet = fleet
        self._settings = MergedSettings(fleet)
        self._groups: dict[VariantKey, _ClusterGroup] = {}

    def add(self, cluster: Cluster) -> None:
        """Put the cluster's units into their groups."""
        units = (unit for component in self._fleet.components.values() for unit in self._units(cluster, component))
        keys = [key for unit in units if (key := self._grouped(cluster, unit)) is not None]
        self.bills[cluster.name] = {key.unit: key for key in sorted(keys, key=lambda key: key.unit)}

    def _units(self, cluster: Cluster, component: Component) -> Iterator[_Unit]:
        """What the cluster runs of a component: one unit, one for each instance, or none where it is not enabled."""
        settings = self._settings.merged(component, layers_of(cluster, component))
        if not _is_on(settings):
            return
        instances = at(settings, ("values", component.each)) if component.each else None
        names = [""] if not component.each else sorted(_enabled(instances))
        for name in names:
            layers = tuple(layer for layer in cluster.layers if contributes(layer, component, name))
            yield _Unit(component=component, instance=name, layers=layers)

    def _grouped(self, cluster: Cluster, unit: _Unit) -> VariantKey | None:
        """The variant of the unit at the cluster, which is one of its clusters from now on; None after a problem of its name."""
        if unit.name in RESERVED_UNITS or (unit.instance and not re.match(TOKEN, unit.instance)):
            self._report("E0705", f"'{unit.name}' cannot be the name of a unit", "rename it", unit.place)
            return None
        name = variant_name(cluster, unit.component, unit.layers)
        key = VariantKey(cluster.spec.environment, cluster.spec.ring, unit.name, name)
        if not fits_a_path(key):
            fix = "add a group for this combination"
            self._report("E0403", f"the variant name '{name}' is too long for a path", fix, cluster.place)
            return None
        facts = {fact: fact_value(cluster.spec, fact) for fact in unit.component.facts}
        content = _Content(layers=identities(unit.layers), facts=repr(facts))
        group = self._groups.setdefault(key, _ClusterGroup(unit=unit, content=content, facts=facts, first=cluster, clusters=[]))
        if group.content == content:
            group.clusters.append(cluster.name)
        else:
            names = f"clusters '{group.first.name}' and '{cluster.name}'"
            message = f"{names} would share the variant '{key}' with different content"
            self._report("E0402", message, "rename the layers that clash", cluster.place)
        return key

    def _report(self, code: str, message: str, fix: str, place: Place | None) -> None:
        self.problems[problem(code, message, fix=fix, place=place)] = None

    def variants(self) -> dict[VariantKey, Variant]:
        """One Variant a group, its settings merged and checked."""
        checks = Checks(self._fleet)
        result = {}
        for key in sorted(self._groups):
            group = self._groups[key]
            settings = self._settings.merged(group.unit.component, layers_of(group.first, group.unit.component))
            result[key] = _variant(key, group, settings)
            self.problems |= dict.fromkeys([*checks.of_settings(group.unit.component, settings), *checks.of_variant(result[key])])
        return result


def _variant(key: VariantKey, group: _ClusterGroup, settings: Table) -> Variant:
    unit = group.unit
    version = plain(settings.entries["version"]) if "version" in settings.entries else ""
    return Variant(
        key=key,
        component=unit.component,
        instance=unit.instance,
        version=str(version or ""),
        settings=narrowed(settings, unit.component, unit.instance),
        facts=group.facts,
        patches=patches_of(unit.layers, unit.component),
        layers=unit.layers,
        clusters=tuple(sorted(group.clusters)),
    )


def _enabled(instances: Node | None) -> list[str]:
    """The keys of a map of instances that are switched on."""
    return [name for name, entry in instances.entries.items() if _is_on(entry)] if isinstance(instances, Table) else []


def _is_on(entry: Node) -> bool:
    enabled = entry.entries.get("enabled") if isinstance(entry, Table) else None
    return isinstance(enabled, Scalar) and enabled.value is True
