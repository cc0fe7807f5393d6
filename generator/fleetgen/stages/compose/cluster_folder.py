"""A cluster's folder: its root Application, its project, its identity, its bill of materials."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.composed import ClusterFolder
from fleetgen.model.fleet import Cluster
from fleetgen.model.inventory import Delivery
from fleetgen.model.manifest import Manifest
from fleetgen.model.variant import Variant
from fleetgen.stages.compose.applications import root_application
from fleetgen.stages.compose.cluster_identity import cluster_identity
from fleetgen.stages.compose.redirects import former_keys


def cluster_folder(cluster: Cluster, variants: Sequence[Variant], delivery: Delivery, project: Manifest) -> ClusterFolder:
    """What the cluster's root Application pulls. `variants` are the cluster's, by unit; `project` is what they may apply."""
    return ClusterFolder(
        key=cluster.key,
        root=Manifest.of(root_application(cluster, delivery)),
        project=project,
        identity=cluster_identity(cluster, variants, delivery),
        units=tuple(variant.key for variant in variants),
        former=former_keys(cluster),
    )
