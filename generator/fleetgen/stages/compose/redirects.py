"""Redirects of a renamed cluster: a site that still pulls the folder of a former name gets the folder of today's."""

from __future__ import annotations

from fleetgen.model.fleet import Cluster
from fleetgen.model.keys import ClusterKey
from fleetgen.model.plain import JsonObject
from fleetgen.stages.compose.kustomizations import kustomization


def former_keys(cluster: Cluster) -> tuple[ClusterKey, ...]:
    """The folders that the cluster had."""
    return tuple(ClusterKey(cluster.spec.environment, name) for name in cluster.spec.former_names)


def redirect(current: ClusterKey) -> JsonObject:
    """The kustomization of a former folder."""
    return kustomization([f"../{current.name}"])
