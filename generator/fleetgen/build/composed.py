"""What `compose` made for Argo CD, as objects that the gate can judge: Applications of variants and projects of clusters.

The root and the identity of a cluster have one fixed shape and differ in nothing but its name; they are left to the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleetgen.build.desired_state import Desired
from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.variant import VariantKey
from fleetgen.stages import build
from fleetgen.stages.compose import cluster_folder
from fleetgen.yamlfile import load_manifests


def with_applications(desired: Desired) -> dict[VariantKey, Sequence[Manifest]]:
    """The objects of every variant, its Application among them where it is written."""
    read = _Reader(desired.files)
    return {key: (*objects, *read(f"{key.folder}/app/application.yaml")) for key, objects in desired.objects.items()}


def projects(desired: Desired) -> dict[str, Sequence[Manifest]]:
    """Cluster -> its AppProject; nothing for a cluster that is only planned."""
    read = _Reader(desired.files)
    clusters = desired.plan.resolved.clusters.items()
    return {name: read(f"{cluster_folder(each.spec.environment, name)}/project.yaml") for name, each in clusters}


class _Reader:
    """Files as objects; equal texts are read once, because most clusters have one of few projects."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._known: dict[str, tuple[Manifest, ...]] = {}

    def __call__(self, path: str) -> tuple[Manifest, ...]:
        text = self._files.get(path)
        if text is None:
            return ()
        if text not in self._known:
            self._known[text] = build.manifests(Documents(root=path, documents=load_manifests(text)), Place(path))
        return self._known[text]
