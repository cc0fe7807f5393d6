"""The text of output/: the one place where what was composed stops being objects."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cached_property, lru_cache

from fleetgen.model.composed import ClusterFolder, ComposedFleet, ComposedVariant
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.variant import VariantKey
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.environment_index import index_data
from fleetgen.stages.compose.kustomizations import bill_of_materials, kustomization
from fleetgen.stages.compose.redirects import redirect
from fleetgen.yamlfile import dump

_FOLDERS_KEPT = 256


class OutputFiles(Mapping[str, str]):
    """Path below the output root -> text, in the order of the paths.

    The paths are known from the start. A text is made when it is asked for, and those of most clusters are forgotten again: no
    run holds the files of ten thousand clusters. What clusters share is written once.
    Whoever remembers something about texts asks for the inputs of a folder: equal inputs give equal texts.
    """

    def __init__(self, fleet: ComposedFleet) -> None:
        self._fleet = fleet
        self._clusters = {cluster.key.folder: cluster for cluster in fleet.clusters.values()}
        self._former = {key.folder: cluster.key for cluster in fleet.clusters.values() for key in cluster.former}
        self._shared: dict[str, Mapping[str, str]] = {key.folder: base.files for key, base in fleet.bases.items()}
        self._variants: dict[str, ComposedVariant] = {}
        for key, variant in fleet.variants.items():
            self._shared[key.folder] = variant.overlay.files
            self._variants[key.app_folder] = variant
        self._indexes = {f"environments/{name}": name for name in fleet.indexes}
        self._files_of = lru_cache(_FOLDERS_KEPT)(self._made)
        self._bill_text = lru_cache(None)(_bill_text)
        deliveries = {id(cluster.delivery): cluster.delivery for cluster in fleet.clusters.values()}
        self._deliveries = {number: json.dumps(asdict(delivery), sort_keys=True) for number, delivery in deliveries.items()}
        self._bill_inputs = lru_cache(None)(_bill_inputs)
        self._projects: dict[str, str] = {}

    @property
    def made(self) -> int:
        """How many folders were made so far."""
        return self._files_of.cache_info().misses

    @property
    def folders(self) -> list[str]:
        """Those of bases, overlays, `app/` of variants, clusters, former names of clusters, and environments (the index)."""
        return [*self._shared, *self._variants, *self._clusters, *self._former, *self._indexes]

    def of(self, folder: str) -> Mapping[str, str]:
        """The files of one folder: path below the output root -> text."""
        return self._shared[folder] if folder in self._shared else self._files_of(folder)

    def __getitem__(self, path: str) -> str:
        return self.of(self._folder_of[path])[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folder_of)

    def __len__(self) -> int:
        return sum(len(self._names(folder)) for folder in self.folders)

    def __contains__(self, path: object) -> bool:
        return path in self._folder_of

    def inputs(self, folder: str) -> tuple[str, ...]:
        """What the texts of a folder are made from; nothing for a folder whose texts are at hand."""
        if folder in self._shared:
            return ()
        if folder in self._variants:
            return ("application", self._variants[folder].application.digest)
        if folder in self._former:
            return ("former name", self._former[folder].name)
        if folder in self._indexes:
            environment = self._indexes[folder]
            return ("index", json.dumps(_index_data(self._fleet, environment), ensure_ascii=False))
        cluster = self._clusters[folder]
        bill, identity = self._bill_inputs(cluster.units), json.dumps([cluster.namespaces, cluster.identity])
        return ("cluster", folder, self._deliveries[id(cluster.delivery)], cluster.project.digest, bill, identity)

    @cached_property
    def _folder_of(self) -> Mapping[str, str]:
        return dict(sorted((path, folder) for folder in self.folders for path in self.paths(folder)))

    def paths(self, folder: str) -> list[str]:
        """The paths of a folder's files below the output root."""
        return [*self._shared[folder]] if folder in self._shared else [f"{folder}/{name}" for name in self._names(folder)]

    def _names(self, folder: str) -> Collection[str]:
        if folder in self._clusters:
            return _cluster_names(self._clusters[folder].namespaces)
        if folder in self._shared:
            return self._shared[folder]
        if folder in self._variants:
            return ("kustomization.yaml", "application.yaml")
        return ("index.json" if folder in self._indexes else "kustomization.yaml",)

    def _made(self, folder: str) -> Mapping[str, str]:
        if folder in self._variants:
            files = _application_files(self._variants[folder])
        elif folder in self._clusters:
            files = self._cluster_files(self._clusters[folder])
        elif folder in self._former:
            files = {"kustomization.yaml": dump(redirect(self._former[folder]))}
        else:
            files = {"index.json": _index_text(self._fleet, self._indexes[folder])}
        return _named(folder, files)

    def _cluster_files(self, cluster: ClusterFolder) -> dict[str, str]:
        project = cluster.project
        if project.digest not in self._projects:
            self._projects[project.digest] = _text(project)
        return {
            "kustomization.yaml": self._bill_text(cluster.units, identity=bool(cluster.namespaces)),
            "root.yaml": _text(root_of(cluster)),
            "project.yaml": self._projects[project.digest],
            **_identity_files(cluster),
        }


class Selection(Mapping[str, str]):
    """Some of the files of a tree, as they are called below the folder `below`; their texts are made when they are asked for."""

    def __init__(self, files: Mapping[str, str], paths: Iterable[str], below: str = "") -> None:
        self._files = files
        self._paths = {f"{below}{path}": path for path in paths}

    def __getitem__(self, path: str) -> str:
        return self._files[self._paths[path]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths


@lru_cache
def _cluster_names(namespaces: tuple[str, ...]) -> tuple[str, ...]:
    own = ("kustomization.yaml", "root.yaml", "project.yaml")
    if not namespaces:
        return own
    return (*own, "identity.yaml", "identity/kustomization.yaml", *(f"identity/{name}.yaml" for name in namespaces))


def _bill_inputs(units: tuple[VariantKey, ...]) -> str:
    return "\n".join(key.folder for key in units)


def _bill_text(units: tuple[VariantKey, ...], *, identity: bool) -> str:
    return dump(bill_of_materials(units, identity=identity))


def _application_files(variant: ComposedVariant) -> dict[str, str]:
    return {"kustomization.yaml": dump(kustomization(["application.yaml"])), "application.yaml": _text(variant.application)}


def _identity_files(cluster: ClusterFolder) -> dict[str, str]:
    identity = identity_of(cluster)
    if identity is None:
        return {}
    files = {f"{manifest.id.namespace}.yaml": _text(manifest) for manifest in identity.config_maps}
    return {
        "identity.yaml": _text(identity.application),
        "identity/kustomization.yaml": dump(kustomization([*files])),
        **_named("identity", files),
    }


def _index_text(fleet: ComposedFleet, environment: str) -> str:
    return json.dumps(_index_data(fleet, environment), indent=1, ensure_ascii=False) + "\n"


def _index_data(fleet: ComposedFleet, environment: str) -> JsonObject:
    return index_data(environment, fleet.indexes[environment], fleet.kubernetes)


def _text(manifest: Manifest) -> str:
    return dump(manifest.data)


def _named(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}
