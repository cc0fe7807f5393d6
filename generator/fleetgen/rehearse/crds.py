"""Definitions of custom resources: from the user's folder, from the pinned tools' modules, else one that admits anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.schemas.definitions import KIND, DefinitionSource, objects_of, rank, sources

_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDefinition:
    """A CRD; `origin` says whose it is: a file below the user's folder, a tool, or empty where it was made up here."""

    data: JsonObject
    origin: str


class SiteDefinitions:
    """Looks up CRDs by `group/version/Kind`. `folders`: (name for reports, folder), the first that has one wins.

    `cluster_scoped`: (group, kind) of what is made up without a namespace. `problems`: files that cannot be read, and versions
    that nobody serves; they are passed over, so that all of them can be told at once.
    """

    def __init__(self, folders: Sequence[tuple[str, Path]], cluster_scoped: Collection[tuple[str, str]] = ()) -> None:
        self._folders = [_Folder(title, folder) for title, folder in folders]
        self._cluster_scoped = frozenset(cluster_scoped)
        self._not_served: list[Finding] = []

    @property
    def problems(self) -> list[Finding]:
        """All of them, each once."""
        return list(dict.fromkeys([*(f for folder in self._folders for f in folder.problems), *self._not_served]))

    @property
    def empty(self) -> list[str]:
        """Names of folders without any definition."""
        return [folder.title for folder in self._folders if not folder.sources]

    def find(self, api: str, version: str = "") -> SiteDefinition:
        """What serves an API; of several in a folder the one whose path has the unit's `version`, else the last."""
        group, served, kind = split(api)
        others: list[str] = []
        for folder in self._folders:
            known = list(folder.definitions(group, kind))
            found = [(path, data) for path, data in known if _serves(data, served)]
            if found:
                path, data = max(found, key=lambda item: rank(item[0], version))
                return SiteDefinition(data=_without_conversion(data), origin=f"{folder.title}: {path}")
            others += [f"{folder.title}: {path}" for path, _ in known]
        if others:
            fix = f"correct the version in `provides`, or name a folder with a definition that serves {served}"
            self._not_served.append(problem("E1305", f"{api} is provided, but {', '.join(others)} does not serve it", fix=fix))
        cluster = (group, kind) in self._cluster_scoped or kind in _CLUSTER_SCOPED
        return SiteDefinition(data=anything(group, served, kind, cluster=cluster), origin="")


def definitions_in(folder: Path) -> list[JsonObject]:
    """Every definition below a folder."""
    found = _Folder("", folder)
    return [data for source in found.sources for data in found.read(source)]


def anything(group: str, version: str, kind: str, *, cluster: bool) -> JsonObject:
    """A definition that admits any content, with a status."""
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
    scope = "Cluster" if cluster else "Namespaced"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": KIND,
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "names": names, "scope": scope, "versions": [served]},
    }


# Kinds that operators bring and components need not declare as theirs, whose official definition is cluster-scoped.
_CLUSTER_SCOPED: Final = frozenset(
    {
        *("ClusterPolicy", "NVIDIADriver", "GPUCluster", "NodeFeatureRule", "GpuDevicePlugin", "ClusterIssuer"),
        *("ConstraintTemplate", "ExpansionTemplate", "Provider", "SyncSet"),
        *("Assign", "AssignImage", "AssignMetadata", "ModifySet"),
        *("SecurityContextConstraints", "APIServer", "ImageDigestMirrorSet", "ImageTagMirrorSet"),
        *("ConsolePlugin", "MachineConfig", "OLMConfig", "Operator"),
    }
)


def split(api: str) -> tuple[str, str, str]:
    """Group, version and kind of `group/version/Kind`."""
    head, _, kind = api.rpartition("/")
    group, _, version = head.rpartition("/")
    return group, version, kind


class _Folder:
    """The documents below a folder that have definitions in them, each read once at most."""

    def __init__(self, title: str, folder: Path) -> None:
        self.title, self.problems = title, list[Finding]()
        self._folder, self._known = folder, dict[DefinitionSource, tuple[JsonObject, ...]]()

    @cached_property
    def sources(self) -> tuple[DefinitionSource, ...]:
        """In the order of their paths, which are relative to the folder."""
        texts: dict[str, str] = {}
        for path in self._folder.rglob("*"):
            if path.suffix not in _SUFFIXES or not path.is_file():
                continue
            try:
                texts[path.relative_to(self._folder).as_posix()] = path.read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                fix = "make it readable, or name another folder with --crds"
                self.problems.append(problem("E0106", f"cannot be read: {error.strerror}", fix=fix, place=Place(str(path))))
        return sources(texts)

    def definitions(self, group: str, kind: str) -> Iterator[tuple[str, JsonObject]]:
        """Path and definition of a kind."""
        for source in self.sources:
            for data in self.read(source) if source.may_define(group, kind) else ():
                if (objects.text(data, "spec", "group"), objects.text(data, "spec", "names", "kind")) == (group, kind):
                    yield source.place.path, data

    def read(self, source: DefinitionSource) -> tuple[JsonObject, ...]:
        """The definitions in a document."""
        if source not in self._known:
            place = replace(source.place, path=str(self._folder / source.place.path))
            try:
                self._known[source] = objects_of(replace(source, place=place))
            except InputError as error:
                self.problems += error.findings
                self._known[source] = ()
        return self._known[source]


def _serves(data: JsonObject, version: str) -> bool:
    return any(v.get("name") == version and v.get("served") is True for v in objects.items(data, "spec", "versions"))


def _without_conversion(data: JsonObject) -> JsonObject:
    """Nobody answers the webhook that would convert between versions."""
    if objects.text(data, "spec", "conversion", "strategy") != "Webhook":
        return data
    return {**data, "spec": {**objects.at(data, "spec"), "conversion": {"strategy": "None"}}}


def _plural(kind: str) -> str:
    """As Kubernetes' own generators do."""
    name = kind.lower()
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
