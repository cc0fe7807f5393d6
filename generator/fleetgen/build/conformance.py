"""Wires the stage `object_schemas`: files of definitions, Kubernetes' schemas, the cache, and the places of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fleetgen.build.desired_state import Desired
from fleetgen.errors import InputError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.schema import Breach, Definition
from fleetgen.provenance.backward import place_of
from fleetgen.schemas import definitions
from fleetgen.schemas.definitions import Definitions, DefinitionSource
from fleetgen.stages import object_schemas
from fleetgen.stages.object_schemas import (
    JudgedObject,
    KubernetesSchemas,
    SchemaJudge,
    SchemaQuestion,
    SchemaSources,
    SchemaVerdict,
)


@timed("conform")
def conformed(run: Run, desired: Desired) -> list[Finding]:
    """Judge every distinct object by its schema: warnings and notes. Raises InputError with all findings if one is an error."""
    kubernetes = PackagedKubernetes()
    resolved = desired.plan.resolved
    sources = SchemaSources(kubernetes=kubernetes, definitions=_definitions(run))
    questions = object_schemas.schema_questions(resolved, desired.objects, sources)
    judged = _judged(run, kubernetes, questions)

    def place(question: SchemaQuestion, breach: Breach) -> Place:
        variant = resolved.variants[question.variants[0]]
        layers = desired.layers(variant)
        return place_of(variant, question.manifest, layers, breach.path)

    findings = [*object_schemas.schema_findings(judged, place), *object_schemas.unknown_minors(resolved, kubernetes.minors)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputError(findings)
    return findings


def _definitions(run: Run) -> Definitions:
    """The user's definitions, none of them read yet. Raises InputError E0607 for an entry without any."""
    found = definitions.sources(run.schema_files)
    repository = run.repository
    entries = zip(repository.config.schemas, repository.schema_paths, strict=True)
    empty = [entry for entry, path in entries if not any(_below(source, path) for source in found)]
    fix = "put the definitions there, as YAML files, or remove the entry"
    if empty:
        raise InputError(
            problem("E0607", f"there is no CustomResourceDefinition in '{entry}'", fix=fix, place=repository.entry_place(entry))
            for entry in empty
        )
    return Definitions(found, lambda source: _read(run.cache, source))


def _below(source: DefinitionSource, path: str) -> bool:
    return path in {".", source.place.path} or source.place.path.startswith(f"{path}/")


def _read(kept: Cache, source: DefinitionSource) -> tuple[Definition, ...]:
    """The definitions of a document: a big one takes half a second to read, and a tenth of that from the cache."""
    key = cache.key("definition", source.digest)
    known = kept.get_many([key])
    if key in known:
        return tuple(Definition.from_data(data) for data in cast("list[Json]", known[key]))
    made = definitions.read(source)
    kept.put_many({key: [definition.as_data() for definition in made]})
    return made


def _judged(run: Run, kubernetes: KubernetesSchemas, questions: Sequence[SchemaQuestion]) -> list[JudgedObject]:
    keys = [cache.key("conform", question.manifest.digest, question.schema.digest) for question in questions]
    known = run.gate_cache.get_many(keys)
    judge = SchemaJudge(kubernetes)
    missing = sum(key not in known for key in keys)
    if missing:
        run.progress("conform", 0, missing)
    fresh = {key: judge.verdict(question) for key, question in zip(keys, questions, strict=True) if key not in known}
    run.gate_cache.put_many({key: _encode(verdict) for key, verdict in fresh.items()})
    if missing:
        run.progress("conform", missing, missing)
    verdicts = fresh | {key: _decode(value) for key, value in known.items()}
    return [JudgedObject(question, verdicts[key]) for key, question in zip(keys, questions, strict=True)]


def _encode(verdict: SchemaVerdict) -> Json:
    return None if verdict is None else [breach.as_data() for breach in verdict]


def _decode(value: Json) -> SchemaVerdict:
    return None if value is None else tuple(Breach.from_data(data) for data in cast("list[Json]", value))
