"""The models of clusters: what policies of cluster and fleet scope read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, cast

import pytest

from fleetgen.catalog.cluster_model import KEYS, PARTS, cluster_models, environment_model
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.policy.facts import CLUSTER_KEYS
from fleetgen.stages.build import manifests
from fleetgen.stages.resolve import resolve
from fleetgen.yamlfile import load_manifests
from tests.fleets import load

ENVIRONMENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec:
  rank: 3
  rings: [broad]
  registries: [registry.example.com]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
"""
CLUSTER: Final = """---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec:
  environment: production
  ring: broad
  kubernetes: {distribution: k3s, version: v1.35.4}
  network: {podCIDRs: [10.42.0.0/16]}
  nodePools: [{name: main, count: 2, cpu: 8, memoryGiB: 32, gpu: {product: L4, count: 1}}]
"""
FLEET: Final = ENVIRONMENT + CLUSTER % "store" + CLUSTER % "annex"
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
    "issues": [],
    "supportEnds": "",
    "variant": "default",
    "requests": {"cpu": 0.5, "nvidia.com/gpu": 1},
    "images": ["app:1"],
    "workloads": [
        {
            "kind": "Pod",
            "namespace": "shop",
            "name": "app",
            "replicas": 1,
            "mostReplicas": 1,
            "requests": {"cpu": 0.5, "nvidia.com/gpu": 1},
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


def resolved() -> Resolved:
    return resolve(load({"fleet/all.yaml": FLEET}, {"templates/app/component.yaml": COMPONENT}))


def built(fleet: Resolved) -> dict[VariantKey, Sequence[Manifest]]:
    return dict.fromkeys(fleet.variants, manifests(Documents(root="x", documents=load_manifests(OBJECT)), Place("x")))


def test_models_of_clusters() -> None:
    fleet = resolved()
    models = cluster_models(fleet, built(fleet))
    assert [*models] == ["annex", "store"]
    store = models["store"]
    assert tuple(store) == KEYS == CLUSTER_KEYS
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
    assert store["unplaced"] == []


def test_equal_parts_are_one_value() -> None:
    fleet = resolved()
    models = cluster_models(fleet, built(fleet), {"nodePools", "site", "units", "ring"})
    store, annex = models["store"], models["annex"]
    assert [*store] == ["ring", "site", "nodePools", "units"]
    assert [key for key in store if store[key] is annex[key]] == [*store]


class _Only:
    """A spec that has nothing but these fields."""

    def __init__(self, spec: ClusterSpec, fields: Iterable[str]) -> None:
        for field in fields:
            setattr(self, field, getattr(spec, field))


@pytest.mark.parametrize("key", PARTS)
def test_a_part_is_a_function_of_the_fields_that_it_names(key: str) -> None:
    """Because clusters that share these fields share the part."""
    spec = resolved().clusters["store"].spec
    fields, made = PARTS[key]
    assert made(cast("ClusterSpec", _Only(spec, fields))) == made(spec)


def test_model_of_an_environment() -> None:
    environment = load({"fleet/all.yaml": FLEET}, {"templates/app/component.yaml": COMPONENT}).environments["production"]
    assert environment_model(environment) == {
        "name": "production",
        "rank": 3,
        "rings": ["broad"],
        "registries": ["registry.example.com"],
        "roles": {},
    }
