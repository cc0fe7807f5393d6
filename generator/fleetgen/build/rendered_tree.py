"""Rendered trees as units of clusters with their objects: the one that a commit holds, and the one that a run wants.

Files are compared by the ids that git gives to their contents. A folder that is the same in both trees is neither read nor built:
its path stands for its content. Of all others, equal content has equal keys on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.build.desired_state import Desired
from fleetgen.build.kustomize_builds import cached_builds, overlay_key, overlay_root
from fleetgen.errors import InputError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.committed_files import CommittedFolder
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.change import Tree
from fleetgen.model.composed import ClusterFolder, IndexEntry, RunningKubernetes
from fleetgen.model.keys import BaseKey, ClusterKey
from fleetgen.model.manifest import BuildRoot, Documents, Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import VariantKey
from fleetgen.stages import build
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.environment_index import index_from_data, kubernetes_from_data
from fleetgen.yamlfile import load_manifests

CLUSTER_UNIT: Final = "(cluster folder)"
_Files = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """The tree that a commit holds, and the one that a run wants.

    Of the commit's indexes, `entries` are the variants, and `kubernetes` is what the clusters run.
    """

    committed: Tree
    wanted: Tree
    entries: Mapping[VariantKey, IndexEntry]
    kubernetes: Mapping[ClusterKey, RunningKubernetes]


def compared(
    run: Run, desired: Desired, wanted_ids: _Files, committed: CommittedFolder, environments: Collection[str] = ()
) -> Trees:
    """Both trees; of what the run wants all environments count, or those named. `wanted_ids`: path -> id of these files.

    Raises InputError E0901 for an index that is not JSON, E0601 and E0602 for what does not build or is no object.
    """
    indexes = _committed_indexes(committed)
    entries = {key: entry for name, data in indexes.items() for key, entry in index_from_data(name, data).items()}
    kubernetes = {key: running for name, data in indexes.items() for key, running in kubernetes_from_data(name, data).items()}
    sides = _Sides(
        desired=desired,
        clusters=wanted_clusters(desired, environments),
        entries=entries,
        bills=_bills(entries),
        committed=committed,
        here=_folders(wanted_ids),
        there=_folders(committed.ids),
    )
    same = _same_folders(sides) - _exchanged(sides)
    wanted = _wanted_tree(sides, same)
    before = _committed_tree(run, sides, wanted, same)
    return Trees(committed=before, wanted=wanted, entries=entries, kubernetes=kubernetes)


def wanted_clusters(desired: Desired, environments: Collection[str] = ()) -> list[ClusterFolder]:
    """The clusters with units, of all environments or of those named."""
    return [
        cluster
        for cluster in desired.composed.clusters.values()
        if cluster.units and (not environments or cluster.key.environment in environments)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """What is compared. `entries` and `bills` are those of the commit; `here` and `there`: folder -> path -> id."""

    desired: Desired
    clusters: Sequence[ClusterFolder]
    entries: Mapping[VariantKey, IndexEntry]
    bills: Mapping[ClusterKey, Sequence[VariantKey]]
    committed: CommittedFolder
    here: Mapping[str, _Files]
    there: Mapping[str, _Files]


def _bills(entries: Mapping[VariantKey, IndexEntry]) -> dict[ClusterKey, list[VariantKey]]:
    bills: dict[ClusterKey, list[VariantKey]] = {}
    for key, entry in entries.items():
        for name in entry.clusters:
            bills.setdefault(ClusterKey(key.environment, name), []).append(key)
    return bills


def _same_folders(sides: _Sides) -> set[str]:
    """Folders of clusters and variants with the same files in both trees; of a variant its base counts, too."""
    equal = {folder for folder, ids in sides.here.items() if sides.there.get(folder) == ids}
    same = {folder for folder in equal if folder.startswith("clusters/")}
    for key, entry in sides.entries.items():
        variant = sides.desired.composed.variants.get(key)
        if variant and {key.folder, key.app_folder} <= equal:
            base = _base_folder(key.unit, entry.version, sides.there)
            if not variant.extends_base or (base == variant.base.folder and base in equal):
                same.add(key.folder)
    return same


def _exchanged(sides: _Sides) -> set[str]:
    """The folders of variants that a cluster gets or loses: only their contents tell whether more than the path changes."""
    exchanged: set[VariantKey] = set()
    wanted = {cluster.key: cluster.units for cluster in sides.clusters}
    for cluster in wanted.keys() | sides.bills.keys():
        exchanged |= {*wanted.get(cluster, ())} ^ {*sides.bills.get(cluster, ())}
    return {key.folder for key in exchanged}


def _wanted_tree(sides: _Sides, same: Collection[str]) -> Tree:
    """What the run wants, from the objects at hand."""
    desired = sides.desired
    contents: dict[VariantKey, str] = {}
    objects: dict[str, Sequence[Manifest]] = {}
    for key in {key: None for cluster in sides.clusters for key in cluster.units}:
        application = desired.composed.variants[key].application
        if key.folder in same:
            contents[key] = key.folder
        else:
            contents[key] = _unit_key(desired.builds[key], key.folder, desired.files.of(key.app_folder))
            application = _without_path(application, key.folder)
        objects.setdefault(contents[key], (*desired.objects[key], application))
    bills: dict[ClusterKey, dict[str, str]] = {}
    for cluster in sides.clusters:
        name = cluster.key.folder
        if name in same:
            objects[name] = (cluster.project,)
        else:
            name = _folder_key(desired.files.of(name))
            objects[name] = [_without_path(manifest, str(cluster.key)) for manifest in _own_objects(cluster)]
        bills[cluster.key] = {**{key.unit: contents[key] for key in cluster.units}, CLUSTER_UNIT: name}
    return Tree(bills=bills, objects=objects)


def _committed_tree(run: Run, sides: _Sides, wanted: Tree, same: Collection[str]) -> Tree:
    """The tree that the commit holds. What the run holds, too, is neither built nor read again."""
    different = {key: entry for key, entry in sides.entries.items() if key.folder not in same}
    folders = _read_folders(sides, different, same)
    units = {key: _committed_unit(key, entry, folders) for key, entry in different.items()}
    unknown = {unit.content: unit for unit in units.values() if unit.content not in wanted.objects}
    objects = {**wanted.objects, **_committed_objects(run, unknown, sides.desired)}
    bills: dict[ClusterKey, dict[str, str]] = {}
    for cluster, keys in sides.bills.items():
        own = folders.get(cluster.folder, {})
        name = cluster.folder if cluster.folder in same else _folder_key(own)
        if name not in objects:
            objects[name] = [_without_path(manifest, str(cluster)) for manifest in _read(cluster.folder, own)]
        contents = {key.unit: units[key].content if key in units else key.folder for key in keys}
        bills[cluster] = {**contents, CLUSTER_UNIT: name}
    return Tree(bills=bills, objects=objects)


def _read_folders(sides: _Sides, units: Mapping[VariantKey, IndexEntry], same: Collection[str]) -> dict[str, dict[str, str]]:
    """The committed texts of units that differ, with their bases, and of clusters that differ."""
    folders = {cluster.folder for cluster in sides.bills if cluster.folder not in same}
    for key, entry in units.items():
        folders |= {key.folder, key.app_folder, _base_folder(key.unit, entry.version, sides.there)}
    return _folders(sides.committed.read([path for folder in sorted(folders) for path in sides.there.get(folder, ())]))


def _committed_indexes(committed: CommittedFolder) -> dict[str, JsonObject]:
    """The index of each environment."""
    paths = [path for path in committed.ids if path.startswith("environments/") and path.endswith("/index.json")]
    indexes: dict[str, JsonObject] = {}
    for path, text in committed.read([path for path in paths if path.count("/") == 2]).items():
        try:
            indexes[path.split("/")[1]] = cast("JsonObject", json.loads(text))
        except ValueError as error:
            place = Place(f"{OUTPUT}/{path}")
            raise InputError(problem("E0901", "index.json is not JSON", fix="run 'fleetgen render'", place=place)) from error
    return indexes


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
    """The files of a rendered tree (their texts or ids) by the folders that `OutputFiles` has, too; indexes are left out."""
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
