"""Kustomizations that list what Argo CD applies from a folder."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.plain import JsonObject
from fleetgen.model.variant import VariantKey


def kustomization(resources: Sequence[str]) -> JsonObject:
    """A kustomization of files and folders, by their paths from it."""
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [*resources]}


def bill_of_materials(units: Sequence[VariantKey], *, identity: bool) -> JsonObject:
    """The kustomization of a cluster's folder: its own objects, then one line a unit."""
    own = ["root.yaml", "project.yaml", *(["identity.yaml"] if identity else [])]
    return kustomization([*own, *(f"../../../{key.app_folder}" for key in units)])
