"""Definitions of custom resources: from the user's folder, from the pinned tools' modules, else one that admits anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.model.plain import JsonObject
from generator.rehearse import objects
from generator.yamlfile import load_manifests

_KIND: Final = "CustomResourceDefinition"


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
            found = sorted(_matching(folder, group, kind), key=lambda item: (version.lstrip("v") in str(item[0]), str(item[0])))
            if found:
                path, data = found[-1]
                return Definition(data=data, origin=f"{title}: {path.relative_to(folder)}")
        return Definition(data=anything(group, served, kind), origin="")

    def all(self, folder: Path) -> list[JsonObject]:
        """Every definition below a folder."""
        return [data for path in sorted(folder.rglob("*.yaml")) for data in _definitions(path)]


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
        "kind": _KIND,
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


def _matching(folder: Path, group: str, kind: str) -> Iterator[tuple[Path, JsonObject]]:
    for path in folder.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if _KIND in text and f"group: {group}" in text and f"kind: {kind}" in text:
            for data in _definitions(path):
                if (objects.text(data, "spec", "group"), objects.text(data, "spec", "names", "kind")) == (group, kind):
                    yield path, data


def _definitions(path: Path) -> Iterator[JsonObject]:
    text = path.read_text(encoding="utf-8", errors="replace")
    if f"kind: {_KIND}" in text:
        for data in load_manifests(text):
            if isinstance(data, dict) and data.get("kind") == _KIND:
                yield data


def _plural(kind: str) -> str:
    """As Kubernetes' own generators do."""
    name = kind.lower()
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
