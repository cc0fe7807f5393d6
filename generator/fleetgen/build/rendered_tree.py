"""Rendered trees as units of clusters with their objects: the one that a run wants, and one that a commit holds.

Equal content has equal keys on both sides, so that a committed tree is only built where it differs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.build.desired_state import Desired
from fleetgen.build.kustomize_builds import BuildRoot, cached_builds, overlay_key, overlay_root
from fleetgen.errors import InputError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.change import Tree
from fleetgen.model.composed import ClusterFolder, IndexEntry
from fleetgen.model.keys import BaseKey, ClusterKey
from fleetgen.model.manifest import Documents, Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import VariantKey
from fleetgen.stages import build
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.environment_index import index_from_data
from fleetgen.yamlfile import load_manifests

CLUSTER_UNIT: Final = "(cluster folder)"
_Files = Mapping[str, str]


def wanted_tree(desired: Desired, environments: Collection[str] = ()) -> Tree:
    """What a run wants, from the objects at hand; of all environments, or of those named."""
    bills: dict[ClusterKey, dict[str, str]] = {}
    contents: dict[VariantKey, str] = {}
    objects: dict[str, Sequence[Manifest]] = {}
    for cluster in desired.composed.clusters.values():
        if not cluster.units or (environments and cluster.key.environment not in environments):
            continue
        for key in cluster.units:
            if key not in contents:
                contents[key] = _unit_key(desired.builds[key], key.folder, desired.files.of(key.app_folder))
                application = _without_path(desired.composed.variants[key].application, key.folder)
                objects.setdefault(contents[key], (*desired.objects[key], application))
        own = _folder_key(desired.files.of(cluster.key.folder))
        bills[cluster.key] = {**{key.unit: contents[key] for key in cluster.units}, CLUSTER_UNIT: own}
        objects[own] = [_without_path(manifest, str(cluster.key)) for manifest in _own_objects(cluster)]
    return Tree(bills=bills, objects=objects)


def committed_tree(run: Run, files: _Files, desired: Desired, wanted: Tree) -> Tree:
    """The tree that a commit holds: path below output/ -> text. What the run holds, too, is neither built nor read again.

    Raises InputError E0901 for an index that is not JSON, E0601 and E0602 for what does not build or is no object.
    """
    folders, entries = _folders(files), _committed_entries(files)
    units = {key: _committed_unit(key, entry, folders) for key, entry in entries.items()}
    unknown = {unit.content: unit for unit in units.values() if unit.content not in wanted.objects}
    objects = {**wanted.objects, **_committed_objects(run, unknown, desired)}
    bills: dict[ClusterKey, dict[str, str]] = {}
    for key, entry in entries.items():
        for name in entry.clusters:
            bills.setdefault(ClusterKey(key.environment, name), {})[key.unit] = units[key].content
    for cluster, bill in bills.items():
        own = folders.get(cluster.folder, {})
        bill[CLUSTER_UNIT] = _folder_key(own)
        if bill[CLUSTER_UNIT] not in objects:
            objects[bill[CLUSTER_UNIT]] = [_without_path(manifest, str(cluster)) for manifest in _read(cluster.folder, own)]
    return Tree(bills=bills, objects=objects)


def _committed_entries(files: _Files) -> dict[VariantKey, IndexEntry]:
    """All variants of the index files."""
    entries: dict[VariantKey, IndexEntry] = {}
    for path, text in files.items():
        if path.startswith("environments/") and path.endswith("/index.json") and path.count("/") == 2:
            try:
                entries |= index_from_data(path.split("/")[1], cast("JsonObject", json.loads(text)))
            except ValueError as error:
                place = Place(f"{OUTPUT}/{path}")
                raise InputError(problem("E0901", "index.json is not JSON", fix="run 'fleetgen render'", place=place)) from error
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class _CommittedUnit:
    """A variant's folder in a commit. `build` is the cache key of its overlay, `content` that of the whole unit."""

    folder: str
    app: _Files
    root: BuildRoot
    build: str
    content: str


def _committed_unit(key: VariantKey, entry: IndexEntry, folders: Mapping[str, _Files]) -> _CommittedUnit:
    base, app = _base_folder(key.unit, entry.version, folders), folders.get(key.app_folder, {})
    layers = (
        Overlay(root=key.folder, files=folders.get(key.folder, {}), sources={}),
        Overlay(root=base, files=folders.get(base, {}), sources={}),
    )
    build_key = overlay_key(*layers)
    content = _unit_key(build_key, key.folder, app)
    return _CommittedUnit(folder=key.folder, app=app, root=overlay_root(*layers), build=build_key, content=content)


def _base_folder(unit: str, version: str, folders: Collection[str]) -> str:
    """A unit is called like its component, or `component.instance`; a component's name can have dots, too."""
    parts = unit.split(".")
    bases = [BaseKey(".".join(parts[:count]), version).folder for count in range(len(parts), 0, -1)]
    return next((folder for folder in bases if folder in folders), bases[-1])


def _committed_objects(run: Run, units: Mapping[str, _CommittedUnit], desired: Desired) -> dict[str, Sequence[Manifest]]:
    """Content key -> objects; what the run has built is taken from there."""
    known = {build_key: desired.objects[key] for key, build_key in desired.builds.items()}
    built = cached_builds(run, {unit.build: unit.root for unit in units.values() if unit.build not in known})
    objects: dict[str, Sequence[Manifest]] = {}
    for content, unit in units.items():
        own = known[unit.build] if unit.build in known else build.manifests(built[unit.build], Place(unit.folder))
        objects[content] = [*own, *(_without_path(manifest, unit.folder) for manifest in _read(unit.folder, unit.app))]
    return objects


def _folders(files: _Files) -> dict[str, dict[str, str]]:
    """The files of a rendered tree by the folders that `OutputFiles` has, too; indexes are left out."""
    folders: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        parts = path.split("/")
        depth = {"environments": 5, "clusters": 3, "bases": 3}.get(parts[0], 0)
        if depth and len(parts) > depth:
            in_app = parts[0] == "environments" and parts[depth] == "app"
            folders.setdefault("/".join(parts[: depth + in_app]), {})[path] = text
    return folders


def _own_objects(cluster: ClusterFolder) -> Iterator[Manifest]:
    yield from (root_of(cluster), cluster.project)
    if identity := identity_of(cluster):
        yield from (identity.application, *identity.config_maps)


def _unit_key(build_key: str, folder: str, app: _Files) -> str:
    """The content of a unit: its build and its Application, without the path that only names it."""
    return cache.key("unit", build_key, app.get(f"{folder}/app/application.yaml", "").replace(folder, "."))


def _folder_key(files: _Files) -> str:
    return cache.key("cluster", *(part for path in sorted(files) for part in (path, files[path])))


def _read(root: str, files: _Files) -> tuple[Manifest, ...]:
    """The objects of plain files; kustomizations only list them."""
    texts = [text for path, text in sorted(files.items()) if path.endswith(".yaml") and not path.endswith("kustomization.yaml")]
    return build.manifests(Documents(root=root, documents=[d for text in texts for d in load_manifests(text)]), Place(root))


def _without_path(manifest: Manifest, path: str) -> Manifest:
    """The object with `.` for a path that is no content."""
    return Manifest.of(cast("JsonObject", _replaced(manifest.data, path)))


def _replaced(value: Json, path: str) -> Json:
    if isinstance(value, str):
        return value.replace(path, ".")
    if isinstance(value, dict):
        return {key: _replaced(item, path) for key, item in value.items()}
    return [_replaced(item, path) for item in value] if isinstance(value, list) else value
