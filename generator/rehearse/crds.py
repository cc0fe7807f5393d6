"""Definitions of custom resources: from the user's folder, from the pinned tools' modules, else one that admits anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.model.plain import JsonObject
from generator.rehearse import objects
from generator.schemas.definitions import KIND, objects_of, rank, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A CRD; `origin` says whose it is: a file below the user's folder, a tool, or empty where it was made up here."""

    data: JsonObject
    origin: str


class Definitions:
    """Looks up CRDs by `group/version/Kind`. `folders`: (name for reports, folder), the first that has one wins."""

    def __init__(self, folders: Sequence[tuple[str, Path]]) -> None:
        self._folders = folders

    def find(self, api: str, version: str = "") -> Definition:
        """The definition of an API; of several in a folder the one whose path has the unit's `version`, else the last."""
        group, served, kind = _split(api)
        for title, folder in self._folders:
            found = dict(_matching(folder, group, kind))
            if found:
                path = max(found, key=lambda path: rank(path, version))
                return Definition(data=found[path], origin=f"{title}: {path}")
        return Definition(data=anything(group, served, kind), origin="")

    def all(self, folder: Path) -> list[JsonObject]:
        """Every definition below a folder."""
        return [data for source in sources(_texts(folder)) for data in objects_of(source)]


def anything(group: str, version: str, kind: str) -> JsonObject:
    """A definition that admits any content, with a status. Cluster-scoped where the field's convention says so."""
    plural = _plural(kind)
    schema: JsonObject = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names: JsonObject = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    served: JsonObject = {
        "name": version,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": KIND,
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Cluster" if kind in _CLUSTER_SCOPED else "Namespaced",
            "versions": [served],
        },
    }


# Of the kinds that components provide, those whose official definition is cluster-scoped.
_CLUSTER_SCOPED: Final = frozenset(
    {"ClusterPolicy", "NVIDIADriver", "NodeFeatureRule", "ConstraintTemplate", "ExpansionTemplate", "ClusterIssuer"}
)


def _split(api: str) -> tuple[str, str, str]:
    head, _, kind = api.rpartition("/")
    group, _, version = head.rpartition("/")
    return group, version, kind


def _matching(folder: Path, group: str, kind: str) -> Iterator[tuple[str, JsonObject]]:
    for source in sources(_texts(folder)):
        if source.may_define(group, kind):
            for data in objects_of(source):
                if (objects.text(data, "spec", "group"), objects.text(data, "spec", "names", "kind")) == (group, kind):
                    yield source.place.path, data


def _texts(folder: Path) -> dict[str, str]:
    """Path below the folder -> text."""
    files = (path for path in folder.rglob("*.yaml") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in files}


def _plural(kind: str) -> str:
    """As Kubernetes' own generators do."""
    name = kind.lower()
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
