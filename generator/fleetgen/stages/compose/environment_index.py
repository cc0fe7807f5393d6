"""The index of an environment: which cluster gets which variant, for tools that do not read Kustomize."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from fleetgen.model.composed import IndexEntry
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


def index_data(environment: str, entries: Mapping[VariantKey, IndexEntry]) -> JsonObject:
    """The index as it is written."""
    variants: JsonObject = {
        f"{key.ring}/{key.unit}/{key.variant}": {
            "clusters": [*entry.clusters],
            "version": entry.version,
            "waivers": [*entry.waivers],
        }
        for key, entry in entries.items()
    }
    return {"apiVersion": "fleetgen.io/v1alpha1", "environment": environment, "variants": variants}


def index_from_data(environment: str, data: JsonObject) -> dict[VariantKey, IndexEntry]:
    """An index that was written before."""
    entries = {}
    for path, value in cast("dict[str, dict[str, Json]]", data.get("variants", {})).items():
        ring, unit, variant = path.split("/")
        clusters, waivers = (tuple(map(str, cast("list[Json]", value.get(key, [])))) for key in ("clusters", "waivers"))
        key = VariantKey(environment, ring, unit, variant)
        entries[key] = IndexEntry(clusters=clusters, version=str(value.get("version", "")), waivers=waivers)
    return entries
