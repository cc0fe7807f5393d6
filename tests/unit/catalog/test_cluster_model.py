"""The model of a fleet: what policies of cluster and fleet scope read."""

from __future__ import annotations

from datetime import date
from typing import Final

from fleetgen.catalog.cluster_model import FleetModel, cluster_models
from fleetgen.model.manifest import Documents
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.stages.build import manifests
from fleetgen.stages.load import load
from fleetgen.stages.resolve import resolve
from fleetgen.yamlfile import load_manifests

FLEET: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec:
  rank: 3
  rings: [broad]
  registries: [registry.example.com]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: store}
spec:
  environment: production
  ring: broad
  kubernetes: {distribution: k3s, version: v1.35.4}
  network: {podCIDRs: [10.42.0.0/16]}
  nodePools: [{name: main, count: 2, cpu: 8, memoryGiB: 32, gpu: {product: L4, count: 1}}]
"""
COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: app}
spec:
  title: App
  description: Needs a card.
  wave: 3
  settings: {properties: {size: {}}}
  defaults: {enabled: true, version: "1", values: {size: 2}}
"""
OBJECT: Final = """
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: shop}
spec: {containers: [{name: app, image: "app:1", resources: {limits: {cpu: 500m, nvidia.com/gpu: 1}}}]}
"""
UNIT: Final[JsonObject] = {
    "component": "app",
    "instance": "",
    "version": "1",
    "release": {},
    "variant": "default",
    "requests": {"cpu": 0.5, "nvidia.com/gpu": 1},
    "images": ["app:1"],
    "workloads": [
        {
            "kind": "Pod",
            "namespace": "shop",
            "name": "app",
            "replicas": 1,
            "nodeSelector": {},
            "tolerations": [],
            "apart": [],
            "spread": [],
            "images": ["app:1"],
            "resources": ["cpu", "nvidia.com/gpu"],
        }
    ],
    "claims": [],
    "namespaces": {},
    "apis": ["v1/Pod"],
    "values": {"size": 2},
}
CLUSTER_KEYS: Final = [
    *("name", "environment", "ring", "region", "profile", "role", "topology", "lifecycle", "criticality", "kubernetes", "site"),
    *("network", "provides", "nodePools", "facts", "ranges", "capacity", "units"),
]


def test_model_of_a_fleet() -> None:
    fleet = load({"fleet/all.yaml": FLEET}, {"templates/app/component.yaml": COMPONENT})
    resolved = resolve(fleet)
    built = manifests(Documents(root="x", documents=load_manifests(OBJECT)), Place("x"))
    models = cluster_models(resolved, dict.fromkeys(resolved.variants, built))
    assert [*models] == ["store"]
    environment = fleet.environments["production"]
    clusters = [*models.values()]
    data = FleetModel(environment=environment, policy_set="production", clusters=clusters, as_of=date(2026, 11, 24)).as_data()
    store = models["store"].as_data()
    assert data == {
        "kind": "FleetModel",
        "asOf": "2026-11-24",
        "policySet": "production",
        "environment": {
            "name": "production",
            "rank": 3,
            "rings": ["broad"],
            "registries": ["registry.example.com"],
            "roles": {},
        },
        "clusters": [store],
    }
    assert [*store] == CLUSTER_KEYS
    assert store["facts"] == {
        "distribution": "k3s",
        "arch": ["amd64"],
        "gpu.products": ["l4"],
        "gpu.vendors": ["nvidia"],
        "amd.drivers": [],
        "kubernetes.minor": "1.35",
        "topology": "all-in-one",
        "role": "edge",
        "nodes": "several",
    }
    assert store["ranges"] == [{"kind": "podCIDRs", "cidr": "10.42.0.0/16", "first": "4:0a2a0000", "last": "4:0a2affff"}]
    assert store["capacity"] == {"cpu": 16, "memoryGiB": 64, "nvidia.com/gpu": 2}
    assert store["units"] == {"app": UNIT}
