"""The facts of a cluster, by name: the closed registry of `model/facts.py`, applied to one inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fleetgen.catalog.networks import proxy_data
from fleetgen.catalog.pools import pools_data
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import Json, JsonObject
from fleetgen.schemas.derive import as_json

_ENUM: Final = {fact.name: fact for fact in ENUM_FACTS}
# the fields of a ClusterSpec that a fact is a function of
READS: Final[Mapping[str, tuple[str, ...]]] = {
    **{fact.name: fact.reads for fact in ENUM_FACTS},
    "nodePools": ("node_pools",),
    "network": ("network",),
    "uplink": ("uplink",),
    "proxy": ("network",),
}


def enum_facts(spec: ClusterSpec) -> JsonObject:
    """All enum facts of a cluster: name -> value, a text or a sorted list of texts."""
    return {name: fact.value(spec) for name, fact in _ENUM.items()}


def fact_value(spec: ClusterSpec, fact: str) -> Json:
    """One fact of a cluster as a template sees it, defaults filled in. Raises KeyError for a fact that does not exist."""
    if fact in _ENUM:
        return _ENUM[fact].value(spec)
    if fact == "nodePools":
        return pools_data(spec)
    if fact == "proxy":
        return proxy_data(spec.network)
    (field,) = READS[fact]
    return as_json(getattr(spec, field))
