"""What the objects of a unit ask of a cluster."""

from __future__ import annotations

import pytest

from fleetgen.catalog.workloads import unit_needs
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId


def manifest(api: str, kind: str, name: str = "web", namespace: str = "shop", **content: Json) -> Manifest:
    group = api.rpartition("/")[0]
    metadata: JsonObject = {"name": name, "namespace": namespace}
    data: JsonObject = {"apiVersion": api, "kind": kind, "metadata": metadata, **content}
    return Manifest(id=ResourceId(group, kind, namespace, name), data=data, digest=name)


POD: JsonObject = {
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"operator": "Exists"}, "malformed"],
    "affinity": {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]}
    },
    "topologySpreadConstraints": [
        {"topologyKey": "zone", "minDomains": 2},
        {"topologyKey": "rack", "whenUnsatisfiable": "ScheduleAnyway"},
    ],
    "initContainers": [{"name": "load", "image": "loader:1"}],
    "containers": [{"name": "web", "image": "web:1", "resources": {"limits": {"nvidia.com/gpu": 1, "cpu": 2}}}, {"name": "bare"}],
    "volumes": [
        {"name": "model", "image": {"reference": "model:7"}},
        {
            "name": "scratch",
            "ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}}},
        },
        {"name": "tmp", "emptyDir": {}},
    ],
}
WORKLOAD: JsonObject = {
    "kind": "Deployment",
    "namespace": "shop",
    "name": "web",
    "replicas": 3,
    "mostReplicas": 3,
    "requests": {"cpu": 2, "nvidia.com/gpu": 1},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"operator": "Exists"}],
    "apart": ["kubernetes.io/hostname"],
    "spread": [{"topologyKey": "zone", "minDomains": 2}],
    "images": ["loader:1", "model:7", "web:1"],
    "resources": ["cpu", "nvidia.com/gpu"],
}


def test_workload() -> None:
    deployment = manifest("apps/v1", "Deployment", spec={"replicas": 3, "template": {"spec": POD}})
    assert unit_needs([deployment]) == {
        "requests": {"cpu": 6, "nvidia.com/gpu": 3},
        "images": ["loader:1", "model:7", "web:1"],
        "workloads": [WORKLOAD],
        "claims": [{"name": "web/scratch", "class": "fast", "modes": ["ReadWriteOnce"]}],
        "namespaces": {},
        "apis": ["apps/v1/Deployment"],
    }


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        ("v1", "Pod", POD),
        ("apps/v1", "StatefulSet", {"template": {"spec": POD}}),
        ("apps/v1", "DaemonSet", {"template": {"spec": POD}}),
        ("apps/v1", "ReplicaSet", {"template": {"spec": POD}}),
        ("v1", "ReplicationController", {"template": {"spec": POD}}),
        ("batch/v1", "Job", {"template": {"spec": POD}}),
        ("batch/v1", "CronJob", {"jobTemplate": {"spec": {"template": {"spec": POD}}}}),
    ],
)
def test_every_kind_of_workload(api: str, kind: str, spec: JsonObject) -> None:
    assert unit_needs([manifest(api, kind, spec=spec)])["workloads"] == [
        {**WORKLOAD, "kind": kind, "replicas": 1, "mostReplicas": 1}
    ]


def test_what_is_no_workload_or_malformed_asks_for_nothing() -> None:
    others = [
        manifest("example.com/v1", "Deployment", spec={"template": {"spec": POD}}),
        manifest("apps/v1", "Deployment", name="broken", spec={"template": "text"}),
    ]
    assert unit_needs(others) == {
        "requests": {"cpu": 2, "nvidia.com/gpu": 1},
        "images": ["loader:1", "model:7", "web:1"],
        "workloads": [],
        "claims": [],
        "namespaces": {},
        "apis": ["apps/v1/Deployment"],
    }


def test_claims() -> None:
    template: JsonObject = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteMany"]}}
    objects = [
        manifest("v1", "PersistentVolumeClaim", name="own", spec={"storageClassName": "local-path"}),
        manifest("apps/v1", "StatefulSet", name="db", spec={"volumeClaimTemplates": [template]}),
    ]
    assert unit_needs(objects)["claims"] == [
        {"name": "own", "class": "local-path", "modes": []},
        {"name": "db/data", "class": None, "modes": ["ReadWriteMany"]},
    ]


def test_guards_of_namespaces() -> None:
    both: JsonObject = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    objects = [
        manifest("v1", "Namespace", name="shop", namespace=""),
        manifest("v1", "ResourceQuota"),
        manifest("v1", "LimitRange"),
        manifest("networking.k8s.io/v1", "NetworkPolicy", spec=both),
        manifest("networking.k8s.io/v1", "NetworkPolicy", namespace="till", name="one-way", spec={"policyTypes": ["Ingress"]}),
        manifest("networking.k8s.io/v1", "NetworkPolicy", namespace="till", name="rules", spec={**both, "egress": [{}]}),
    ]
    assert unit_needs(objects)["namespaces"] == {"shop": ["defaultDeny", "limitRange", "namespace", "quota"]}


def test_apis_of_kubernetes_alone() -> None:
    objects = [
        manifest("v1", "Service"),
        manifest("policy/v1beta1", "PodDisruptionBudget"),
        manifest("networking.k8s.io/v1", "Ingress"),
        manifest("monitoring.coreos.com/v1", "ServiceMonitor"),
    ]
    assert unit_needs(objects)["apis"] == ["networking.k8s.io/v1/Ingress", "policy/v1beta1/PodDisruptionBudget", "v1/Service"]
