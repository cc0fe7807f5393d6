"""The Fleet: references resolved, profiles merged into clusters, the layers of every cluster in order of strength."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from fleetgen.catalog.pools import pool_mistakes
from fleetgen.errors import InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.facts import STRUCTURED_FACTS
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Environment, Fleet, Group, Layer, Ring
from fleetgen.model.inventory import ClusterSpec, EnvironmentSpec, GroupSpec, RingSpec, Selector
from fleetgen.model.settings import (
    Append,
    MergeBy,
    MergeRules,
    Node,
    Origin,
    Path,
    Scalar,
    Table,
    at,
    key_place,
    merge,
    nearest_place,
    plain,
    relabel,
)
from fleetgen.schemas.derive import build, schema_of
from fleetgen.schemas.validate import Validator, suggest
from fleetgen.stages.load import components as component_files
from fleetgen.stages.load import governing
from fleetgen.stages.load.documents import Document, texts
from fleetgen.stages.load.documents import read as read_documents
from fleetgen.words import listed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from fleetgen.model.plain import JsonObject

_PROFILE_KEYS: Final = ("kubernetes", "uplink", "nodePools", "provides")
_PROFILE_RULES: Final[MergeRules] = {("nodePools",): MergeBy("name"), ("provides",): Append()}


@dataclass(slots=True)
class _Index:
    """Documents by kind and name; the parts of one environment are keyed `(name, environment)`."""

    documents: tuple[Document, ...]
    components: Mapping[str, Component]
    problems: list[Finding]

    def of(self, kind: str) -> dict[str, Document]:
        return {d.name: d for d in self.documents if d.kind == kind and not d.environment}

    def scoped(self, kind: str) -> dict[tuple[str, str], Document]:
        return {(d.name, d.environment): d for d in self.documents if d.kind == kind and d.environment}

    def names(self, kind: str) -> set[str]:
        return {d.name for d in self.documents if d.kind == kind}


def load(inventory: Mapping[str, str], library: Mapping[str, str]) -> Fleet:
    """Return the fleet of the files in `inventory` (`INVENTORY_FOLDERS`) and `library` (templates/).

    Both map repository paths to texts. Raises InputError with every problem of every file.
    """
    problems: list[Finding] = []
    components = component_files.read(library, problems)
    documents = read_documents(inventory, problems)
    index = _Index(documents, components, problems)
    if not any(d.kind == "Cluster" for d in documents) and not problems:
        problems.append(problem("E0305", "the fleet has no cluster", fix="run: fleetgen new cluster NAME -e ENVIRONMENT"))
    if problems:
        raise InputError(problems)  # references of broken documents would only repeat what is wrong
    _check_components(index)
    inputs = _inputs(index)
    _check_references(index)
    if problems:
        raise InputError(problems)
    fleet = _fleet(index, inputs)
    if problems:
        raise InputError(problems)
    return fleet


def _layer(document: Document, label: str, token: str) -> Layer:
    components = document.spec.entries.get("components")
    tables = components.entries if isinstance(components, Table) else {}
    labelled = {name: cast("Table", relabel(table, label)) for name, table in tables.items()}
    return Layer(label=label, token=token, place=document.place, components=labelled)


def _check_components(index: _Index) -> None:
    """Every `components.<name>` of every layer exists."""
    for document in index.documents:
        tables = document.spec.entries.get("components")
        for name in tables.entries if isinstance(tables, Table) else ():
            if name not in index.components:
                place = key_place(cast("Table", tables), (name,))
                index.problems.append(
                    problem("E0304", f"there is no component '{name}'", fix=suggest(name, index.components), place=place)
                )


def _inputs(index: _Index) -> dict[str, dict[str, Table]]:
    """For each component: what its `inputs` give it, as a table of `values` that stands just above its defaults."""
    result: dict[str, dict[str, Table]] = {}
    for component in index.components.values():
        for key, kind in component.inputs.items():
            schema = component.input_schema(key)
            validator = Validator(schema if isinstance(schema, dict) else {})
            entries = {}
            for document in index.documents:
                if document.kind == kind:
                    index.problems.extend(validator.findings(document.spec, prefix="spec"))
                    entries[document.name] = cast("Table", relabel(document.spec, f"{kind} {document.name}"))
            result.setdefault(component.name, {}).update({f"{key}/{name}": table for name, table in entries.items()})
    return result


def _check_references(index: _Index) -> None:
    environments = index.of("Environment")
    for document in index.documents:
        if document.kind == "Cluster":
            _check_cluster(index, document)
        elif document.kind == "Environment":
            _check_environment(index, document)
        elif document.environment and document.environment not in environments:
            _missing(index, _Reference(document, ("spec", "environment"), "environment", document.environment), environments)
        elif document.kind == "Ring" and document.name not in texts(environments[document.environment], ("spec", "rings")):
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


def _check_cluster(index: _Index, document: Document) -> None:
    environments = index.of("Environment")
    environment = document.environment
    if environment not in environments:
        _missing(index, _Reference(document, ("spec", "environment"), "environment", environment), environments)
        return
    rings = texts(environments[environment], ("spec", "rings"))
    _check_name(index, document, "ring", rings, f"ring of environment '{environment}' named")
    _check_name(index, document, "region", index.names("Region"), "region")
    _check_name(index, document, "profile", index.names("HardwareProfile"), "profile")
    allowed = texts(environments[environment], ("spec", "regions"))
    region = _text(document, "region")
    if allowed and region in index.names("Region") and region not in allowed:
        place = nearest_place(document.tree, ("spec", "region"))
        fix = f"use {listed(sorted(allowed), 'or')}, or add it to spec.regions of the environment"
        index.problems.append(
            problem("E0306", f"environment '{environment}' has no clusters in region '{region}'", fix=fix, place=place)
        )


def _check_environment(index: _Index, document: Document) -> None:
    _check_list(index, document, ("spec", "groups"), "Group")
    _check_list(index, document, ("spec", "regions"), "Region")
    roles = at(document.tree, ("spec", "roles"))
    for name in roles.entries if isinstance(roles, Table) else ():
        if name not in index.names("TeamRole"):
            _missing(index, _Reference(document, ("spec", "roles", name), "TeamRole", name), index.names("TeamRole"))
    mirrors = at(document.tree, ("spec", "delivery", "chartRepositories"))
    known = {component.chart.repo_url for component in index.components.values() if component.chart}
    for name in sorted(set(mirrors.entries) - known) if isinstance(mirrors, Table) else ():
        _missing(
            index,
            _Reference(document, ("spec", "delivery", "chartRepositories", name), "component with charts from", name),
            known,
        )


def _check_list(index: _Index, document: Document, path: tuple[str, ...], kind: str) -> None:
    known = index.names(kind)
    for position, name in enumerate(texts(document, path)):
        if name not in known:
            _missing(index, _Reference(document, (*path, position), kind.lower(), name), known)


def _check_rings(index: _Index, document: Document) -> None:
    """The rings of a scope are `environment/ring`."""
    known = [f"{name}/{ring}" for name, each in index.of("Environment").items() for ring in texts(each, ("spec", "rings"))]
    for position, name in enumerate(texts(document, ("spec", "scope", "rings"))):
        if name not in known:
            _missing(index, _Reference(document, ("spec", "scope", "rings", position), "ring", name), known)


def _check_name(index: _Index, document: Document, key: str, known: Iterable[str], what: str) -> None:
    name = _text(document, key)
    if name and name not in set(known):
        _missing(index, _Reference(document, ("spec", key), what, name), known)


@dataclass(frozen=True, slots=True)
class _Reference:
    """A name at a path of a document, and what it should be the name of, for people."""

    document: Document
    path: Path
    what: str
    name: str


def _missing(index: _Index, reference: _Reference, known: Iterable[str]) -> None:
    place = nearest_place(reference.document.tree, reference.path)
    text = f"there is no {reference.what} '{reference.name}'"
    index.problems.append(problem("E0301", text, fix=suggest(reference.name, known), place=place))


def _text(document: Document, key: str) -> str:
    node = document.spec.entries.get(key)
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def _fleet(index: _Index, inputs: Mapping[str, Mapping[str, Table]]) -> Fleet:
    environments = {name: _environment(document, index) for name, document in index.of("Environment").items()}
    rings = {
        (document.environment, document.name): Ring(
            name=document.name,
            place=document.place,
            spec=cast("RingSpec", _built(RingSpec, document.spec)),
            layer=_layer(document, f"ring {document.name}", ""),
        )
        for document in index.documents
        if document.kind == "Ring"
    }
    parts = _Parts(index, environments, rings)
    clusters = {}
    for document in index.documents:
        if document.kind == "Cluster" and (cluster := parts.cluster(document)):
            clusters[cluster.name] = cluster
    return Fleet(
        environments=environments,
        clusters=clusters,
        components=index.components,
        inputs=inputs,
        waivers=governing.waivers(index.documents),
        enforcements=governing.enforcements(index.documents),
        duties=governing.duties(index.documents),
    )


def _built(cls: type[DataclassInstance], tree: Node) -> DataclassInstance:
    return build(cls, cast("JsonObject", plain(tree)))


def _environment(document: Document, index: _Index) -> Environment:
    """The environment; its `roles` become settings of every component that takes TeamRoles."""
    layer = _layer(document, f"environment {document.name}", "")
    roles = at(document.tree, ("spec", "roles"))
    if isinstance(roles, Table) and roles.entries:
        origin = Origin(layer.label, roles.origin.place)
        components = dict(layer.components)
        for component in index.components.values():
            for key, kind in component.inputs.items():
                if kind == "TeamRole":
                    groups = {
                        name: Table({"groups": relabel(value, layer.label)}, origin, {"groups": value.origin.place})
                        for name, value in roles.entries.items()
                    }
                    added = Table({"values": Table({key: Table(groups, origin, roles.key_places)}, origin)}, origin)
                    below = components.get(component.name)
                    components[component.name] = added if below is None else cast("Table", merge(added, below))
        layer = Layer(label=layer.label, token="", place=layer.place, components=components)
    spec = cast("EnvironmentSpec", _built(EnvironmentSpec, document.spec))
    return Environment(name=document.name, place=document.place, tree=document.tree, spec=spec, layer=layer)


class _Parts:
    """What clusters are put together from; builds each layer once."""

    def __init__(self, index: _Index, environments: Mapping[str, Environment], rings: Mapping[tuple[str, str], Ring]) -> None:
        self.index = index
        self.environments = environments
        self.rings = rings
        self.defaults = [_layer(d, "defaults", "") for d in index.documents if d.kind == "Defaults"]
        self.regions = self._layers("Region", "region")
        self.profiles = self._layers("HardwareProfile", "profile")
        self.profile_documents = {(d.name, d.environment): d for d in index.documents if d.kind == "HardwareProfile"}
        self.groups = {
            d.name: Group(
                name=d.name,
                place=d.place,
                spec=cast("GroupSpec", _built(GroupSpec, d.spec)),
                layer=_layer(d, f"group {d.name}", d.name),
            )
            for d in index.documents
            if d.kind == "Group"
        }
        self._profile_cache: dict[tuple[str, str], Table] = {}
        self._cluster_validator = Validator(schema_of(ClusterSpec))

    def _layers(self, kind: str, word: str) -> dict[tuple[str, str], Layer]:
        found = {}
        for d in self.index.documents:
            if d.kind == kind:
                where = f" in {d.environment}" if d.environment else ""
                found[(d.name, d.environment)] = _layer(d, f"{word} {d.name}{where}", d.name)
        return found

    def cluster(self, document: Document) -> Cluster | None:
        """The cluster with its profile merged in, or None after reporting what it lacks."""
        spec_tree = self._with_profile(document)
        found = self._cluster_validator.findings(spec_tree, prefix="spec")
        data = plain(spec_tree)
        if not found and isinstance(data, dict):
            for key, fix in (
                ("kubernetes", "set spec.kubernetes here or in the profile"),
                ("nodePools", "set spec.nodePools here or in the profile"),
            ):
                if not data.get(key):
                    found.append(problem("E0204", f"cluster '{document.name}' has no {key}", fix=fix, place=document.place))
        if found:
            self.index.problems.extend(found)
            return None
        spec = cast("ClusterSpec", _built(ClusterSpec, spec_tree))
        self._check_pools(spec, spec_tree)
        environment = self.environments[spec.environment]
        groups = self._groups(document, environment)
        return Cluster(
            name=document.name,
            place=document.place,
            labels=document.labels,
            tree=document.tree,
            spec=spec,
            layers=self._stack(document, spec, groups),
            groups=groups,
            fact_tokens={key: self._tokens(document, spec, key) for key in STRUCTURED_FACTS},
        )

    def _check_pools(self, spec: ClusterSpec, tree: Table) -> None:
        """What the pools say and their cards do not allow, each mistake once: many clusters share a profile."""
        for mistake in pool_mistakes(spec):
            found = problem("E0307", mistake.message, fix=mistake.fix, place=nearest_place(tree, mistake.path))
            if found not in self.index.problems:
                self.index.problems.append(found)

    def _with_profile(self, document: Document) -> Table:
        name, environment = _text(document, "profile"), document.environment
        profile = self._profile(name, environment) if name else None
        return cast("Table", merge(profile, document.spec, _PROFILE_RULES)) if profile else document.spec

    def _profile(self, name: str, environment: str) -> Table:
        if (name, environment) not in self._profile_cache:
            merged = Table({}, Origin("profile", next(iter(self.profile_documents.values())).place))
            for key in ((name, ""), (name, environment)):
                if document := self.profile_documents.get(key):
                    supplied = {k: v for k, v in document.spec.entries.items() if k in _PROFILE_KEYS}
                    merged = cast(
                        "Table", merge(merged, Table(supplied, document.spec.origin, document.spec.key_places), _PROFILE_RULES)
                    )
            self._profile_cache[(name, environment)] = merged
        return self._profile_cache[(name, environment)]

    def _groups(self, document: Document, environment: Environment) -> tuple[str, ...]:
        matching = [name for name, group in self.groups.items() if selects(group.spec.selector, document.labels)]
        for name in matching:
            if name not in environment.spec.groups:
                fix = f"add '{name}' to spec.groups in {environment.place.path}; a later group overrides an earlier one"
                message = (
                    f"group '{name}' matches cluster '{document.name}', but environment '{environment.name}' does not list it"
                )
                self.index.problems.append(problem("E0303", message, fix=fix, place=self.groups[name].place))
        return tuple(name for name in environment.spec.groups if name in matching)

    def _stack(self, document: Document, spec: ClusterSpec, groups: tuple[str, ...]) -> tuple[Layer, ...]:
        environment = spec.environment
        ring = self.rings.get((environment, spec.ring))
        candidates = [
            *self.defaults,
            self.environments[environment].layer,
            self.regions.get((spec.region, "")),
            self.regions.get((spec.region, environment)),
            ring.layer if ring else None,
            self.profiles.get((spec.profile, "")),
            self.profiles.get((spec.profile, environment)),
            *(self.groups[name].layer for name in groups),
            _layer(document, f"cluster {document.name}", f"cluster-{document.name}"),
        ]
        return tuple(layer for layer in candidates if layer)

    def _tokens(self, document: Document, spec: ClusterSpec, key: str) -> tuple[str, ...]:
        tokens = [spec.profile] if spec.profile and key in self._profile(spec.profile, spec.environment).entries else []
        return (*tokens, f"cluster-{document.name}") if key in document.spec.entries else tuple(tokens)


def selects(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether a Kubernetes label selector matches; an empty selector matches everything."""
    if any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    for expression in selector.match_expressions:
        present = expression.key in labels
        listed = labels.get(expression.key) in expression.values if present else False
        holds = {"In": listed, "NotIn": not listed, "Exists": present, "DoesNotExist": not present}
        if not holds[expression.operator]:
            return False
    return True
