"""The model of a fleet as policies read it: every cluster with its capacity and with what its units need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from fleetgen.catalog.capacity import cluster_capacity
from fleetgen.catalog.cluster_facts import enum_facts
from fleetgen.catalog.networks import address_ranges
from fleetgen.catalog.pools import pools_data
from fleetgen.catalog.releases import release_of
from fleetgen.catalog.workloads import unit_needs
from fleetgen.model.fleet import Cluster, Environment
from fleetgen.model.inventory import EnvironmentSpec
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Resolved, Variant, VariantKey, plain_values
from fleetgen.schemas.derive import as_json

# keys of a cluster's spec that policies may read as they are; node pools are described
_READ: Final = (
    "environment",
    "ring",
    "region",
    "profile",
    "role",
    "topology",
    "lifecycle",
    "criticality",
    "kubernetes",
    "site",
    "network",
    "provides",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterModel:
    """One cluster.

    `spec`: keys of its inventory with defaults filled in, node pools as `catalog/pools.py` has them.
    `facts`: all enum facts. `ranges`: its networks in numbers. `capacity`: totals of all nodes
    (`cpu` in cores, `memoryGiB`, extended resources). `units`: unit -> what is rendered for it and
    what its objects need.
    """

    name: str
    spec: JsonObject
    facts: JsonObject
    ranges: Sequence[Json]
    capacity: Mapping[str, float]
    units: Mapping[str, JsonObject]

    def as_data(self) -> JsonObject:
        """As JSON: what policies read as `input.cluster`."""
        return {
            "name": self.name,
            **self.spec,
            "facts": self.facts,
            "ranges": [*self.ranges],
            "capacity": {**self.capacity},
            "units": {**self.units},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetModel:
    """The clusters of an environment that a policy set is asked about, on a day."""

    environment: Environment
    policy_set: str
    clusters: Sequence[ClusterModel]
    as_of: date

    def as_data(self) -> JsonObject:
        """As JSON: one input of the policy engine."""
        return {
            "kind": "FleetModel",
            "asOf": self.as_of.isoformat(),
            "policySet": self.policy_set,
            "environment": _environment(self.environment.name, self.environment.spec),
            "clusters": [cluster.as_data() for cluster in self.clusters],
        }


def cluster_models(resolved: Resolved, objects: Mapping[VariantKey, Sequence[Manifest]]) -> dict[str, ClusterModel]:
    """Every rendered cluster by name, sorted. `objects`: what was built of each variant; its needs are read once."""
    units = {key: _unit(variant, objects[key]) for key, variant in resolved.variants.items()}
    return {
        name: _cluster(resolved.clusters[name], {unit: units[key] for unit, key in bill.items()})
        for name, bill in sorted(resolved.bills.items())
    }


def _cluster(cluster: Cluster, units: Mapping[str, JsonObject]) -> ClusterModel:
    written = cast("JsonObject", as_json(cluster.spec))
    return ClusterModel(
        name=cluster.name,
        spec={**{key: written[key] for key in _READ}, "nodePools": pools_data(cluster.spec)},
        facts=enum_facts(cluster.spec),
        ranges=address_ranges(cluster.spec.network),
        capacity=cluster_capacity(cluster.spec),
        units=units,
    )


def _unit(variant: Variant, manifests: Sequence[Manifest]) -> JsonObject:
    release = release_of(variant.component, variant.version)
    return {
        "component": variant.component.name,
        "instance": variant.instance,
        "version": variant.version,
        "release": release.data if release else {},
        "variant": variant.key.variant,
        **unit_needs(manifests),
        "values": plain_values(variant),
    }


def _environment(name: str, spec: EnvironmentSpec) -> JsonObject:
    return {
        "name": name,
        "rank": spec.rank,
        "rings": [*spec.rings],
        "registries": [*spec.registries],
        "roles": {role: [*groups] for role, groups in sorted(spec.roles.items())},
    }
