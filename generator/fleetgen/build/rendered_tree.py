"""A rendered tree (committed or new) as units of clusters with their built objects."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from typing import cast

from fleetgen.errors import InputError, problem
from fleetgen.model.change import Tree
from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.inputs import cache
from fleetgen.build.desired_state import cached_builds
from fleetgen.inputs.run import Run
from fleetgen.stages import build
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


def bills(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`environment/cluster` -> unit -> variant folder, from the index files."""
    result: dict[str, dict[str, str]] = {}
    for environment, index in index_files(files).items():
        for path, entry in cast("dict[str, dict[str, list[str]]]", index.get("variants", {})).items():
            _, unit, _ = path.split("/")
            for cluster in entry["clusters"]:
                result.setdefault(f"{environment}/{cluster}", {})[unit] = f"environments/{environment}/{path}"
    return result


def tree(run: Run, files: Mapping[str, str]) -> Tree:
    """The tree with every distinct variant built (from the cache where its content is known)."""
    folders: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        parts = path.split("/")
        size = {"environments": 5, "clusters": 3, "bases": 3}.get(parts[0], 0)
        if len(parts) > size:
            folders.setdefault("/".join(parts[:size]), {})[path] = text
    contents: dict[str, str] = {}
    roots: dict[str, tuple[str, Mapping[str, str]]] = {}
    units: dict[str, dict[str, str]] = {}
    for cluster, bill in bills(files).items():
        units[cluster] = {}
        for unit, folder in bill.items():
            if folder not in contents:
                contents[folder] = _content(folder, folders)
                roots.setdefault(contents[folder], (folder, _with_base(folder, folders)))
            units[cluster][unit] = contents[folder]
        own = folders.get(f"clusters/{cluster}", {})
        units[cluster][CLUSTER_UNIT] = cache.key("cluster", *(part for path in sorted(own) for part in (path, own[path])))
    built = cached_builds(run, roots, {})
    objects: dict[str, Sequence[Manifest]] = {
        key: [*build.manifests(built[key], Place(folder)), *_documents(folder, folders[folder], "/app/application.yaml")]
        for key, (folder, _) in roots.items()
    }
    for cluster, bill in units.items():
        objects[bill[CLUSTER_UNIT]] = _documents(cluster, folders.get(f"clusters/{cluster}", {}), "")
    return Tree(bills=units, objects=objects)


def _base_of(folder: str, own: Mapping[str, str]) -> str:
    documents = load_manifests(own.get(f"{folder}/kustomization.yaml", ""))
    resources = documents[0].get("resources", []) if documents and isinstance(documents[0], dict) else []
    names = [posixpath.normpath(posixpath.join(folder, str(name))) for name in (resources if isinstance(resources, list) else [])]
    return next((name for name in names if name.startswith("bases/")), "")


def _with_base(folder: str, folders: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    own = {path: text for path, text in folders.get(folder, {}).items() if not path.startswith(f"{folder}/app/")}
    return {**folders.get(_base_of(folder, own), {}), **own}


def _content(folder: str, folders: Mapping[str, Mapping[str, str]]) -> str:
    """The cache key of a variant's build plus its Application, without the path that only names it."""
    parts = [part for path, text in sorted(_with_base(folder, folders).items()) for part in (path.removeprefix(folder), text)]
    app = folders.get(folder, {}).get(f"{folder}/app/application.yaml", "").replace(folder, "")
    return cache.key("unit", app, *parts)


def _documents(root: str, files: Mapping[str, str], suffix: str) -> list[Manifest]:
    """Objects of plain files (no kustomization); paths below the tree are no content."""
    texts = [
        text
        for path, text in sorted(files.items())
        if path.endswith(suffix or ".yaml") and not path.endswith("kustomization.yaml")
    ]
    documents = [document for text in texts for document in load_manifests(text.replace(root, "."))]
    return list(build.manifests(Documents(root=root, documents=documents), Place(root)))
