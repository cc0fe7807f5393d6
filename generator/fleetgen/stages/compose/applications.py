"""Argo CD Applications: of a variant, of a cluster's own folder (the root), of a cluster's identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fleetgen.model.inventory import Delivery
from fleetgen.model.keys import ClusterKey
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Variant
from fleetgen.stages.compose.argocd import API_VERSION, ARGOCD, PROJECT, ROOT_PROJECT, SERVER, metadata
from fleetgen.stages.compose.delivery import chart_repository, git_source

IDENTITY_WAVE: Final = 0

SERVER_SIDE: Final = ("ServerSideApply=true", "ApplyOutOfSyncOnly=true")
# Argo CD types what it applies on the server's side by the definitions that the site has. A unit that brings newer definitions
# together with objects that use them would never be synced again (decision 0023).
CLIENT_SIDE: Final = ("ApplyOutOfSyncOnly=true",)


def variant_application(variant: Variant, delivery: Delivery, chart_values: Json) -> JsonObject:
    """The Application of a variant; a chart and the overlay are two sources of one Application."""
    component = variant.component
    overlay = git_source(delivery, variant.key.folder)
    source: JsonObject = {"source": overlay}
    if chart := variant.chart:
        helm: JsonObject = {"releaseName": chart.release_name, "valuesObject": chart_values}
        helm_source: JsonObject = {
            "repoURL": chart_repository(chart, delivery),
            "chart": chart.name,
            "targetRevision": variant.version,
            "helm": helm,
        }
        source = {"sources": [helm_source, overlay]}
    namespace = variant.namespaces[0] if variant.namespaces else ARGOCD
    meta = metadata(variant.key.unit, component.wave, finalizer=component.finalizer)
    options = SERVER_SIDE if component.server_side else CLIENT_SIDE
    return _application(meta, PROJECT, source, namespace, options)


def root_application(cluster: ClusterKey, delivery: Delivery) -> JsonObject:
    """The Application that syncs the cluster's own folder; it lives in that folder, too."""
    source: JsonObject = {"source": git_source(delivery, cluster.folder)}
    return _application(metadata("root", 0, kept=True), ROOT_PROJECT, source, ARGOCD)


def identity_application(cluster: ClusterKey, delivery: Delivery) -> JsonObject:
    """The Application that syncs the cluster's own ConfigMaps."""
    source: JsonObject = {"source": git_source(delivery, f"{cluster.folder}/identity")}
    return _application(metadata("identity", IDENTITY_WAVE, finalizer=True), PROJECT, source, ARGOCD)


def _application(
    meta: JsonObject, project: str, source: JsonObject, namespace: str, options: Sequence[str] = SERVER_SIDE
) -> JsonObject:
    spec: JsonObject = {
        "project": project,
        **source,
        "destination": {"server": SERVER, "namespace": namespace},
        "syncPolicy": _sync_policy(options),
    }
    return {"apiVersion": API_VERSION, "kind": "Application", "metadata": meta, "spec": spec}


def _sync_policy(options: Sequence[str]) -> JsonObject:
    """Prune and self-heal, retry for ever: an edge has nobody to press sync, and a link that comes and goes."""
    return {
        "automated": {"prune": True, "selfHeal": True},
        "syncOptions": [*options],
        "retry": {"limit": -1, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}, "refresh": True},
    }
