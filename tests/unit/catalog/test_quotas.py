"""ResourceQuotas beside what the workloads of their namespace ask for."""

from __future__ import annotations

import pytest

from fleetgen.catalog.quotas import QuotaShortfall, quota_shortfalls
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject


def quota(namespace: str, **hard: Json) -> Manifest:
    metadata: JsonObject = {"name": "baseline", "namespace": namespace}
    spec: JsonObject = {"hard": {key.replace("__", "/").replace("_", "."): value for key, value in hard.items()}}
    return Manifest.of({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec})


def workload(kind: str, namespace: str, replicas: int = 1, **requests: Json) -> Manifest:
    asked: JsonObject = {key.replace("__", "/").replace("_", "."): value for key, value in requests.items()}
    pod: JsonObject = {"containers": [{"name": "main", "resources": {"requests": asked}}]}
    spec: JsonObject = {"replicas": replicas, "template": {"spec": pod}}
    return Manifest.of({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web", "namespace": namespace}, "spec": spec})


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        ([workload("Deployment", "a", 2, cpu="500m")], []),
        ([quota("a", requests_cpu="1"), workload("Deployment", "a", 2, cpu="500m")], []),
        ([quota("b", requests_cpu="1"), workload("Deployment", "a", 3, cpu="500m")], []),
        ([quota("a", limits_cpu="1"), workload("Deployment", "a", 3, cpu="500m")], []),
        (
            [quota("a", requests_cpu="1"), workload("Deployment", "a", 3, cpu="500m")],
            [QuotaShortfall("a", "requests.cpu", "1", 1.5)],
        ),
        (
            [quota("a", requests_nvidia_com__gpu=0), workload("Deployment", "a", nvidia_com__gpu=1)],
            [QuotaShortfall("a", "requests.nvidia.com/gpu", "0", 1)],
        ),
        ([quota("a", pods="3"), workload("DaemonSet", "a", 1)], [QuotaShortfall("a", "pods", "3", 4)]),
    ],
)
def test_shortfalls(manifests: list[Manifest], expected: list[QuotaShortfall]) -> None:
    assert [*quota_shortfalls(manifests, 4)] == expected
