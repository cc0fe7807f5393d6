"""What tells workloads which cluster they run at: a ConfigMap in every namespace whose component asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.composed import ClusterIdentity
from fleetgen.model.fleet import Cluster
from fleetgen.model.inventory import Delivery
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.variant import Variant
from fleetgen.stages.compose.applications import identity_application


def cluster_identity(cluster: Cluster, variants: Sequence[Variant], delivery: Delivery) -> ClusterIdentity | None:
    """The ConfigMaps by namespace, with their Application; None where no unit asks."""
    namespaces = sorted({namespace for v in variants if v.component.identity for namespace in v.namespaces})
    if not namespaces:
        return None
    return ClusterIdentity(
        application=Manifest.of(identity_application(cluster, delivery)),
        config_maps=tuple(Manifest.of(_config_map(cluster, namespace)) for namespace in namespaces),
    )


def _config_map(cluster: Cluster, namespace: str) -> JsonObject:
    data: JsonObject = {
        "CLUSTER": cluster.name,
        "SITE": cluster.spec.site.name,
        "ENVIRONMENT": cluster.spec.environment,
        "REGION": cluster.spec.region,
        "RING": cluster.spec.ring,
    }
    labels: JsonObject = {"app.kubernetes.io/managed-by": "fleetgen"}
    metadata: JsonObject = {"name": "fleetgen-identity", "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
