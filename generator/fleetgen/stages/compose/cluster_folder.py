"""A cluster's folder: its root Application, its project, its identity, its bill of materials.

Only what holds the cluster's name is made for each cluster, and only when it is asked for.
"""

from __future__ import annotations

from fleetgen.model.composed import ClusterFolder, ClusterIdentity
from fleetgen.model.manifest import Manifest
from fleetgen.stages.compose.applications import identity_application, root_application
from fleetgen.stages.compose.cluster_identity import identity_config_map


def root_of(folder: ClusterFolder) -> Manifest:
    """The Application that pulls the folder."""
    return Manifest.of(root_application(folder.cluster, folder.delivery))


def identity_of(folder: ClusterFolder) -> ClusterIdentity | None:
    """What tells workloads which cluster they run at; None where no unit asks."""
    if not folder.namespaces:
        return None
    return ClusterIdentity(
        application=Manifest.of(identity_application(folder.cluster, folder.delivery)),
        config_maps=tuple(Manifest.of(identity_config_map(folder.cluster, namespace)) for namespace in folder.namespaces),
    )
