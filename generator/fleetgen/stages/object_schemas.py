"""Between build and gate: validates each object against the schema of its kind, as the API servers of its clusters would.

Each distinct question (object, schema) is asked once, whatever the number of clusters. The schema of a custom kind comes from the
cluster's own desired state (a CustomResourceDefinition, a ConstraintTemplate), else from the definitions at hand. All other kinds
are Kubernetes' own, in the cluster's minor version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias

from fleetgen.catalog.cluster_facts import fact_value
from fleetgen.errors import InputError
from fleetgen.model.built_objects import BuiltObjects, Occurrences
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.resource import ResourceId
from fleetgen.model.schema import Api, Breach, Definition
from fleetgen.model.settings import nearest_place
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.builtin import BuiltinKinds, unserved
from fleetgen.schemas.definitions import Definitions, made_by
from fleetgen.schemas.object_schema import ObjectSchema

_UNSERVED: Final = "E0604"
_CONFIG: Final = "fleetgen.toml"
_BRINGING: Final = frozenset({"CustomResourceDefinition", "ConstraintTemplate"})
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

    def builtin(self, minor: str) -> BuiltinKinds:
        """What a known minor serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSchema:
    """What judges an object: a definition, or Kubernetes in a minor version.

    `title` is its name for people. `borrowed`: it is another minor's, because the cluster's own is not known.
    """

    digest: str
    title: str
    definition: Definition | None = None
    minor: str = ""
    borrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaQuestion:
    """One distinct question, and where the object occurs."""

    manifest: Manifest
    schema: KindSchema
    occurrences: Occurrences

    @property
    def variants(self) -> tuple[VariantKey, ...]:
        """The variants that have the object."""
        return self.occurrences.variants

    @property
    def clusters(self) -> tuple[str, ...]:
        """The clusters that get it, sorted."""
        return self.occurrences.clusters


class GroupKind(NamedTuple):
    """A kind in any version."""

    group: str
    kind: str


class _Provider(NamedTuple):
    """What a unit of a cluster says about a kind: `source` is the digest of its definition, or the version of its provider."""

    kind: GroupKind
    source: str


@dataclass(frozen=True, slots=True)
class _Context:
    """What decides which schema a kind has at a cluster.

    `brought`: the definitions that the cluster gets, by digest. `provided`: the kinds that its components provide, by version.
    """

    minor: str
    brought: tuple[_Provider, ...]
    provided: tuple[_Provider, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaSources:
    """Where schemas come from: Kubernetes' own, and the definitions of custom kinds at hand."""

    kubernetes: KubernetesSchemas
    definitions: Definitions


def minors_of(resolved: Resolved) -> dict[str, str]:
    """Cluster -> its Kubernetes minor, for example 1.35."""
    return {name: str(fact_value(resolved.clusters[name].spec, "kubernetes.minor")) for name in resolved.bills}


def nearest_minor(minor: str, known: Sequence[str]) -> str:
    """The newest known minor that is not newer; empty for a cluster that is older than all of them."""
    return next((other for other in reversed(known) if _number(other) <= _number(minor)), "")


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split(".") if part.isdigit())


def schema_questions(resolved: Resolved, objects: BuiltObjects, sources: SchemaSources) -> tuple[SchemaQuestion, ...]:
    """Every distinct question over the built objects. Raises InputError E0607 for a definition that cannot be used."""
    bringing = _Brought(objects)
    provided = {key: _provided(variant) for key, variant in resolved.variants.items()}
    contexts: dict[tuple[str, tuple[VariantKey, ...]], _Context] = {}
    judged: dict[tuple[VariantKey, _Context], list[str]] = {}
    for name, minor in minors_of(resolved).items():
        keys = tuple(resolved.bills[name].values())
        context = contexts.get((minor, keys))
        if context is None:
            brought = {provider for key in keys for provider in bringing.by_variant[key]}
            versions = {provider for key in keys for provider in provided[key]}
            context = contexts[minor, keys] = _Context(minor, tuple(sorted(brought)), tuple(sorted(versions)))
        for key in keys:
            judged.setdefault((key, context), []).append(name)
    return _distinct(judged, objects, lambda kind, context: _schema_of(kind, context, bringing, sources))


@dataclass(frozen=True, slots=True)
class _OwnDefinition:
    """A definition among the objects of the fleet. `title` names the object for people."""

    title: str
    definition: Definition


class _Brought:
    """The kinds that the fleet defines itself: `definitions` by the digest of the object, `by_variant` which each brings."""

    def __init__(self, objects: BuiltObjects) -> None:
        self.definitions: dict[str, _OwnDefinition] = {}
        self.by_variant = {key: tuple(self._of(key.unit, manifests)) for key, manifests in objects.items()}

    def _of(self, unit: str, manifests: Sequence[Manifest]) -> Iterator[_Provider]:
        for manifest in manifests:
            if manifest.id.kind not in _BRINGING:
                continue
            if manifest.digest not in self.definitions and (definition := made_by(manifest.data)):
                title = f"{manifest.id.kind} {manifest.id.name} of unit '{unit}'"
                self.definitions[manifest.digest] = _OwnDefinition(title, definition)
            if own := self.definitions.get(manifest.digest):
                yield _Provider(GroupKind(own.definition.group, own.definition.kind), manifest.digest)


def _provided(variant: Variant) -> tuple[_Provider, ...]:
    apis = [api.rpartition("/") for api in variant.component.provides]
    return tuple(_Provider(GroupKind(head.rpartition("/")[0], kind), variant.version) for head, _, kind in apis)


def _source_of(kind: GroupKind, providers: Sequence[_Provider]) -> str:
    """Of several providers the last one counts; empty without any."""
    return next((provider.source for provider in reversed(providers) if provider.kind == kind), "")


def _schema_of(kind: GroupKind, context: _Context, brought: _Brought, sources: SchemaSources) -> KindSchema | None:
    """What judges a kind; None for a kind of a Kubernetes that is older than all that are known."""
    if digest := _source_of(kind, context.brought):
        own = brought.definitions[digest]
        return KindSchema(digest=digest, title=own.title, definition=own.definition)
    version = _source_of(kind, context.provided)
    if "." in kind.group and (located := sources.definitions.find(kind.group, kind.kind, version)):
        return KindSchema(digest=located.source.digest, title=located.path, definition=located.definition)
    if minor := nearest_minor(context.minor, sources.kubernetes.minors):
        digest = f"kubernetes {sources.kubernetes.digest} {minor}"
        return KindSchema(digest=digest, title="Kubernetes", minor=minor, borrowed=minor != context.minor)
    return None


class _QuestionKey(NamedTuple):
    """What makes two objects one question: the digests of both sides, and how much the answer counts."""

    object: str
    schema: str
    borrowed: bool


@dataclass(frozen=True, slots=True)
class _ObjectUnderSchema:
    """An object, what judges it, and where it occurs."""

    manifest: Manifest
    schema: KindSchema
    occurrences: Occurrences


def _distinct(
    judged: Mapping[tuple[VariantKey, _Context], Sequence[str]],
    objects: BuiltObjects,
    find: Callable[[GroupKind, _Context], KindSchema | None],
) -> tuple[SchemaQuestion, ...]:
    schemas: dict[tuple[GroupKind, _Context], KindSchema | None] = {}
    questions: dict[_QuestionKey, _ObjectUnderSchema] = {}
    problems: dict[Finding, None] = {}
    for (variant, context), clusters in judged.items():
        for manifest in objects[variant]:
            kind = GroupKind(manifest.id.group, manifest.id.kind)
            if (kind, context) not in schemas:
                try:
                    schemas[kind, context] = find(kind, context)
                except InputError as error:
                    problems |= dict.fromkeys(error.findings)
                    schemas[kind, context] = None
            if schema := schemas[kind, context]:
                key = _QuestionKey(manifest.digest, schema.digest, schema.borrowed)
                question = questions.setdefault(key, _ObjectUnderSchema(manifest, schema, Occurrences()))
                question.occurrences.add(variant, clusters)
    if problems:
        raise InputError(problems)
    return tuple(
        SchemaQuestion(manifest=q.manifest, schema=q.schema, occurrences=q.occurrences)
        for _, q in sorted(questions.items(), key=lambda pair: pair[0])
    )


class SchemaJudge:
    """Answers questions; compiles each schema once."""

    def __init__(self, kubernetes: KubernetesSchemas) -> None:
        self._kubernetes = kubernetes
        self._answers: dict[tuple[str, Api], ObjectSchema | SchemaVerdict] = {}

    def verdict(self, question: SchemaQuestion) -> SchemaVerdict:
        """All breaches of an object, none if it conforms; None if no schema of its kind is known."""
        api, schema = Api.of(question.manifest.data), question.schema
        if (schema.digest, api) not in self._answers:
            self._answers[schema.digest, api] = self._prepare(api, schema)
        known = self._answers[schema.digest, api]
        return known.breaches(question.manifest.data) if isinstance(known, ObjectSchema) else known

    def _prepare(self, api: Api, schema: KindSchema) -> ObjectSchema | SchemaVerdict:
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
    fix = f"set apiVersion: {api.group}/{served[-1]}, and adapt the object" if served else "remove it"
    return Breach(code=_UNSERVED, message=f"does not serve {api}; it serves {', '.join(served) or 'no version'}", fix=fix)


@dataclass(frozen=True, slots=True)
class JudgedObject:
    """A question and its answer."""

    question: SchemaQuestion
    verdict: SchemaVerdict


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a finding says, whoever judged. Equal ones are one finding."""

    breach: Breach
    object: ResourceId
    api_version: str
    place: Place
    severity: Severity


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """Which schemas say so (by digest), and about which clusters."""

    schemas: dict[str, KindSchema]
    clusters: set[str]


def schema_findings(judged: Sequence[JudgedObject], place: Callable[[SchemaQuestion, Breach], Place]) -> list[Finding]:
    """The breaches (E0603, E0604), each once with all its clusters, and a note about kinds that nothing judged (E0605).

    `place`: where somebody would repair a breach. What a borrowed schema refuses is a warning.
    """
    merged: dict[_Statement, _Witnesses] = {}
    for answer in judged:
        question = answer.question
        severity = Severity.WARNING if question.schema.borrowed else Severity.ERROR
        api_version = Api.of(question.manifest.data).api_version
        for breach in answer.verdict or ():
            statement = _Statement(breach, question.manifest.id, api_version, place(question, breach), severity)
            witnesses = merged.setdefault(statement, _Witnesses({}, set()))
            witnesses.schemas[question.schema.digest] = question.schema
            witnesses.clusters.update(question.clusters)
    breaches = [
        Finding(
            code=statement.breach.code,
            message=_message(statement.breach, statement.api_version, _names(witnesses.schemas.values())),
            fix=statement.breach.fix,
            place=statement.place,
            severity=statement.severity,
            object=statement.object,
            clusters=tuple(sorted(witnesses.clusters)),
        )
        for statement, witnesses in merged.items()
    ]
    return sorted([*breaches, *_unknown_kinds(judged)], key=Finding.sort_key)


def _message(breach: Breach, api_version: str, judges: str) -> str:
    return f"{judges} {breach.message}" if breach.code == _UNSERVED else f"{breach.message} ({api_version} of {judges})"


def _names(schemas: Collection[KindSchema]) -> str:
    """`Kubernetes 1.34, 1.35`, or the files of the definitions."""
    minors = sorted({schema.minor for schema in schemas if schema.minor}, key=_number)
    titles = sorted({schema.title for schema in schemas if not schema.minor})
    return ", ".join([*([f"Kubernetes {', '.join(minors)}"] if minors else []), *titles])


def _unknown_kinds(judged: Sequence[JudgedObject]) -> list[Finding]:
    """One note about all kinds without a schema: nobody has every definition, but a check that says nothing looks complete."""
    kinds: dict[str, set[str]] = {}
    for answer in judged:
        if answer.verdict is None:
            api = Api.of(answer.question.manifest.data)
            kinds.setdefault(api.api_version, set()).add(api.kind)
    if not kinds:
        return []
    named = "; ".join(f"{api_version} {', '.join(sorted(names))}" for api_version, names in sorted(kinds.items()))
    fix = "add the CustomResourceDefinitions to a folder that `schemas` names"
    message = f"not validated for lack of a schema: {named}"
    return [Finding(code="E0605", message=message, fix=fix, place=Place(_CONFIG), severity=Severity.NOTE)]


def unknown_minors(resolved: Resolved, known: Sequence[str]) -> list[Finding]:
    """A warning (E0606) for each minor of the fleet whose schemas are not among the `known` ones, with its clusters."""
    clusters: dict[str, list[str]] = {}
    for name, minor in sorted(minors_of(resolved).items()):
        if minor not in known:
            clusters.setdefault(minor, []).append(name)
    warnings = []
    for minor, names in sorted(clusters.items()):
        used = nearest_minor(minor, known)
        fact = f"those of {used} are used, and their errors become warnings" if used else "its own kinds are not validated"
        fix = "update fleetgen" if used else f"update the clusters; the oldest schemas are those of Kubernetes {known[0]}"
        place = nearest_place(resolved.clusters[names[0]].tree, ("spec", "kubernetes", "version"))
        message = f"there are no schemas of Kubernetes {minor}; {fact}"
        warnings.append(
            Finding(code="E0606", message=message, fix=fix, place=place, severity=Severity.WARNING, clusters=tuple(names))
        )
    return warnings
