"""Node objects that look like the cluster's node pools; kwok keeps them alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from fleetgen.catalog.capacity import extended_resources
from fleetgen.catalog.node_rules import node_rules
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.plain import Json, JsonObject

_PODS: Final = "110"
# k3s manifests/runtimes.yaml, and the chart rke2-runtimeclasses; those for WebAssembly are left out
_RUNTIME_CLASSES: Final = dict.fromkeys(("k3s", "rke2"), ("crun", "nvidia", "nvidia-experimental"))
# What node feature discovery and the vendor's operator would find out and write down; DeviceConfigs and workloads select by it.
_DISCOVERED: Final = {
    "nvidia": {"feature.node.kubernetes.io/pci-10de.present": "true", "nvidia.com/gpu.present": "true"},
    "amd": {"feature.node.kubernetes.io/amd-gpu": "true"},
    "intel": {"intel.feature.node.kubernetes.io/gpu": "true"},
}


def nodes(cluster: str, spec: ClusterSpec) -> list[JsonObject]:
    """All nodes, pool by pool, with the labels that node feature discovery sets at a real site.

    The first pool carries the control plane, as on k3s.
    """
    rules = node_rules(spec.node_pools)
    return [
        _node(spec, pool, f"{cluster}-{pool.name}-{number}", rule.labels if rule.match is not None else {}, first=index == 0)
        for index, (pool, rule) in enumerate(zip(spec.node_pools, rules, strict=True))
        for number in range(pool.count)
    ]


def storage_classes(spec: ClusterSpec) -> list[JsonObject]:
    """The storage classes of the pools; nothing provisions them, so volumes are made by the stand-ins."""
    names = sorted({storage.storage_class for pool in spec.node_pools for storage in pool.storage})
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "Immediate",
        }
        for name in names
    ]


def runtime_classes(spec: ClusterSpec) -> list[JsonObject]:
    """What the distribution ships for NVIDIA's container runtime; without it the API server refuses pods that name it."""
    names = _RUNTIME_CLASSES.get(spec.kubernetes.distribution, ()) if spec.kubernetes else ()
    return [
        {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": name} for name in names
    ]


def _node(spec: ClusterSpec, pool: NodePool, name: str, ruled: Mapping[str, str], *, first: bool) -> JsonObject:
    labels: dict[str, str] = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": pool.arch,
        "kubernetes.io/os": "linux",
        **({"node-role.kubernetes.io/control-plane": "true"} if first else {}),
        **(_DISCOVERED.get(pool.gpu.card.vendor, {}) if pool.gpu else {}),
        **ruled,
        **pool.labels,
    }
    taints: list[Json] = [{"key": t.key, "value": t.value, "effect": t.effect} for t in pool.taints]
    metadata: JsonObject = {"name": name, "labels": cast("Json", labels), "annotations": {"kwok.x-k8s.io/node": "fake"}}
    capacity = _capacity(pool)
    version = spec.kubernetes.version if spec.kubernetes else ""
    info: JsonObject = {
        "architecture": pool.arch,
        "operatingSystem": "linux",
        "kubeletVersion": version,
        "kernelVersion": pool.kernel,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": {"taints": taints} if taints else {},
        "status": {"capacity": capacity, "allocatable": capacity, "nodeInfo": info},
    }


def _capacity(pool: NodePool) -> JsonObject:
    """What the pool offers; a card that is shared in time counts once for each replica, as the device plug-in reports it."""
    storage = sum(volume.size_gib for volume in pool.storage) or 100
    capacity: JsonObject = {
        "cpu": str(int(pool.cpu) or 8),
        "memory": f"{int(pool.memory_gib) or 32}Gi",
        "ephemeral-storage": f"{storage}Gi",
        "pods": _PODS,
    }
    return {**capacity, **{name: str(number) for name, number in extended_resources(pool).items()}}
