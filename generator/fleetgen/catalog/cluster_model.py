"""The models of clusters as policies read them: the inventory, the capacity, and what the units need."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, cast

from fleetgen.catalog.capacity import cluster_capacity
from fleetgen.catalog.cluster_facts import enum_facts
from fleetgen.catalog.networks import address_ranges
from fleetgen.catalog.placement import UnitWorkloads, unplaced
from fleetgen.catalog.pools import pools_data
from fleetgen.catalog.releases import release_of
from fleetgen.catalog.workloads import unit_needs
from fleetgen.model.catalog import KnownIssue
from fleetgen.model.fleet import Environment
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Resolved, Variant, VariantKey, plain_values
from fleetgen.schemas.derive import as_json

# key of a model -> the fields of the inventory that it is a function of, and the function
PARTS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[ClusterSpec], Json]]]] = {
    "environment": (("environment",), lambda spec: spec.environment),
    "ring": (("ring",), lambda spec: spec.ring),
    "region": (("region",), lambda spec: spec.region),
    "profile": (("profile",), lambda spec: spec.profile),
    "role": (("role",), lambda spec: spec.role),
    "topology": (("topology",), lambda spec: spec.topology),
    "lifecycle": (("lifecycle",), lambda spec: spec.lifecycle),
    "criticality": (("criticality",), lambda spec: spec.criticality),
    "kubernetes": (("kubernetes",), lambda spec: as_json(spec.kubernetes)),
    "site": (("site",), lambda spec: as_json(spec.site)),
    "network": (("network",), lambda spec: as_json(spec.network)),
    "provides": (("provides",), lambda spec: as_json(spec.provides)),
    "facts": (("kubernetes", "node_pools", "role", "topology"), enum_facts),
    "ranges": (("network",), lambda spec: address_ranges(spec.network)),
    "nodePools": (("node_pools",), pools_data),
    "capacity": (("node_pools",), lambda spec: {**cluster_capacity(spec)}),
}
KEYS: Final = ("name", *PARTS, "units", "unplaced")


def cluster_models(
    resolved: Resolved, objects: Mapping[VariantKey, Sequence[Manifest]], keys: Collection[str] = KEYS
) -> dict[str, JsonObject]:
    """Every rendered cluster by name, sorted, with those of `KEYS` that are asked for.

    Keys of the inventory are as it has them, with defaults filled in; node pools as `catalog/pools.py` describes them. `facts`:
    all enum facts. `ranges`: the networks in numbers. `capacity`: totals of all nodes (`cpu` in cores, `memoryGiB`, extended
    resources). `units`: unit -> what is rendered for it, and what its objects need (`objects`: what was built of each variant).
    `unplaced`: the workloads that find no room, as `catalog/placement.py` describes them.
    Equal parts of clusters are one value: so what is made of a part can be remembered by its identity.
    """
    shared = _Shared()
    are_needed = "units" in keys or "unplaced" in keys
    units = {key: _unit(variant, objects[key]) for key, variant in resolved.variants.items()} if are_needed else {}
    workloads = {key: _workloads(resolved.variants[key], unit) for key, unit in units.items()} if "unplaced" in keys else None
    models: dict[str, JsonObject] = {}
    for name, bill in sorted(resolved.bills.items()):
        spec = resolved.clusters[name].spec
        model: JsonObject = {"name": name} if "name" in keys else {}
        model |= {key: shared.part(key, spec) for key in PARTS if key in keys}
        model |= {"units": shared.units(tuple(bill.items()), units)} if "units" in keys else {}
        model |= (
            {"unplaced": shared.unplaced(spec, {unit: workloads[key] for unit, key in bill.items()})}
            if workloads is not None
            else {}
        )
        models[name] = model
    return models


class _Shared:
    """Parts of models that were met, so that an equal one is the same value."""

    def __init__(self) -> None:
        self._values: dict[str, Json] = {}
        self._parts: dict[tuple[object, ...], Json] = {}
        self._units: dict[tuple[tuple[str, VariantKey], ...], JsonObject] = {}
        self._unplaced: dict[tuple[int, tuple[tuple[str, int], ...]], Json] = {}

    def part(self, key: str, spec: ClusterSpec) -> Json:
        """What follows from the inventory. Fields that clusters share are looked at once, so they are compared by identity."""
        fields, made = PARTS[key]
        known = (key, *(id(getattr(spec, field)) for field in fields))
        if known not in self._parts:
            value = made(spec)
            self._parts[known] = self._values.setdefault(json.dumps(value, sort_keys=True), value)
        return self._parts[known]

    def units(self, bill: tuple[tuple[str, VariantKey], ...], units: Mapping[VariantKey, JsonObject]) -> JsonObject:
        """The units of a bill of materials."""
        if bill not in self._units:
            self._units[bill] = {unit: units[key] for unit, key in bill}
        return self._units[bill]

    def unplaced(self, spec: ClusterSpec, units: Mapping[str, UnitWorkloads]) -> Json:
        """What finds no room, once for equal pools and units."""
        known = (id(spec.node_pools), tuple((unit, id(workloads)) for unit, workloads in units.items()))
        if known not in self._unplaced:
            value: Json = unplaced(spec.node_pools, units)
            self._unplaced[known] = self._values.setdefault(json.dumps(value, sort_keys=True), value)
        return self._unplaced[known]


def _workloads(variant: Variant, unit: JsonObject) -> UnitWorkloads:
    """Of a unit of the model, with the path to its settings."""
    component = variant.component
    own = f".values.{component.each}.{variant.instance}" if variant.instance else ""
    return UnitWorkloads(f"spec.components.{component.name}{own}", cast("list[JsonObject]", unit["workloads"]))


def _unit(variant: Variant, manifests: Sequence[Manifest]) -> JsonObject:
    release = release_of(variant.component, variant.version)
    return {
        "component": variant.component.name,
        "instance": variant.instance,
        "version": variant.version,
        "release": release.data if release else {},
        "issues": [_issue(each) for each in release.issues if variant.version in each.versions] if release else [],
        "supportEnds": release.support_ends if release else "",
        "variant": variant.key.variant,
        **unit_needs(manifests),
        "values": plain_values(variant),
    }


def _issue(issue: KnownIssue) -> JsonObject:
    return {"id": issue.id, "severity": issue.severity, "fixedIn": issue.fixed_in, "summary": issue.summary}


def environment_model(environment: Environment) -> JsonObject:
    """What policies over the fleet may read of the environment that they judge."""
    spec = environment.spec
    return {
        "name": environment.name,
        "rank": spec.rank,
        "rings": [*spec.rings],
        "registries": [*spec.registries],
        "roles": {role: [*groups] for role, groups in sorted(spec.roles.items())},
    }
