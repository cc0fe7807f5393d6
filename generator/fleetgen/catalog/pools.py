"""Node pools: what templates and policies see of them, and what their description gets wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, cast

from fleetgen.catalog.capacity import extended_resources
from fleetgen.catalog.card_drivers import driver_mistakes
from fleetgen.catalog.card_sharing import mig_config, plugin_config, sharing_mistakes, strategy_mistakes
from fleetgen.catalog.mistake import Mistake
from fleetgen.catalog.node_rules import node_rules
from fleetgen.catalog.node_systems import system_mistakes
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Path
from fleetgen.schemas.derive import as_json
from fleetgen.words import listed

_NOT_IN_GO: Final = re.compile(r"\(\?[=!<>]|\(\?P=|\\[1-9]")


def pools_data(spec: ClusterSpec) -> list[Json]:
    """The node pools of a cluster, in order: each as `pool_data` has it, with the `rule` that labels and taints its nodes."""
    rules = node_rules(spec.node_pools)
    return [{**pool_data(pool), "rule": rule.as_data()} for pool, rule in zip(spec.node_pools, rules, strict=True)]


def pool_data(pool: NodePool) -> JsonObject:
    """A pool with its YAML keys, and what follows from it.

    Added are `tolerations` (what a pod needs to be admitted by every taint), `resources` (extended resources of one node), and
    below `gpu` what is known of the card and the names of its layouts.
    """
    data = {**cast("JsonObject", as_json(pool)), "tolerations": tolerations(pool)}
    if pool.gpu is None:
        return {**data, "resources": {}}
    card = pool.gpu.card
    gpu: JsonObject = {
        **cast("JsonObject", data["gpu"]),
        "vendor": card.vendor,
        "architecture": card.architecture,
        "computeCapability": card.compute_capability,
        "memoryGiB": card.memory_gib,
        "integrated": card.integrated,
        "lastDriver": card.last_driver,
        "pciDevices": [*card.pci_devices],
        "pluginConfig": plugin_config(pool.gpu.sharing),
        "migConfig": mig_config(pool.gpu.sharing),
    }
    resources: JsonObject = {**extended_resources(pool)}
    return {**data, "gpu": gpu, "resources": resources}


def tolerations(pool: NodePool) -> list[Json]:
    """Tolerations, as a Pod has them, of all taints of the pool."""
    return [
        {"key": t.key, **({"operator": "Equal", "value": t.value} if t.value else {"operator": "Exists"}), "effect": t.effect}
        for t in pool.taints
    ]


def pool_mistakes(spec: ClusterSpec) -> Iterator[Mistake]:
    """Everything that is wrong with the pools of a cluster: names, systems, drivers, sharing, vendors side by side."""
    pools = spec.node_pools
    for index, pool in enumerate(pools):
        yield from _node_names(pool, ("nodePools", index, "nodeNames"))
        if pool.gpu is not None:
            path = ("nodePools", index, "gpu")
            yield from driver_mistakes(pool, pool.gpu, path)
            yield from sharing_mistakes(pool.gpu, (*path, "sharing"))
    yield from system_mistakes(spec)
    yield from _vendors(pools, spec.topology)
    yield from strategy_mistakes(pools)


def _node_names(pool: NodePool, path: Path) -> Iterator[Mistake]:
    """Node feature discovery uses Go's regular expressions, which have no lookaround and no backreferences."""
    try:
        re.compile(pool.node_names)
    except re.error as error:
        yield Mistake(path, f"'{pool.node_names}' is not a regular expression: {error}", "correct it, or list the names: one|two")
        return
    if _NOT_IN_GO.search(pool.node_names):
        text = f"'{pool.node_names}' has a lookaround or a backreference, which node feature discovery does not support"
        yield Mistake(path, text, "write it without (?=, (?!, (?< and \\1, or list the names: one|two")


def _vendors(pools: Sequence[NodePool], topology: str) -> Iterator[Mistake]:
    cards = [(index, pool.gpu.card) for index, pool in enumerate(pools) if pool.gpu]
    vendors = sorted({card.vendor for _, card in cards})
    if len(vendors) > 1 and topology == "all-in-one":
        first = cards[0][1].vendor
        odd = next(index for index, card in cards if card.vendor != first)
        text = f"an all-in-one site runs the drivers of only one vendor; its pools have cards of {listed(vendors)}"
        fix = f"use cards of {first} in all pools, or set topology: remote-workers"
        yield Mistake(("nodePools", odd, "gpu", "product"), text, fix)
