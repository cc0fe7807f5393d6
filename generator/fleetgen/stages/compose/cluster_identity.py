"""What tells workloads which cluster they run at: a ConfigMap in every namespace whose component asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from fleetgen.model.fleet import Cluster
from fleetgen.model.plain import JsonObject
from fleetgen.model.variant import Variant


def identity_namespaces(variants: Iterable[Variant]) -> tuple[str, ...]:
    """The namespaces of the units that ask for the cluster's identity, sorted."""
    return tuple(sorted({namespace for v in variants if v.component.identity for namespace in v.namespaces}))


def identity_config_map(cluster: Cluster, namespace: str) -> JsonObject:
    """The ConfigMap in one namespace."""
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
