"""Kustomizations that list what Argo CD applies from a folder."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.composed import ClusterFolder
from fleetgen.model.plain import JsonObject


def kustomization(resources: Sequence[str]) -> JsonObject:
    """A kustomization of files and folders, by their paths from it."""
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [*resources]}


def bill_of_materials(cluster: ClusterFolder) -> JsonObject:
    """The kustomization of a cluster's folder: its own objects, then one line a unit."""
    own = ["root.yaml", "project.yaml", *(["identity.yaml"] if cluster.identity else [])]
    return kustomization([*own, *(f"../../../{key.app_folder}" for key in cluster.units)])
