"""Between build and gate: does each object conform to the schema of its kind, as the API servers of its clusters would say.

Each distinct question (object, schema) is asked once, whatever the number of clusters. The schema of a custom kind comes from the
cluster's own desired state (a CustomResourceDefinition, a ConstraintTemplate), else from the definitions at hand. All other kinds
are Kubernetes' own, in the cluster's minor version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from fleetgen.errors import InputError
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.resource import ResourceId
from fleetgen.model.schema import Api, Breach, Definition
from fleetgen.model.settings import nearest_place
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.builtin import Builtin, unserved
from fleetgen.schemas.definitions import Definitions, made_by
from fleetgen.schemas.objects import ObjectSchema

_UNSERVED: Final = "E0604"
_CONFIG: Final = "fleetgen.toml"
_MINOR: Final = next(fact for fact in ENUM_FACTS if fact.name == "kubernetes.minor")
_BRINGING: Final = frozenset({"CustomResourceDefinition", "ConstraintTemplate"})
Objects: TypeAlias = Mapping[VariantKey, Sequence[Manifest]]
GroupKind: TypeAlias = tuple[str, str]
# None: no schema of the kind is known
SchemaVerdict: TypeAlias = tuple[Breach, ...] | None


class KubernetesSchemas(Protocol):
    """The schemas of Kubernetes' own kinds. `digest` names all of them, `minors` lists them from old to new."""

    @property
    def digest(self) -> str:
        """Changes when a schema does."""

    @property
    def minors(self) -> Sequence[str]:
        """The minor versions that are known, from old to new."""

    def builtin(self, minor: str) -> Builtin:
        """What a known minor serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What judges an object: a definition, or Kubernetes in a minor version.

    `title` is its name for people. `borrowed`: it is another minor's, because the cluster's own is not known.
    """

    digest: str
    title: str
    definition: Definition | None = None
    minor: str = ""
    borrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One distinct question, and the variants and clusters that it stands for."""

    manifest: Manifest
    schema: Schema
    variants: tuple[VariantKey, ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    """What decides which schema a kind has at a cluster: its minor, the definitions that it gets, the versions of providers."""

    minor: str
    brought: tuple[tuple[GroupKind, str], ...]
    provided: tuple[tuple[GroupKind, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where schemas come from."""

    kubernetes: KubernetesSchemas
    definitions: Definitions


def minors_of(resolved: Resolved) -> dict[str, str]:
    """Cluster -> its Kubernetes minor, for example 1.35."""
    return {name: str(_MINOR.value(resolved.clusters[name].spec)) for name in resolved.bills}


def nearest(minor: str, known: Sequence[str]) -> str:
    """The newest known minor that is not newer; empty for a cluster that is older than all of them."""
    return next((other for other in reversed(known) if _number(other) <= _number(minor)), "")


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split(".") if part.isdigit())


def questions(resolved: Resolved, objects: Objects, sources: Sources) -> tuple[Question, ...]:
    """Every distinct question over the built objects. Raises InputError E0607 for a definition that cannot be used."""
    bringing = _Brought(objects)
    provided = {key: _provided(variant) for key, variant in resolved.variants.items()}
    contexts: dict[tuple[str, tuple[VariantKey, ...]], _Context] = {}
    judged: dict[tuple[VariantKey, _Context], list[str]] = {}
    for name, minor in minors_of(resolved).items():
        keys = tuple(resolved.bills[name].values())
        context = contexts.get((minor, keys))
        if context is None:
            brought = {pair for key in keys for pair in bringing.by_variant[key]}
            versions = {pair for key in keys for pair in provided[key]}
            context = contexts[minor, keys] = _Context(minor, tuple(sorted(brought)), tuple(sorted(versions)))
        for key in keys:
            judged.setdefault((key, context), []).append(name)
    return _distinct(judged, objects, lambda kind, context: _schema_of(kind, context, bringing, sources))


class _Brought:
    """The kinds that the fleet defines itself, by the digests of the objects that do."""

    def __init__(self, objects: Objects) -> None:
        self.definitions: dict[str, tuple[str, Definition]] = {}
        self.by_variant = {key: tuple(self._of(key.unit, manifests)) for key, manifests in objects.items()}

    def _of(self, unit: str, manifests: Sequence[Manifest]) -> Iterator[tuple[GroupKind, str]]:
        for manifest in manifests:
            if manifest.id.kind not in _BRINGING:
                continue
            if manifest.digest not in self.definitions and (definition := made_by(manifest.data)):
                self.definitions[manifest.digest] = (f"{manifest.id.kind} {manifest.id.name} of unit '{unit}'", definition)
            if known := self.definitions.get(manifest.digest):
                yield (known[1].group, known[1].kind), manifest.digest


def _provided(variant: Variant) -> tuple[tuple[GroupKind, str], ...]:
    apis = [api.rpartition("/") for api in variant.component.provides]
    return tuple(((head.rpartition("/")[0], kind), variant.version) for head, _, kind in apis)


def _schema_of(wanted: GroupKind, context: _Context, brought: _Brought, sources: Sources) -> Schema | None:
    """What judges a kind; None for a kind of a Kubernetes that is older than all that are known."""
    group, kind = wanted
    if digest := dict(context.brought).get(wanted):
        title, definition = brought.definitions[digest]
        return Schema(digest=digest, title=title, definition=definition)
    if "." in group and (found := sources.definitions.find(group, kind, dict(context.provided).get(wanted, ""))):
        source, definition = found
        return Schema(digest=source.digest, title=source.place.path, definition=definition)
    if minor := nearest(context.minor, sources.kubernetes.minors):
        digest = f"kubernetes {sources.kubernetes.digest} {minor}"
        return Schema(digest=digest, title="Kubernetes", minor=minor, borrowed=minor != context.minor)
    return None


def _distinct(
    judged: Mapping[tuple[VariantKey, _Context], Sequence[str]],
    objects: Objects,
    find: Callable[[GroupKind, _Context], Schema | None],
) -> tuple[Question, ...]:
    schemas: dict[tuple[GroupKind, _Context], Schema | None] = {}
    groups: dict[tuple[str, str, bool], tuple[Manifest, Schema, dict[VariantKey, None], dict[str, None]]] = {}
    problems: dict[Finding, None] = {}
    for (key, context), clusters in judged.items():
        for manifest in objects[key]:
            kind = (manifest.id.group, manifest.id.kind)
            if (kind, context) not in schemas:
                try:
                    schemas[kind, context] = find(kind, context)
                except InputError as error:
                    problems |= dict.fromkeys(error.findings)
                    schemas[kind, context] = None
            if schema := schemas[kind, context]:
                question = (manifest.digest, schema.digest, schema.borrowed)
                entry = groups.setdefault(question, (manifest, schema, {}, {}))
                entry[2][key] = None
                entry[3].update(dict.fromkeys(clusters))
    if problems:
        raise InputError(problems)
    return tuple(
        Question(manifest=manifest, schema=schema, variants=tuple(keys), clusters=tuple(sorted(clusters)))
        for _, (manifest, schema, keys, clusters) in sorted(groups.items(), key=lambda pair: pair[0])
    )


class Judge:
    """Answers questions; compiles each schema once."""

    def __init__(self, kubernetes: KubernetesSchemas) -> None:
        self._kubernetes = kubernetes
        self._answers: dict[tuple[str, Api], ObjectSchema | SchemaVerdict] = {}

    def verdict(self, question: Question) -> SchemaVerdict:
        """All breaches of an object."""
        api, schema = Api.of(question.manifest.data), question.schema
        if (schema.digest, api) not in self._answers:
            self._answers[schema.digest, api] = self._prepare(api, schema)
        known = self._answers[schema.digest, api]
        return known.breaches(question.manifest.data) if isinstance(known, ObjectSchema) else known

    def _prepare(self, api: Api, schema: Schema) -> ObjectSchema | SchemaVerdict:
        """What judges the objects of an API, or the verdict that all of them share."""
        if schema.definition:
            version = schema.definition.versions.get(api.version)
            return ObjectSchema(version.schema) if version and version.served else (_unserved(api, schema.definition),)
        builtin = self._kubernetes.builtin(schema.minor)
        if api in builtin.names:
            return ObjectSchema(builtin.schema(api))
        minors = self._kubernetes.minors
        reason = unserved(api, schema.minor, lambda minor: self._kubernetes.builtin(minor).names, minors)
        return (reason,) if reason else None


def _unserved(api: Api, definition: Definition) -> Breach:
    served = [name for name, version in definition.versions.items() if version.served]
    fix = f"write apiVersion: {api.group}/{served[-1]}, and adapt the object to it" if served else "remove it"
    return Breach(code=_UNSERVED, message=f"does not serve {api}; it serves {', '.join(served) or 'no version'}", fix=fix)


def findings(judged: Sequence[tuple[Question, SchemaVerdict]], place: Callable[[Question, Breach], Place]) -> list[Finding]:
    """The breaches, each once with all its clusters, and a note about what was not judged."""
    merged: dict[tuple[Breach, ResourceId, Place, Severity, str], tuple[set[tuple[str, str]], set[str]]] = {}
    for question, verdict in judged:
        severity = Severity.WARNING if question.schema.borrowed else Severity.ERROR
        api_version = Api.of(question.manifest.data).api_version
        for breach in verdict or ():
            key = (breach, question.manifest.id, place(question, breach), severity, api_version)
            judges, clusters = merged.setdefault(key, (set(), set()))
            judges.add((question.schema.title, question.schema.minor))
            clusters.update(question.clusters)
    found = [
        Finding(
            code=breach.code,
            message=_message(breach, api_version, _names(judges)),
            fix=breach.fix,
            place=where,
            severity=severity,
            object=identity,
            clusters=tuple(sorted(clusters)),
        )
        for (breach, identity, where, severity, api_version), (judges, clusters) in merged.items()
    ]
    return sorted([*found, *_unknown_kinds(judged)], key=Finding.sort_key)


def _message(breach: Breach, api_version: str, judges: str) -> str:
    return f"{judges} {breach.message}" if breach.code == _UNSERVED else f"{breach.message} ({api_version} of {judges})"


def _names(judges: Collection[tuple[str, str]]) -> str:
    """`Kubernetes 1.34, 1.35`, or the files of the definitions."""
    minors = sorted({minor for _, minor in judges if minor}, key=_number)
    files = sorted({title for title, minor in judges if not minor})
    return ", ".join([*([f"Kubernetes {', '.join(minors)}"] if minors else []), *files])


def _unknown_kinds(judged: Sequence[tuple[Question, SchemaVerdict]]) -> list[Finding]:
    """One note about all kinds without a schema: nobody has every definition, but a check that says nothing looks complete."""
    kinds: dict[str, set[str]] = {}
    for question, verdict in judged:
        if verdict is None:
            api = Api.of(question.manifest.data)
            kinds.setdefault(api.api_version, set()).add(api.kind)
    if not kinds:
        return []
    named = "; ".join(f"{api_version} {', '.join(sorted(names))}" for api_version, names in sorted(kinds.items()))
    fix = "add the CustomResourceDefinitions to a folder that `schemas` names"
    message = f"not validated, because no schema is known: {named}"
    return [Finding(code="E0605", message=message, fix=fix, place=Place(_CONFIG), severity=Severity.NOTE)]


def unknown_minors(resolved: Resolved, known: Sequence[str]) -> list[Finding]:
    """A warning for each minor of Kubernetes whose schemas are not known."""
    clusters: dict[str, list[str]] = {}
    for name, minor in sorted(minors_of(resolved).items()):
        if minor not in known:
            clusters.setdefault(minor, []).append(name)
    found = []
    for minor, names in sorted(clusters.items()):
        used = nearest(minor, known)
        fact = f"those of {used} are used, and what they refuse is a warning" if used else "its own kinds are not validated"
        fix = "update fleetgen" if used else f"update the clusters; the oldest schemas are those of Kubernetes {known[0]}"
        place = nearest_place(resolved.clusters[names[0]].tree, ("spec", "kubernetes", "version"))
        message = f"the schemas of Kubernetes {minor} are not known; {fact}"
        found.append(
            Finding(code="E0606", message=message, fix=fix, place=place, severity=Severity.WARNING, clusters=tuple(names))
        )
    return found
