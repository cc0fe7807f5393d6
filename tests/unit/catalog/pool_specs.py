"""Cluster specs for tests of what the catalog knows, and what is wrong with their pools."""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from fleetgen.catalog.pools import pool_mistakes
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import plain
from fleetgen.schemas.derive import build
from fleetgen.yamlfile import parse

# pools, path of the mistake, message, fix
Refused: TypeAlias = tuple[str, str, str, str]
GPU: Final = "[{name: a, os: ubuntu-24.04, gpu: {product: %s}}]"


def pool(text: str) -> NodePool:
    return spec(f"[{text}]").node_pools[0]


def spec(pools: str, more: str = "") -> ClusterSpec:
    data = plain(parse(f"{{environment: e, ring: r, nodePools: {pools}{more}}}", "x.yaml")[0])
    return cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))


def mistakes(pools: str, more: str = "") -> list[tuple[str, str, str]]:
    """(path, message, fix) of everything that is wrong."""
    whole = spec(pools, more)
    found = pool_mistakes(whole.node_pools, whole.topology)
    return [(".".join(map(str, mistake.path)), mistake.message, mistake.fix) for mistake in found]
