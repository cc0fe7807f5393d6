"""The text of output/: the one place where what was composed stops being objects."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fleetgen.model.composed import ClusterFolder, ClusterIdentity, ComposedFleet
from fleetgen.model.manifest import Manifest
from fleetgen.stages.compose.environment_index import index_data
from fleetgen.stages.compose.kustomizations import bill_of_materials, kustomization
from fleetgen.stages.compose.redirects import redirect
from fleetgen.yamlfile import dump


def output_folders(fleet: ComposedFleet) -> dict[str, Mapping[str, str]]:
    """Folder -> its files (path -> text), all below the output root.

    Folders are those of bases, overlays, `app/` of variants, clusters, former names of clusters, and environments (the index).
    """
    folders: dict[str, Mapping[str, str]] = {key.folder: base.files for key, base in fleet.bases.items()}
    for key, variant in fleet.variants.items():
        folders[key.folder] = variant.overlay.files
        folders[key.app_folder] = _named(
            key.app_folder,
            {"kustomization.yaml": dump(kustomization(["application.yaml"])), "application.yaml": dump(variant.application.data)},
        )
    projects: dict[str, str] = {}
    for cluster in fleet.clusters.values():
        project = projects.get(cluster.project.digest) or projects.setdefault(cluster.project.digest, _text(cluster.project))
        folders[cluster.key.folder] = _cluster_files(cluster, project)
        for former in cluster.former:
            folders[former.folder] = _named(former.folder, {"kustomization.yaml": dump(redirect(cluster.key))})
    for name, entries in fleet.indexes.items():
        folder = f"environments/{name}"
        text = json.dumps(index_data(name, entries), indent=1, ensure_ascii=False) + "\n"
        folders[folder] = _named(folder, {"index.json": text})
    return folders


def _cluster_files(cluster: ClusterFolder, project: str) -> dict[str, str]:
    files = {
        "kustomization.yaml": dump(bill_of_materials(cluster)),
        "root.yaml": _text(cluster.root),
        "project.yaml": project,
        **(_identity_files(cluster.identity) if cluster.identity else {}),
    }
    return _named(cluster.key.folder, files)


def _identity_files(identity: ClusterIdentity) -> dict[str, str]:
    files = {f"{manifest.id.namespace}.yaml": _text(manifest) for manifest in identity.config_maps}
    return {
        "identity.yaml": _text(identity.application),
        "identity/kustomization.yaml": dump(kustomization([*files])),
        **_named("identity", files),
    }


def _text(manifest: Manifest) -> str:
    return dump(manifest.data)


def _named(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}
