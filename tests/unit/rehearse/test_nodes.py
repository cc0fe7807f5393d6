from __future__ import annotations

from dataclasses import replace
from typing import cast

from generator.model.inventory import ClusterSpec, Kubernetes
from generator.model.plain import JsonObject
from generator.rehearse.nodes import nodes, runtime_classes, storage_classes
from generator.schemas.derive import build


def spec() -> ClusterSpec:
    pools = [
        {"name": "system", "count": 2, "cpu": 4, "memoryGiB": 16, "storage": [{"class": "local-path", "sizeGiB": 50}]},
        {
            "name": "gpu",
            "arch": "arm64",
            "labels": {"a": "b"},
            "taints": [{"key": "nvidia.com/gpu", "value": "", "effect": "NoSchedule"}],
            "gpu": {"product": "L4", "count": 2, "sharing": {"mode": "time-slicing", "replicas": 4}},
        },
    ]
    kubernetes = {"distribution": "k3s", "version": "v1.35.4+k3s1"}
    data = {"environment": "e", "ring": "r", "kubernetes": kubernetes, "nodePools": pools}
    return cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))


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
