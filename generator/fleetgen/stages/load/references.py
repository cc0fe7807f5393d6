"""The documents of a fleet by name, and whether every name in them is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from fleetgen.errors import problem
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.plain import mapping_of, value_at
from fleetgen.model.settings import Path, key_place, nearest_place
from fleetgen.stages.load.documents import Document, texts
from fleetgen.words import listed, suggest


class Index:
    """Documents by kind and name; the parts of one environment are keyed `(name, environment)`."""

    def __init__(self, documents: Sequence[Document], components: Mapping[str, Component], problems: list[Finding]) -> None:
        self.documents = documents
        self.components = components
        self.problems = problems
        self._by_kind: dict[str, list[Document]] = {}
        for document in documents:
            self._by_kind.setdefault(document.kind, []).append(document)
        self._names = {kind: {document.name for document in found} for kind, found in self._by_kind.items()}
        self.environments = {d.name: d for d in self.of("Environment") if not d.environment}
        self._texts = {d.name: {key: texts(d, ("spec", key)) for key in ("rings", "regions")} for d in self.environments.values()}

    def of(self, kind: str) -> Sequence[Document]:
        return self._by_kind.get(kind, ())

    def names(self, kind: str) -> AbstractSet[str]:
        return self._names.get(kind, frozenset())

    def rings(self, environment: str) -> Sequence[str]:
        """The rings that an environment lists."""
        return self._texts[environment]["rings"]

    def regions(self, environment: str) -> Sequence[str]:
        """The regions that clusters of an environment may be in; none means any."""
        return self._texts[environment]["regions"]


def check_components(index: Index) -> None:
    """Every `components.<name>` of every layer exists."""
    for document in index.documents:
        for name in mapping_of(document.spec.get("components")):
            if name not in index.components:
                place = key_place(document.tree, ("spec", "components", name))
                index.problems.append(
                    problem("E0304", f"there is no component '{name}'", fix=suggest(name, index.components), place=place)
                )


def check_references(index: Index) -> None:
    environments = index.environments
    for document in index.documents:
        if document.kind == "Cluster":
            _check_cluster(index, document)
        elif document.kind == "Environment":
            _check_environment(index, document)
        elif document.environment and document.environment not in environments:
            _missing(index, _Reference(document, ("spec", "environment"), "environment", document.environment), environments)
        elif document.kind == "Ring" and document.name not in index.rings(document.environment):
            place = key_place(document.tree, ("metadata", "name"))
            fix = f"add it to spec.rings in {environments[document.environment].place.path}"
            index.problems.append(
                problem(
                    "E0301",
                    f"ring '{document.name}' is not one of the rings of environment '{document.environment}'",
                    fix=fix,
                    place=place,
                )
            )
        elif document.kind in {"Waiver", "Enforcement"}:
            for key, kind in (("environments", "Environment"), ("groups", "Group"), ("clusters", "Cluster")):
                _check_list(index, document, ("spec", "scope", key), kind)
            _check_rings(index, document)


def _check_cluster(index: Index, document: Document) -> None:
    environments = index.environments
    environment = document.environment
    if environment not in environments:
        _missing(index, _Reference(document, ("spec", "environment"), "environment", environment), environments)
        return
    rings = index.rings(environment)
    _check_name(index, document, "ring", rings, f"ring of environment '{environment}' named")
    _check_name(index, document, "region", index.names("Region"), "region")
    _check_name(index, document, "profile", index.names("HardwareProfile"), "profile")
    allowed = index.regions(environment)
    region = document.text("region")
    if allowed and region in index.names("Region") and region not in allowed:
        place = nearest_place(document.tree, ("spec", "region"))
        fix = f"use {listed(sorted(allowed), 'or')}, or add it to spec.regions of the environment"
        index.problems.append(
            problem("E0306", f"environment '{environment}' has no clusters in region '{region}'", fix=fix, place=place)
        )


def _check_environment(index: Index, document: Document) -> None:
    _check_list(index, document, ("spec", "groups"), "Group")
    _check_list(index, document, ("spec", "regions"), "Region")
    for name in mapping_of(document.spec.get("roles")):
        if name not in index.names("TeamRole"):
            _missing(index, _Reference(document, ("spec", "roles", name), "TeamRole", name), index.names("TeamRole"))
    mirrors = mapping_of(value_at(document.spec, ("delivery", "chartRepositories")))
    known = {component.chart.repo_url for component in index.components.values() if component.chart}
    for name in sorted(mirrors.keys() - known):
        _missing(
            index,
            _Reference(document, ("spec", "delivery", "chartRepositories", name), "component with charts from", name),
            known,
        )


def _check_list(index: Index, document: Document, path: tuple[str, ...], kind: str) -> None:
    known = index.names(kind)
    for position, name in enumerate(texts(document, path)):
        if name not in known:
            _missing(index, _Reference(document, (*path, position), kind.lower(), name), known)


def _check_rings(index: Index, document: Document) -> None:
    """The rings of a scope are `environment/ring`."""
    known = [f"{name}/{ring}" for name in index.environments for ring in index.rings(name)]
    for position, name in enumerate(texts(document, ("spec", "scope", "rings"))):
        if name not in known:
            _missing(index, _Reference(document, ("spec", "scope", "rings", position), "ring", name), known)


def _check_name(index: Index, document: Document, key: str, known: Collection[str], what: str) -> None:
    name = document.text(key)
    if name and name not in known:
        _missing(index, _Reference(document, ("spec", key), what, name), known)


@dataclass(frozen=True, slots=True)
class _Reference:
    """A name at a path of a document, and what it should be the name of, for people."""

    document: Document
    path: Path
    what: str
    name: str


def _missing(index: Index, reference: _Reference, known: Iterable[str]) -> None:
    place = nearest_place(reference.document.tree, reference.path)
    text = f"there is no {reference.what} '{reference.name}'"
    index.problems.append(problem("E0301", text, fix=suggest(reference.name, known), place=place))
