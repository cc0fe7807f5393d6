"""The index of an environment, for tools that do not read Kustomize: which cluster gets which variant, and its Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from fleetgen.model.composed import IndexEntry, RunningKubernetes
from fleetgen.model.keys import ClusterKey
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Resolved, VariantKey


def environment_index(
    environment: str, resolved: Resolved, waivers: Mapping[VariantKey, Sequence[str]]
) -> dict[VariantKey, IndexEntry]:
    """The environment's variants that an active cluster gets, in order. `waivers`: their names by variant."""
    active = {name for name, cluster in resolved.clusters.items() if cluster.spec.lifecycle == "active"}
    entries = {}
    for key, variant in sorted(resolved.variants.items()):
        clusters = tuple(name for name in variant.clusters if name in active)
        if key.environment == environment and clusters:
            entries[key] = IndexEntry(clusters=clusters, version=variant.version, waivers=tuple(sorted(waivers.get(key, ()))))
    return entries


def index_data(
    environment: str, entries: Mapping[VariantKey, IndexEntry], running: Mapping[ClusterKey, RunningKubernetes]
) -> JsonObject:
    """The index as it is written. `running`: clusters of any environment; the index has its own, by distribution and minor."""
    kubernetes: dict[str, dict[str, list[str]]] = {}
    for key, each in sorted(running.items(), key=lambda item: (item[1].distribution, item[1].minor, item[0])):
        if key.environment == environment:
            kubernetes.setdefault(each.distribution, {}).setdefault(each.minor, []).append(key.name)
    variants: JsonObject = {
        f"{key.ring}/{key.unit}/{key.variant}": {
            "clusters": [*entry.clusters],
            "version": entry.version,
            "waivers": [*entry.waivers],
        }
        for key, entry in entries.items()
    }
    return {
        "apiVersion": "fleetgen.io/v1alpha1",
        "environment": environment,
        "kubernetes": cast("Json", kubernetes),
        "variants": variants,
    }


def index_from_data(environment: str, data: JsonObject) -> dict[VariantKey, IndexEntry]:
    """An index that was written before."""
    entries = {}
    for path, value in cast("dict[str, dict[str, Json]]", data.get("variants", {})).items():
        ring, unit, variant = path.split("/")
        clusters, waivers = (tuple(map(str, cast("list[Json]", value.get(key, [])))) for key in ("clusters", "waivers"))
        key = VariantKey(environment, ring, unit, variant)
        entries[key] = IndexEntry(clusters=clusters, version=str(value.get("version", "")), waivers=waivers)
    return entries


def kubernetes_from_data(environment: str, data: JsonObject) -> dict[ClusterKey, RunningKubernetes]:
    """What the clusters of an index run; nothing for an index that was written before it told."""
    listed = cast("dict[str, dict[str, list[str]]]", data.get("kubernetes", {}))
    return {
        ClusterKey(environment, name): RunningKubernetes(distribution, minor)
        for distribution, minors in listed.items()
        for minor, names in minors.items()
        for name in names
    }
