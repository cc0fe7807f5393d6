"""A rendered tree (committed or new) as units of clusters with their built objects."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fleetgen.build.desired_state import build_key, cached_builds
from fleetgen.errors import InputError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.run import Run
from fleetgen.model.blob import blob_ids
from fleetgen.model.change import Tree
from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Documents, Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.stages import build
from fleetgen.tools.git_cli import Git
from fleetgen.yamlfile import load_manifests

CLUSTER_UNIT = "(cluster folder)"


def index_files(files: Mapping[str, str]) -> dict[str, JsonObject]:
    """Environment -> its index.json. Raises InputError E0901 for one that is not JSON."""
    found: dict[str, JsonObject] = {}
    for path, text in files.items():
        if path.startswith("environments/") and path.endswith("/index.json") and path.count("/") == 2:
            try:
                found[path.split("/")[1]] = cast("JsonObject", json.loads(text))
            except ValueError as error:
                raise InputError(
                    problem("E0901", "index.json is not JSON", fix="run 'fleetgen render'", place=Place(f"output/{path}"))
                ) from error
    return found


def bills(files: Mapping[str, str]) -> dict[ClusterKey, dict[str, str]]:
    """Cluster -> unit -> variant folder, from the index files."""
    result: dict[ClusterKey, dict[str, str]] = {}
    for environment, index in index_files(files).items():
        for path, entry in cast("dict[str, dict[str, list[str]]]", index.get("variants", {})).items():
            _, unit, _ = path.split("/")
            for cluster in entry["clusters"]:
                result.setdefault(ClusterKey(environment, cluster), {})[unit] = f"environments/{environment}/{path}"
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSource:
    """A rendered tree that is not read yet: path -> blob id, and how the texts of some paths are read."""

    ids: Mapping[str, str]
    read: Callable[[Collection[str]], Mapping[str, str]]

    def bills(self) -> dict[ClusterKey, dict[str, str]]:
        """Cluster -> unit -> variant folder."""
        return bills(self.read([path for path in self.ids if path.endswith("/index.json")]))


def committed_tree(git: Git, ref: str, prefix: str) -> TreeSource:
    """The rendered tree of a commit; paths count from the folder `prefix`. Texts that are not asked for are not read."""
    cut = len(prefix) + 1
    ids = {path[cut:]: oid for path, oid in git.tree_files(ref, prefix).items()}

    def read(paths: Collection[str]) -> dict[str, str]:
        return git.read_texts({path: ids[path] for path in paths})

    return TreeSource(ids=ids, read=read)


def wanted_tree(files: Mapping[str, str], like: TreeSource) -> TreeSource:
    """The tree of these files, with ids in the object format of `like`."""
    ids = blob_ids(files, like=next(iter(like.ids.values()), ""))
    return TreeSource(ids=ids, read=lambda paths: {path: files[path] for path in paths})


def tree(run: Run, files: Mapping[str, str]) -> Tree:
    """The tree with every distinct variant built (from the cache where its content is known)."""
    return _tree(run, bills(files), _by_folder(files, files), frozenset())


def trees(run: Run, old: TreeSource, new: TreeSource) -> tuple[Tree, Tree]:
    """Both trees, to be compared. What cannot differ is neither read nor built: its folder stands for its content."""
    before, after = old.bills(), new.bills()
    same = _same_folders(old, new, before, after)
    return _part(run, old, before, same), _part(run, new, after, same)


def _same_folders(
    old: TreeSource,
    new: TreeSource,
    before: Mapping[ClusterKey, Mapping[str, str]],
    after: Mapping[ClusterKey, Mapping[str, str]],
) -> frozenset[str]:
    """Folders with equal contents in both trees, apart from those that a cluster changes for another one."""
    there, here = _by_folder(old.ids, old.ids), _by_folder(new.ids, new.ids)
    equal = {folder for folder, files in here.items() if there.get(folder) == files}
    if any(
        folder not in equal for folder in {*there, *here} if folder.startswith("bases/") and folder in there and folder in here
    ):
        kustomizations = new.read([f"{folder}/kustomization.yaml" for folder in equal if folder.startswith("environments/")])
        names = {path.rpartition("/")[0]: text for path, text in kustomizations.items()}
        equal -= {
            folder for folder, text in names.items() if _base_of(folder, {f"{folder}/kustomization.yaml": text}) not in equal
        }
    for cluster in before.keys() | after.keys():
        first, second = before.get(cluster, {}), after.get(cluster, {})
        for unit in first.keys() | second.keys():
            if first.get(unit) != second.get(unit):
                equal -= {first.get(unit, ""), second.get(unit, "")}
    return frozenset(equal)


def _part(run: Run, source: TreeSource, named: Mapping[ClusterKey, Mapping[str, str]], same: Collection[str]) -> Tree:
    """The tree with the folders read that are not in `same`."""
    used = {folder for bill in named.values() for folder in bill.values()} | {cluster.folder for cluster in named}
    asked = used - set(same)
    folders = _by_folder(source.ids, source.ids)
    bases = {folder for folder in folders if folder.startswith("bases/")} if any(f not in same for f in asked) else set()
    paths = [path for folder in sorted(asked | bases) for path in folders.get(folder, {})]
    texts = source.read(paths)
    return _tree(run, named, _by_folder(texts, texts), same)


def _by_folder(paths: Iterable[str], values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Folder of a variant, cluster or base -> path -> value."""
    folders: dict[str, dict[str, str]] = {}
    for path in paths:
        parts = path.split("/")
        size = {"environments": 5, "clusters": 3, "bases": 3}.get(parts[0], 0)
        if len(parts) > size:
            folders.setdefault("/".join(parts[:size]), {})[path] = values[path]
    return folders


def _tree(
    run: Run, named: Mapping[ClusterKey, Mapping[str, str]], folders: Mapping[str, Mapping[str, str]], same: Collection[str]
) -> Tree:
    contents: dict[str, _VariantFolder] = {}
    units: dict[ClusterKey, dict[str, str]] = {}
    for cluster, bill in named.items():
        units[cluster] = {}
        for unit, folder in bill.items():
            if folder not in same and folder not in contents:
                contents[folder] = _content(folder, folders)
            units[cluster][unit] = folder if folder in same else contents[folder].key
        own = folders.get(cluster.folder, {})
        texts = (part for path in sorted(own) for part in (path, own[path]))
        units[cluster][CLUSTER_UNIT] = cluster.folder if cluster.folder in same else cache.key("cluster", *texts)
    roots = {content.build: (content.folder, content.files) for content in contents.values()}
    built = cached_builds(run, roots, {})
    objects: dict[str, Sequence[Manifest]] = {}
    for content in contents.values():
        if content.key not in objects:
            applications = _documents(content.folder, folders[content.folder], "/app/application.yaml")
            objects[content.key] = [*build.manifests(built[content.build], Place(content.folder)), *applications]
    for cluster, bill in units.items():
        if cluster.folder not in same:
            objects[bill[CLUSTER_UNIT]] = _documents(str(cluster), folders.get(cluster.folder, {}), "")
    return Tree(bills=units, objects=objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class _VariantFolder:
    """A variant's folder. `build`: the key of its built objects; `key`: of these and its Application, without mere paths."""

    folder: str
    files: Mapping[str, str]
    build: str
    key: str


def _base_of(folder: str, own: Mapping[str, str]) -> str:
    documents = load_manifests(own.get(f"{folder}/kustomization.yaml", ""))
    resources = documents[0].get("resources", []) if documents and isinstance(documents[0], dict) else []
    names = [posixpath.normpath(posixpath.join(folder, str(name))) for name in (resources if isinstance(resources, list) else [])]
    return next((name for name in names if name.startswith("bases/")), "")


def _content(folder: str, folders: Mapping[str, Mapping[str, str]]) -> _VariantFolder:
    own = {path: text for path, text in folders.get(folder, {}).items() if not path.startswith(f"{folder}/app/")}
    base = _base_of(folder, own)
    below = folders.get(base, {})
    app = folders.get(folder, {}).get(f"{folder}/app/application.yaml", "").replace(folder, "")
    name = build_key(Overlay(root=base, files=below, sources={}), Overlay(root=folder, files=own, sources={}))
    return _VariantFolder(folder=folder, files={**below, **own}, build=name, key=cache.key("unit", app, name))


def _documents(root: str, files: Mapping[str, str], suffix: str) -> list[Manifest]:
    """Objects of plain files (no kustomization); paths below the tree are no content."""
    texts = [
        text
        for path, text in sorted(files.items())
        if path.endswith(suffix or ".yaml") and not path.endswith("kustomization.yaml")
    ]
    documents = [document for text in texts for document in load_manifests(text.replace(root, "."))]
    return list(build.manifests(Documents(root=root, documents=documents), Place(root)))
