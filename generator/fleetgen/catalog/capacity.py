"""What nodes and clusters offer to workloads: extended resources of cards, and the totals of a cluster's capacity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fleetgen.model.gpus import MIG_RESOURCE, RESOURCES
from fleetgen.model.inventory import ClusterSpec, NodePool

_UNITS: Final = {
    "": 1.0,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}
_QUANTITY: Final = re.compile(r"([0-9.]+)([A-Za-z]*)$")


def quantity(text: str) -> float:
    """A Kubernetes quantity in its base unit: `500m` is 0.5, `1Gi` 2**30.

    0 for what is none, which the schema of the object refuses, and for exponents (`1e3`).
    """
    match = _QUANTITY.match(text)
    return float(match[1]) * _UNITS.get(match[2], 1.0) if match else 0.0


def cluster_capacity(spec: ClusterSpec) -> dict[str, float]:
    """What all nodes of a cluster offer together, less what is reserved: `cpu` in cores, `memoryGiB`, each extended resource."""
    total: dict[str, float] = {}
    for pool in spec.node_pools:
        total["cpu"] = total.get("cpu", 0) + pool.count * (pool.cpu - pool.reserved.cpu)
        total["memoryGiB"] = total.get("memoryGiB", 0) + pool.count * (pool.memory_gib - pool.reserved.memory_gib)
        for name, number in extended_resources(pool).items():
            total[name] = total.get(name, 0) + pool.count * number
    return whole_numbers(total)


def extended_resources(pool: NodePool) -> dict[str, int]:
    """Resource name -> how many of it one node of the pool offers, as its device plug-in reports them: sharing counted."""
    if pool.gpu is None:
        return {}
    gpu, product = pool.gpu, pool.gpu.card
    cards = gpu.count * product.gpus
    whole = RESOURCES[product.vendor]
    shared = ".shared" if gpu.sharing.rename and gpu.sharing.replicas > 1 else ""
    if gpu.sharing.mode == "mig":
        cards *= gpu.sharing.replicas
        if gpu.sharing.strategy == "single":
            return {f"{whole}{shared}": cards * sum(gpu.sharing.slices.values())}
        # the device plug-in writes a dot for the plus (internal/rm, resource names)
        slices = {f"{MIG_RESOURCE}{name.replace('+', '.')}": number for name, number in sorted(gpu.sharing.slices.items())}
        return {f"{name}{shared}": cards * number for name, number in slices.items()}
    # the plug-in knows one device on a Jetson, whatever the board (device plugin, internal/rm/tegra_devices.go)
    return {
        f"{whole}{shared}": (1 if product.integrated else cards) * (gpu.sharing.replicas if gpu.sharing.mode != "none" else 1)
    }


def whole_numbers(totals: Mapping[str, float]) -> dict[str, float]:
    """Totals by name, sorted; a whole number is an int, so that it is written without a fraction."""
    return {name: int(total) if total == int(total) else total for name, total in sorted(totals.items())}
