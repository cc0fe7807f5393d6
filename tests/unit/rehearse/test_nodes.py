from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from fleetgen.model.inventory import ClusterSpec, Kubernetes
from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.nodes import nodes, runtime_classes, storage_classes
from fleetgen.schemas.derive import build


def spec(*pools: JsonObject) -> ClusterSpec:
    kubernetes = {"distribution": "k3s", "version": "v1.35.4+k3s1"}
    data = {"environment": "e", "ring": "r", "kubernetes": kubernetes, "nodePools": pools or _POOLS}
    return cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))


_POOLS = [
    {"name": "system", "count": 2, "cpu": 4, "memoryGiB": 16, "storage": [{"class": "local-path", "sizeGiB": 50}]},
    {
        "name": "gpu",
        "arch": "arm64",
        "labels": {"a": "b"},
        "taints": [{"key": "nvidia.com/gpu", "value": "", "effect": "NoSchedule"}],
        "gpu": {"product": "L4", "count": 2, "sharing": {"mode": "time-slicing", "replicas": 4}},
    },
]


def test_nodes_look_like_the_pools() -> None:
    found = nodes("c", spec())
    shown = [
        (n["metadata"]["name"], n["metadata"]["labels"], n["spec"], n["status"]["capacity"])  # type: ignore[index, call-overload]
        for n in found
    ]
    system = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "50Gi", "pods": "110"}
    os = {"kubernetes.io/os": "linux"}
    control = {"node-role.kubernetes.io/control-plane": "true"}
    assert shown == [
        *(
            (
                f"c-system-{n}",
                {"kubernetes.io/hostname": f"c-system-{n}", "kubernetes.io/arch": "amd64", **os, **control},
                {},
                system,
            )
            for n in range(2)
        ),
        (
            "c-gpu-0",
            {
                "kubernetes.io/hostname": "c-gpu-0",
                "kubernetes.io/arch": "arm64",
                **os,
                "feature.node.kubernetes.io/pci-10de.present": "true",
                "nvidia.com/gpu.present": "true",
                "fleetgen.io/pool": "gpu",
                "nvidia.com/device-plugin.config": "time-slicing-4",
                "a": "b",
            },
            {"taints": [{"key": "nvidia.com/gpu", "value": "", "effect": "NoSchedule"}]},
            {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "110", "nvidia.com/gpu": "8"},
        ),
    ]


def test_storage_classes_of_the_pools() -> None:
    assert [c["metadata"] for c in storage_classes(spec())] == [{"name": "local-path"}]


def test_runtime_classes_of_the_distribution() -> None:
    shipped = runtime_classes(spec())
    assert [(c["metadata"], c["handler"]) for c in shipped] == [
        ({"name": name}, name) for name in ("crun", "nvidia", "nvidia-experimental")
    ]
    assert runtime_classes(replace(spec(), kubernetes=Kubernetes(distribution="kubeadm", version="v1.35.4"))) == []


@pytest.mark.parametrize(
    ("product", "label"),
    [
        ("Radeon PRO W7900", "feature.node.kubernetes.io/amd-gpu"),
        ("Flex 140", "intel.feature.node.kubernetes.io/gpu"),
        ("L4", "feature.node.kubernetes.io/pci-10de.present"),
    ],
)
def test_what_a_vendor_s_discovery_finds_is_a_label(product: str, label: str) -> None:
    (node,) = nodes("c", spec({"name": "gpu", "gpu": {"product": product, "count": 1}}))
    assert objects.text(node, "metadata", "labels", label) == "true"
