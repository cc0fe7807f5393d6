"""The gate over everything that was built: questions to conftest, answers to findings with places, waivers, approval."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar, cast

from generator.errors import GateFailed, problem
from generator.model.finding import Finding, Severity
from generator.model.fleet import Cluster
from generator.model.place import Place
from generator.model.plain import Json, JsonObject
from generator.model.settings import Items, Scalar, at, nearest_place
from generator.model.variant import VariantKey
from generator.model.waiver import Waiver
from generator.pipeline import memo
from generator.pipeline.asking import Answer, Asker, ask, object_answers
from generator.pipeline.desired import Desired, Plan, Settings
from generator.pipeline.rules import Rules, rules_of
from generator.policy import waivers as waiving
from generator.policy.waivers import Judged
from generator.provenance.backward import place_of
from generator.stages import gate
from generator.stages.gate import Approved, Item
from generator.stages.resolve import as_json, facts_of, pools_of

Key = TypeVar("Key", bound=Hashable)
_SEVERITY = {"deny": Severity.ERROR, "warn": Severity.WARNING, "dryrun": Severity.NOTE}


def waivers_of(inputs: Plan) -> tuple[Waiver, ...]:
    """The waivers with their scopes resolved to cluster names."""
    result = []
    for document in inputs.fleet.waivers:
        scope = document.spec.scope
        names = frozenset(
            name
            for name, cluster in inputs.resolved.clusters.items()
            if (not scope.environments or cluster.spec.environment in scope.environments)
            and (not scope.groups or set(scope.groups) & set(cluster.groups))
            and (not scope.clusters or name in scope.clusters)
        )
        identity = (scope.object.kind, scope.object.namespace, scope.object.name) if scope.object else None
        spec = document.spec
        result.append(
            Waiver(
                name=document.name,
                policy=spec.policy,
                clusters=names,
                unit=scope.unit,
                object=identity,
                owner=spec.owner,
                expires=spec.expires,
                place=document.place,
            )
        )
    return tuple(result)


def waiver_names(inputs: Plan) -> dict[VariantKey, list[str]]:
    """Variant -> waivers whose scope reaches it, whatever their date (for index.json)."""
    found: dict[VariantKey, list[str]] = {}
    for waiver in waivers_of(inputs):
        for key, variant in inputs.resolved.variants.items():
            if (not waiver.unit or waiver.unit == key.unit) and not waiver.clusters.isdisjoint(variant.clusters):
                found.setdefault(key, []).append(waiver.name)
    return found


def gated(settings: Settings, desired: Desired, known: Sequence[Finding] = ()) -> Approved:
    """Ask the gate; `known` was found before. Raises GateFailed with all findings, ToolError when an answer is missing."""
    rules = rules_of(desired.plan.inputs, desired.plan.fleet)
    questions = gate.items(desired.plan.resolved, desired.objects)
    answers = object_answers(settings, rules, questions)
    models = models_of(desired, settings.as_of)
    about_models = model_answers(settings, rules, models)
    silent = _required(rules, answers, about_models, questions)
    judged = [*_object_findings(desired, rules, questions, answers), *_model_findings(desired, rules, about_models)]
    waived = waiving.apply(judged, waivers_of(desired.plan), settings.as_of)
    findings = [*known, *silent, *waived, *_due_holds(desired, settings)]
    if broken := [finding for finding in findings if finding.severity is Severity.ERROR]:
        raise GateFailed([*broken, *(finding for finding in findings if finding.severity is not Severity.ERROR)])
    asked = len(questions) + len(models)
    verdict = f"pass; {asked} questions, {len(rules.constraints)} constraints; rules sha256:{rules.digest('')[:16]}"
    return gate.approve(desired.files, desired.plan.inputs.digest, verdict, sorted(findings, key=Finding.sort_key))


def models_of(desired: Desired, as_of: date) -> dict[str, JsonObject]:
    """Environment -> its model, as cluster- and fleet-scope policies read it."""
    resolved = desired.plan.resolved
    facts = {name: facts_of(cluster) for name, cluster in resolved.clusters.items()}
    specs = {
        name: {**cast("JsonObject", as_json(cluster.spec)), "nodePools": pools_of(cluster.spec)}
        for name, cluster in resolved.clusters.items()
    }
    used = {cluster.spec.environment for cluster in resolved.clusters.values()}
    return {
        name: gate.fleet_model(environment, resolved=resolved, objects=desired.objects, facts=facts, specs=specs, as_of=as_of)
        for name, environment in desired.plan.fleet.environments.items()
        if name in used
    }


def model_answers(asker: Asker, rules: Rules, models: Mapping[str, JsonObject]) -> dict[str, Answer]:
    """Environment -> answer. Each environment is asked by itself, because `fleet` is an id in each of them."""
    result = {}
    for name, model in models.items():
        key = memo.key("gate-model", rules.digest(name), json.dumps(model, sort_keys=True))
        ids = [cast("JsonObject", cluster)["name"] for cluster in cast("list[Json]", model["clusters"])]
        answers = ask(asker, rules, {key: {"ids": ids, "extra": "fleet"}}, lambda _keys, asked=model: [asked])  # type: ignore[misc]
        result[name] = answers[key]
    return result


def _required(
    rules: Rules, answers: Mapping[str, Answer], models: Mapping[str, Answer], questions: Sequence[Item]
) -> list[Finding]:
    """A required constraint whose policy evaluated nothing in an environment where it applies."""
    ran: dict[str, set[str]] = {name: set(answer.policies) for name, answer in models.items()}
    for item in questions:
        ran[item.policy_set].update(answers[item.id].policies)
    found = []
    for constraint in rules.constraints:
        for name, policies in sorted(ran.items()):
            applies = not constraint.environments or name in constraint.environments
            if constraint.required and applies and constraint.policy.id not in policies:
                message = f"the required policy {constraint.policy.id} evaluated nothing in environment '{name}'"
                fix = f"check the match of constraint '{constraint.name}', or do not require it"
                found.append(problem("E0802", message, fix=fix, place=constraint.place))
    return found


def finding_of(rules: Rules, msg: str, metadata: Mapping[str, Json], place: Place | None, clusters: tuple[str, ...]) -> Finding:
    policy = rules.policies.get(str(metadata.get("policy", "")))
    if policy is None:
        details = cast("JsonObject", metadata.get("details", {}))
        return problem(
            str(details.get("code", "E0804")), msg, fix="correct what was rendered, or the policy that it names", place=place
        )
    severity = _SEVERITY[str(metadata.get("action", "deny"))]
    return Finding(code=policy.id, message=msg, fix=policy.remediation, place=place, severity=severity, clusters=clusters)


def object_finding(desired: Desired, rules: Rules, item: Item, msg: str, metadata: Mapping[str, Json]) -> Judged:
    """One result about an object, with the place that a person would edit."""
    variant = desired.plan.resolved.variants[item.variants[0]]
    layers = (desired.overlays[variant.key], desired.bases[(variant.component.name, variant.version)])
    details = cast("JsonObject", metadata.get("details", {}))
    template = cast("list[Json]", metadata.get("template", []) or [])
    inner = details.get("path", [])
    path = [*template, *(inner if isinstance(inner, list) else [])]
    place = place_of(variant, item.manifest, layers, path)
    found = replace(finding_of(rules, msg, metadata, place, item.clusters), object=item.manifest.id)
    return Judged(finding=found, units=frozenset(key.unit for key in item.variants))


def _object_findings(desired: Desired, rules: Rules, questions: Sequence[Item], answers: Mapping[str, Answer]) -> list[Judged]:
    """Findings about objects; equal ones of several variants become one."""
    merged: dict[tuple[str, str, str], Judged] = {}
    for item in questions:
        for msg, metadata in answers[item.id].results:
            judged = object_finding(desired, rules, item, msg, metadata)
            join(merged, (judged.finding.code, str(item.manifest.id), f"{msg} {judged.finding.place}"), judged)
    return list(merged.values())


def join(merged: dict[Key, Judged], key: Key, judged: Judged) -> None:
    """Add the clusters and units to what is there under `key`; the first finding keeps its words and place."""
    known = merged.get(key, judged)
    clusters = tuple(sorted({*judged.finding.clusters, *known.finding.clusters}))
    merged[key] = Judged(finding=replace(known.finding, clusters=clusters), units=judged.units | known.units)


def model_finding(desired: Desired, rules: Rules, msg: str, metadata: Mapping[str, Json]) -> Judged:
    """One result about a cluster or the fleet, with the line of the inventory that a person would edit."""
    details = cast("JsonObject", metadata.get("details", {}))
    named = details.get("clusters")
    names = [str(name) for name in named] if isinstance(named, list) else [str(metadata.get("id", ""))]
    clusters = tuple(name for name in names if name in desired.plan.resolved.clusters)
    units = [details.get("unit")] if isinstance(details.get("unit"), str) else details.get("units") or []
    found = finding_of(rules, msg, metadata, _inventory_place(desired, clusters, details), clusters)
    return Judged(finding=found, units=frozenset(map(str, units if isinstance(units, list) else [])))


def _model_findings(desired: Desired, rules: Rules, answers: Mapping[str, Answer]) -> list[Judged]:
    """Findings of cluster and fleet policies; equal messages of several clusters become one."""
    merged: dict[tuple[str, str], Judged] = {}
    for answer in answers.values():
        for msg, metadata in answer.results:
            judged = model_finding(desired, rules, msg, metadata)
            join(merged, (judged.finding.code, msg), judged)
    return list(merged.values())


def _inventory_place(desired: Desired, clusters: Sequence[str], details: Mapping[str, Json]) -> Place | None:
    """Where `details.path` (dotted, from `spec`) was set for the first cluster: in a unit's settings, or in its document.

    What only the library sets points to the strongest layer of the component, where somebody would set it.
    """
    if not clusters:
        return None
    cluster = desired.plan.resolved.clusters[clusters[0]]
    path = str(details.get("path", "")).split(".")
    if path[:2] == ["spec", "components"] and len(path) > 2:
        key = desired.plan.resolved.bills[cluster.name].get(str(details.get("unit", "")))
        variant = desired.plan.resolved.variants[key] if key else None
        if variant and variant.component.name == path[2]:
            place = nearest_place(variant.settings, tuple(path[3:]))
            if not place.path.startswith(f"{variant.component.folder}/"):
                return place
        for layer in reversed(cluster.layers):
            table = layer.components.get(path[2])
            if table is not None:
                return nearest_place(table, tuple(path[3:]))
    if path[:2] == ["spec", "nodePools"] and len(path) > 2:
        return _pool_place(cluster, path[2], path[3:])
    return nearest_place(cluster.tree, tuple(path))


def _pool_place(cluster: Cluster, pool: str, rest: Sequence[str]) -> Place:
    """Where the cluster's document describes a pool; the profile, if that does."""
    pools = at(cluster.tree, ("spec", "nodePools"))
    for index, entry in enumerate(pools.items if isinstance(pools, Items) else ()):
        name = at(entry, ("name",))
        if isinstance(name, Scalar) and name.value == pool:
            return nearest_place(cluster.tree, ("spec", "nodePools", index, *rest))
    profile = f"profile {cluster.spec.profile}"
    return next((layer.place for layer in cluster.layers if layer.label == profile), cluster.place)


def _due_holds(desired: Desired, settings: Settings) -> list[Finding]:
    """Holds whose date has passed: a person has to lift them, nothing changes by itself."""
    found = []
    for name, cluster in sorted(desired.plan.resolved.clusters.items()):
        hold = cluster.spec.hold
        if hold and hold.until and hold.until < settings.as_of.isoformat():
            message = f"the hold of cluster '{name}' should have been lifted on {hold.until} ({hold.reason})"
            place = nearest_place(cluster.tree, ("spec", "hold"))
            fix = f"ask {hold.owner}; remove spec.hold or set a new date"
            found.append(
                Finding(code="E0306", message=message, fix=fix, place=place, severity=Severity.WARNING, clusters=(name,))
            )
    return found
