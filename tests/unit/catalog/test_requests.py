"""What the built objects of a unit need of a cluster: requests of all replicas, and images."""

from __future__ import annotations

from typing import Final

from fleetgen.catalog.workloads import total_requests, unit_needs
from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.stages.build import manifests
from fleetgen.yamlfile import load_manifests

SERVER: Final = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: server, namespace: serving}
spec:
  %s
  template:
    spec:
      initContainers: [{name: copy, image: "models:1", resources: {requests: {cpu: "8"}}}]
      containers:
        - name: server
          image: "server:2"
          resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: "2", nvidia.com/gpu: 2}}
      volumes: [{name: models, image: {reference: "volume:3"}}, {name: tmp, emptyDir: {}}]
"""
SCALER: Final = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: server, namespace: serving}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}, minReplicas: 1, maxReplicas: 4}
"""


def built(text: str) -> tuple[Manifest, ...]:
    return manifests(Documents(root="x", documents=load_manifests(text)), Place("x"))


def test_every_replica_counts() -> None:
    assert total_requests(built(SERVER % "replicas: 3")) == {"cpu": 1.5, "memory": 3 * 2**30, "nvidia.com/gpu": 6}


def test_images_of_all_containers_and_of_image_volumes() -> None:
    assert unit_needs(built(SERVER % ""))["images"] == ["models:1", "server:2", "volume:3"]


def test_a_scaled_workload_counts_with_the_most_that_it_may_get() -> None:
    assert total_requests(built(SERVER % "" + SCALER % "server"))["nvidia.com/gpu"] == 8


def test_a_scaler_of_something_else_does_not_count() -> None:
    assert total_requests(built(SERVER % "" + SCALER % "other"))["nvidia.com/gpu"] == 2
