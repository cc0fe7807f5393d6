"""Groups cohorts by the documents that contribute to a unit, and makes one variant per group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.catalog.cluster_facts import READS, fact_value
from fleetgen.errors import InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.fields import TOKEN
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Fleet, Layer
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Scalar, Table, at, plain
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.stages.resolve.checks import Checks
from fleetgen.stages.resolve.cohorts import Cohort, cohorts_of
from fleetgen.stages.resolve.merged_settings import MergedSettings, contributes, identities, layers_of, narrowed, patches_of
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
    cohorts = cohorts_of(fleet)
    resolver = _Resolver(fleet)
    bills = {cohort: resolver.bill(cohort) for cohort in dict.fromkeys(cohorts.values())}
    variants = resolver.variants()
    if resolver.problems:
        raise InputError(resolver.problems)
    return Resolved(
        variants=variants,
        bills={name: bills[cohort] for name, cohort in cohorts.items()},
        clusters={name: fleet.clusters[name] for name in cohorts},
    )


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
    """The cohorts of one variant; the first stands for all of them."""

    unit: _Unit
    content: _Content
    facts: JsonObject
    cohorts: list[Cohort]

    @property
    def first(self) -> Cluster:
        return self.cohorts[0].first


class _Resolver:
    """Groups clusters by what contributes to each of their units."""

    def __init__(self, fleet: Fleet) -> None:
        self.problems: dict[Finding, None] = {}
        self._fleet = fleet
        self._settings = MergedSettings(fleet)
        self._groups: dict[VariantKey, _ClusterGroup] = {}
        self._facts: dict[tuple[str, tuple[int, ...]], Json] = {}
        self._names: dict[tuple[Cohort, ...], tuple[str, ...]] = {}

    def bill(self, cohort: Cohort) -> dict[str, VariantKey]:
        """Put the units of the cohort's clusters into their groups: unit -> variant key."""
        components = self._fleet.components.values()
        units = (unit for component in components for unit in self._units(cohort.first, component))
        keys = [key for unit in units if (key := self._grouped(cohort, unit)) is not None]
        return {key.unit: key for key in sorted(keys, key=lambda key: key.unit)}

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

    def _grouped(self, cohort: Cohort, unit: _Unit) -> VariantKey | None:
        """The variant of the unit, which is one of the cohort's from now on; None after a problem of its name."""
        if unit.name in RESERVED_UNITS or (unit.instance and not re.match(TOKEN, unit.instance)):
            self._report("E0705", f"'{unit.name}' cannot be the name of a unit", "rename it", unit.place)
            return None
        cluster = cohort.first
        facts = {fact: self._fact(cluster, fact) for fact in unit.component.facts}
        name = variant_name(cluster, unit.component, unit.layers, facts)
        key = VariantKey(cluster.spec.environment, cluster.spec.ring, unit.name, name)
        if not fits_a_path(key):
            fix = "add a group for this combination"
            for each in cohort.clusters:
                text = f"the variant name '{name}' is too long for a path"
                self._report("E0403", text, fix, self._fleet.clusters[each].place)
            return None
        content = _Content(layers=identities(unit.layers), facts=repr(facts))
        group = self._groups.setdefault(key, _ClusterGroup(unit=unit, content=content, facts=facts, cohorts=[]))
        if not group.cohorts or group.content == content:
            group.cohorts.append(cohort)
            return key
        for each in cohort.clusters:
            names = f"clusters '{group.first.name}' and '{each}'"
            message = f"{names} would share the variant '{key}' with different content"
            self._report("E0402", message, "rename the layers that clash", self._fleet.clusters[each].place)
        return key

    def _fact(self, cluster: Cluster, fact: str) -> Json:
        """A fact of the cluster, computed once for all clusters that share what it is a function of."""
        key = (fact, tuple(id(getattr(cluster.spec, field)) for field in READS[fact]))
        if key not in self._facts:
            self._facts[key] = fact_value(cluster.spec, fact)
        return self._facts[key]

    def _report(self, code: str, message: str, fix: str, place: Place | None) -> None:
        self.problems[problem(code, message, fix=fix, place=place)] = None

    def variants(self) -> dict[VariantKey, Variant]:
        """One Variant a group, its settings merged and checked."""
        checks = Checks(self._fleet)
        result = {}
        for key in sorted(self._groups):
            group = self._groups[key]
            settings = self._settings.merged(group.unit.component, layers_of(group.first, group.unit.component))
            result[key] = _variant(key, group, settings, self._clusters(group.cohorts))
            found = [*checks.of_settings(group.unit.component, settings), *checks.of_variant(result[key], group.cohorts)]
            self.problems |= dict.fromkeys(found)
        return result

    def _clusters(self, cohorts: Sequence[Cohort]) -> tuple[str, ...]:
        """The names of the cohorts' clusters, sorted: one tuple for the same cohorts."""
        key = tuple(cohorts)
        if key not in self._names:
            self._names[key] = tuple(sorted(name for cohort in cohorts for name in cohort.clusters))
        return self._names[key]


def _variant(key: VariantKey, group: _ClusterGroup, settings: Table, clusters: tuple[str, ...]) -> Variant:
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
        clusters=clusters,
    )


def _enabled(instances: Node | None) -> list[str]:
    """The keys of a map of instances that are switched on."""
    return [name for name, entry in instances.entries.items() if _is_on(entry)] if isinstance(instances, Table) else []


def _is_on(entry: Node) -> bool:
    enabled = entry.entries.get("enabled") if isinstance(entry, Table) else None
    return isinstance(enabled, Scalar) and enabled.value is True
