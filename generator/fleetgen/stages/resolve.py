"""Stage 2: clusters to variants. Clusters are grouped by the documents that contribute to a unit; settings merge once a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.catalog.noderules import node_rules, shown
from fleetgen.catalog.pools import described
from fleetgen.catalog.releases import Unmet, unknown_version, unmet
from fleetgen.errors import InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.facts import ENUM_FACTS, fact_token
from fleetgen.model.fields import TOKEN
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Fleet, Layer
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Items, Node, Origin, Scalar, Table, at, empty, merge, nearest_place, plain
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.derive import key_of
from fleetgen.schemas.validate import Validator

MAX_TOKEN: Final = 40
MAX_NAME: Final = 120
MAX_PATH: Final = 200
RESERVED_UNITS: Final = ("root", "identity", "project")
_RESERVED: Final = re.compile(r"(default|app|con|prn|aux|nul|com[1-9]|lpt[1-9]|cluster-.*)$", re.IGNORECASE)
_ENUM: Final = {fact.name: fact for fact in ENUM_FACTS}
_MINOR: Final = re.compile(r"[0-9]+\.[0-9]+$")


@dataclass(frozen=True, slots=True)
class _GroupKey:
    """Clusters with an equal key get equal content: same place in the rollout, same contributing layers, same declared facts."""

    key: VariantKey
    layers: tuple[int, ...]
    facts: str


def resolve(fleet: Fleet) -> Resolved:
    """Return the variants of all clusters that are not retired. Raises InputError with every problem."""
    problems: list[Finding] = []
    problems += _token_clashes(fleet)
    if problems:
        raise InputError(problems)
    resolver = _Resolver(fleet, problems)
    for name in sorted(fleet.clusters):
        if fleet.clusters[name].spec.lifecycle != "retired":
            resolver.add(fleet.clusters[name])
    variants = resolver.variants()
    if problems:
        raise InputError(problems)
    clusters = {name: fleet.clusters[name] for name in resolver.bills}
    return Resolved(variants=variants, bills=resolver.bills, clusters=clusters)


def _token_clashes(fleet: Fleet) -> list[Finding]:
    """Tokens of regions, profiles, groups and facts share one namespace, or two different things could get one name."""
    found = []
    taken: dict[str, tuple[str, Place | None]] = {}
    domain = {token: f"a value of the fact {fact.name}" for fact in ENUM_FACTS for token in fact.domain} | {
        "none": "the value of an empty fact"
    }
    seen: set[tuple[str, str]] = set()
    for layer in _token_layers(fleet):
        kind = layer.label.split(" ")[0]
        if (kind, layer.token) in seen:
            continue
        seen.add((kind, layer.token))
        folded = layer.token.casefold()
        if (
            not re.match(TOKEN, layer.token)
            or "--" in layer.token
            or len(layer.token.encode()) > MAX_TOKEN
            or _RESERVED.match(layer.token)
        ):
            allowed = f"lower-case letters, digits and single . + - (at most {MAX_TOKEN})"
            fix = f"use {allowed}, not default, app, cluster-* or a Windows device name"
            found.append(
                problem("E0401", f"the {kind} name '{layer.token}' cannot be part of a path", fix=fix, place=layer.place)
            )
        fact = domain.get(folded) or next((domain[p] for p in folded.split("+") if "+" in folded and p in domain), "")
        if fact or _MINOR.match(folded):
            said = fact or "a Kubernetes minor version"
            found.append(
                problem(
                    "E0402",
                    f"the {kind} name '{layer.token}' is also {said}",
                    fix=f"rename it, for example '{layer.token}-{kind}'",
                    place=layer.place,
                )
            )
        elif folded in taken and taken[folded][0] != kind:
            other, place = taken[folded]
            found.append(
                problem(
                    "E0402",
                    f"the {kind} '{layer.token}' has the name of the {other} at {place}",
                    fix="rename one of the two",
                    place=layer.place,
                )
            )
        taken.setdefault(folded, (kind, layer.place))
    return found


def _token_layers(fleet: Fleet) -> Iterable[Layer]:
    unique = {
        id(layer): layer
        for cluster in fleet.clusters.values()
        for layer in cluster.layers
        if layer.token and not layer.token.startswith("cluster-")
    }
    return unique.values()


class _Resolver:
    """Groups clusters by what contributes to each of their units."""

    def __init__(self, fleet: Fleet, problems: list[Finding]) -> None:
        self.fleet = fleet
        self.problems = problems
        self.bills: dict[str, dict[str, VariantKey]] = {}
        self._groups: dict[VariantKey, tuple[_GroupKey, Component, str, Cluster, list[str]]] = {}
        self._merged: dict[tuple[str, tuple[int, ...]], Table] = {}
        self._validators = {name: Validator(component.settings) for name, component in fleet.components.items()}
        self._reported: set[tuple[str, tuple[int, ...]]] = set()
        self._facts: dict[str, JsonObject] = {}

    def add(self, cluster: Cluster) -> None:
        """Put the cluster's units into their groups."""
        bill: dict[str, VariantKey] = {}
        for component in self.fleet.components.values():
            for instance in self._instances(cluster, component):
                if (key := self._place(cluster, component, instance)) is not None:
                    bill[key.unit] = key
        self.bills[cluster.name] = dict(sorted(bill.items()))

    def _instances(self, cluster: Cluster, component: Component) -> list[str]:
        """The instance keys that the cluster runs: `[""]` for a plain component, nothing where it is not enabled."""
        settings = self._settings(cluster, component, [layer for layer in cluster.layers if component.name in layer.components])
        if plain(settings.entries.get("enabled", Scalar(value=False, origin=settings.origin))) is not True:
            return []
        if not component.each:
            return [""]
        entries = at(settings, ("values", component.each))
        if not isinstance(entries, Table):
            return []
        return [name for name, entry in sorted(entries.entries.items()) if _is_on(entry)]

    def _settings(self, cluster: Cluster, component: Component, layers: list[Layer]) -> Table:
        """Component defaults < inputs < layers, merged once for each distinct list of layers."""
        cache_key = (component.name, tuple(id(layer) for layer in layers))
        if cache_key not in self._merged:
            merged: Node = _with_inputs(component, self.fleet.inputs.get(component.name, {}))
            for layer in layers:
                merged = merge(merged, layer.components[component.name], component.rules)
            self._merged[cache_key] = cast("Table", merged)
        del cluster
        return self._merged[cache_key]

    def _place(self, cluster: Cluster, component: Component, instance: str) -> VariantKey | None:
        contributing = [layer for layer in cluster.layers if _contributes(layer, component, instance)]
        unit = f"{component.name}.{instance}" if instance else component.name
        if unit in RESERVED_UNITS or (instance and not re.match(TOKEN, instance)):
            self._report(
                "E0705",
                f"'{unit}' cannot be the name of a unit",
                "rename it",
                self._entry_place(contributing, component, instance),
            )
            return None
        facts: JsonObject = {name: _fact(cluster, name) for name in component.facts}
        name = self._variant_name(cluster, component, contributing)
        key = VariantKey(cluster.spec.environment, cluster.spec.ring, unit, name)
        if len(name) > MAX_NAME or len(f"output/{key.folder}/app/kustomization.yaml".encode()) > MAX_PATH:
            self._report(
                "E0403",
                f"the variant name '{name}' is too long for a path",
                "introduce a group that stands for the combination",
                cluster.place,
            )
            return None
        group = _GroupKey(key, tuple(id(layer) for layer in contributing), repr(facts))
        known = self._groups.get(key)
        if known is None:
            self._groups[key] = (group, component, instance, cluster, [cluster.name])
        elif known[0] != group:
            message = f"clusters '{known[3].name}' and '{cluster.name}' would share the variant '{key}' with different content"
            self._report("E0402", message, "rename the layers that clash", cluster.place)
        else:
            known[4].append(cluster.name)
        return key

    def _variant_name(self, cluster: Cluster, component: Component, contributing: list[Layer]) -> str:
        own = f"cluster-{cluster.name}"
        structured = {token for fact in component.facts if fact not in _ENUM for token in cluster.fact_tokens[fact]}
        tokens = {layer.token for layer in contributing if layer.token} | structured
        if own in tokens:
            return own
        ordered = [layer.token for layer in cluster.layers if layer.token in tokens]
        unique = list(dict.fromkeys([*ordered, *sorted(structured)]))
        enum = [fact_token(_fact(cluster, fact)) for fact in component.facts if fact in _ENUM]
        return "--".join([*unique, *enum]) or "default"

    def _entry_place(self, layers: list[Layer], component: Component, instance: str) -> Place:
        for layer in reversed(layers):
            values = at(layer.components[component.name], ("values", component.each, instance))
            if values is not None:
                return values.origin.place
        return component.place

    def _report(self, code: str, message: str, fix: str, place: Place | None) -> None:
        self.problems.append(problem(code, message, fix=fix, place=place))

    def variants(self) -> dict[VariantKey, Variant]:
        """One Variant a group, its settings merged and checked."""
        result = {}
        for key in sorted(self._groups):
            group, component, instance, cluster, names = self._groups[key]
            layers = [layer for layer in cluster.layers if component.name in layer.components]
            contributing = tuple(layer for layer in cluster.layers if _contributes(layer, component, instance))
            settings = self._settings(cluster, component, layers)
            self._check_settings(component, settings, tuple(id(layer) for layer in layers))
            version = plain(settings.entries["version"]) if "version" in settings.entries else ""
            if not version:
                fix = f"set components.{component.name}.version in the environment or ring"
                self._report("E0705", f"unit '{key.unit}' has no version", fix, cluster.place)
            self._check_version(component, settings, str(version))
            variant = Variant(
                key=key,
                component=component,
                instance=instance,
                version=str(version),
                settings=_narrow(settings, component.each, instance),
                facts={name: _fact(cluster, name) for name in component.facts},
                patches=_patches(contributing, component),
                layers=contributing,
                clusters=tuple(sorted(names)),
            )
            self._check_support(variant)
            result[key] = variant
            del group
        return result

    def _check_settings(self, component: Component, settings: Table, layers: tuple[int, ...]) -> None:
        if (component.name, layers) in self._reported:
            return
        self._reported.add((component.name, layers))
        values = settings.entries.get("values", empty(settings.origin))
        for finding in self._validators[component.name].findings(
            values, code="E0501", prefix=f"components.{component.name}.values"
        ):
            if finding not in self.problems:
                self.problems.append(finding)

    def _check_version(self, component: Component, settings: Table, version: str) -> None:
        if version and (fix := unknown_version(component, version)):
            text = f"there is no release {version} of '{component.name}' here"
            found = problem("E0508", text, fix=fix, place=nearest_place(settings, ("version",)))
            if found not in self.problems:
                self.problems.append(found)

    def _check_support(self, variant: Variant) -> None:
        """Judged by all facts, declared or not: clusters of one variant may still differ in what they are."""
        if not variant.component.supports and not variant.component.releases:
            return
        unmet_by: dict[Unmet, list[str]] = {}
        for name in variant.clusters:
            if name not in self._facts:
                self._facts[name] = facts_of(self.fleet.clusters[name])
            for reason in unmet(variant.component, variant.version, self._facts[name], variant.settings):
                unmet_by.setdefault(reason, []).append(name)
        for each, clusters in unmet_by.items():
            others = f" and {len(clusters) - 1} more" if len(clusters) > 1 else ""
            what = each.what.replace("*", variant.instance)
            message = f"'{variant.key.unit}' does not support {what} (cluster '{clusters[0]}'{others})"
            self._report("E0507", message, each.fix, self.fleet.clusters[clusters[0]].place)


def _is_on(entry: Node) -> bool:
    enabled = entry.entries.get("enabled") if isinstance(entry, Table) else None
    return isinstance(enabled, Scalar) and enabled.value is True


def _contributes(layer: Layer, component: Component, instance: str) -> bool:
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


def _narrow(settings: Table, each: str, instance: str) -> Table:
    """The settings with the instanced map cut down to this instance."""
    values = settings.entries.get("values")
    if not instance or not isinstance(values, Table) or not isinstance(values.entries.get(each), Table):
        return settings
    entries = cast("Table", values.entries[each])
    own = Table({instance: entries.entries[instance]}, entries.origin, entries.key_places)
    narrowed = Table({**values.entries, each: own}, values.origin, values.key_places)
    return Table({**settings.entries, "values": narrowed}, settings.origin, settings.key_places)


def _with_inputs(component: Component, inputs: Mapping[str, Table]) -> Table:
    """Component defaults with Model or TeamRole documents just above them."""
    merged: Node = component.defaults
    for path, table in sorted(inputs.items()):
        key, _, name = path.partition("/")
        origin = Origin(table.origin.layer, table.origin.place)
        entry = Table({"values": Table({key: Table({name: table}, origin, {name: table.origin.place})}, origin)}, origin)
        merged = merge(merged, entry, component.rules)
    return cast("Table", merged)


def settings_of(fleet: Fleet, cluster: Cluster, component: Component) -> Table:
    """A component's merged settings at a cluster, enabled or not: component defaults < inputs < the cluster's layers."""
    merged: Node = _with_inputs(component, fleet.inputs.get(component.name, {}))
    for layer in cluster.layers:
        if component.name in layer.components:
            merged = merge(merged, layer.components[component.name], component.rules)
    return cast("Table", merged)


def _patches(layers: tuple[Layer, ...], component: Component) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for layer in layers:
        patches = layer.components[component.name].entries.get("patches")
        nodes.extend(patches.items if isinstance(patches, Items) else ())
    return tuple(nodes)


def _fact(cluster: Cluster, name: str) -> Json:
    if name in _ENUM:
        return _ENUM[name].value(cluster.spec)
    return structured_fact(cluster, name)


def structured_fact(cluster: Cluster, name: str) -> Json:
    """A structured fact as JSON, defaults filled in: nodePools, network or uplink."""
    if name == "nodePools":
        return pools_of(cluster.spec)
    return as_json({"network": cluster.spec.network, "uplink": cluster.spec.uplink}[name])


def pools_of(spec: ClusterSpec) -> Json:
    """The node pools with what is known of their cards, and the rules that label and taint their nodes."""
    rules = node_rules(spec.node_pools)
    return [
        {**described(pool, cast("JsonObject", as_json(pool))), "rule": shown(rule)}
        for pool, rule in zip(spec.node_pools, rules, strict=True)
    ]


def as_json(value: object) -> Json:
    """A frozen value of the inventory as JSON with its YAML keys."""
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {key_of(name): as_json(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return cast("Json", value)


def facts_of(cluster: Cluster) -> JsonObject:
    """All enum facts of a cluster, by name."""
    return {fact.name: fact.value(cluster.spec) for fact in ENUM_FACTS}
