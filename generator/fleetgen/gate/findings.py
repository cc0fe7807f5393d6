"""Turns answers of the engine into findings: the place to edit, the clusters, and what waivers match."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from fleetgen.build.desired_state import Desired
from fleetgen.errors import problem
from fleetgen.gate.models import Inquiry
from fleetgen.inputs.rules import Rules
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.policy import PolicySet
from fleetgen.model.result import Answer, Result, Step
from fleetgen.model.settings import Items, Scalar, at, nearest_place
from fleetgen.policy.waivers import WaivableFinding
from fleetgen.provenance.backward import place_of
from fleetgen.stages.gate import ObjectQuestion

Key = TypeVar("Key", bound=Hashable)
_SEVERITY: Final = {"deny": Severity.ERROR, "warn": Severity.WARNING, "dryrun": Severity.NOTE}
_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")


def results_of(policy_set: PolicySet, answer: Answer) -> Iterator[Result]:
    """The results about an object.

    What only the companion of a constraint says is what the constraint would say if it were not waived, with its own action.
    """
    said = {(result.constraint, result.message) for result in answer.results}
    for result in answer.results:
        constraint = policy_set.companions.get(result.constraint)
        if constraint is None:
            yield result
            continue
        # the gate names the constraint where its match cannot be decided
        own = result.message.replace(f"constraint {result.constraint}:", f"constraint {constraint.name}:")
        if (constraint.name, own) not in said:
            yield replace(result, constraint=constraint.name, action=constraint.action, message=own, exempt=True)


def finding_of(rules: Rules, result: Result, place: Place | None, clusters: tuple[str, ...]) -> Finding:
    """One result; what the gate itself says has a code of its own. A rule's code counts if the policy declares it."""
    policy = rules.policies.get(result.policy)
    if policy is None:
        fix = "correct the rendered object or the policy in the message"
        return problem(result.error or "E0804", result.message, fix=fix, place=place)
    return Finding(
        code=f"{policy.id}.{result.rule}" if result.rule in policy.codes else policy.id,
        message=result.message,
        fix=policy.remediation,
        place=place,
        severity=_SEVERITY[result.action],
        clusters=clusters,
    )


def object_finding(desired: Desired, rules: Rules, question: ObjectQuestion, result: Result) -> WaivableFinding:
    """One result about an object, with the place that a person would edit."""
    variant = desired.plan.resolved.variants[question.variants[0]]
    place = place_of(variant, question.manifest, desired.layers(variant), result.path)
    found = replace(finding_of(rules, result, place, question.clusters), object=question.manifest.id)
    return WaivableFinding(
        finding=found,
        units=frozenset(key.unit for key in question.variants),
        container=container_at(question.manifest, result.path),
        objects=dict.fromkeys(question.clusters, question.manifest.digest),
        exempt=result.exempt,
    )


def container_at(manifest: Manifest, path: Sequence[Step]) -> tuple[str, str] | None:
    """Name and image of the container of the object that the path leads to or into."""
    node: Json = manifest.data
    before: Step = ""
    for step in path:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
            if before in _CONTAINERS and isinstance(node, dict):
                return str(node.get("name", "")), str(node.get("image", ""))
        else:
            return None
        before = step
    return None


def object_findings(
    desired: Desired, rules: Rules, questions: Sequence[ObjectQuestion], answers: Mapping[str, Answer]
) -> list[WaivableFinding]:
    """Findings about objects; equal ones of several variants become one."""
    merged: dict[tuple[str, str, str, bool, Severity], WaivableFinding] = {}
    for question in questions:
        for result in results_of(rules.sets[question.policy_set], answers[question.id]):
            judged = object_finding(desired, rules, question, result)
            found = judged.finding
            join(merged, (found.code, str(found.object), f"{found.message} {found.place}", judged.exempt, found.severity), judged)
    return list(merged.values())


def join(merged: dict[Key, WaivableFinding], key: Key, judged: WaivableFinding) -> None:
    """Add the clusters and units to what is there under `key`; the first finding keeps its words and place."""
    known = merged.get(key, judged)
    clusters = tuple(sorted({*judged.finding.clusters, *known.finding.clusters}))
    merged[key] = replace(
        known,
        finding=replace(known.finding, clusters=clusters),
        units=judged.units | known.units,
        objects={**known.objects, **judged.objects},
    )


def model_finding(desired: Desired, rules: Rules, result: Result) -> WaivableFinding:
    """One result about a cluster or the fleet, with the line of the inventory that a person would edit."""
    clusters = tuple(name for name in result.clusters if name in desired.plan.resolved.clusters)
    found = finding_of(rules, result, _inventory_place(desired, clusters, result), clusters)
    return WaivableFinding(finding=found, units=frozenset(result.units))


def model_findings(
    desired: Desired, rules: Rules, inquiries: Sequence[Inquiry], answers: Mapping[str, Answer]
) -> list[WaivableFinding]:
    """Findings of cluster and fleet policies; equal messages of several clusters become one."""
    merged: dict[tuple[str, str, Severity], WaivableFinding] = {}
    for each in inquiries:
        for result in each.results(answers[each.question]):
            judged = model_finding(desired, rules, result)
            join(merged, (judged.finding.code, result.message, judged.finding.severity), judged)
    return list(merged.values())


def _inventory_place(desired: Desired, clusters: Sequence[str], result: Result) -> Place | None:
    """Where the path of the result was set for the first cluster: in a unit's settings, or in its document.

    What only the library sets points to the strongest layer of the component, where somebody would set it.
    """
    if not clusters:
        return None
    cluster = desired.plan.resolved.clusters[clusters[0]]
    part, name, rest = result.path[:2], "".join(map(str, result.path[2:3])), result.path[3:]
    if part == ("spec", "components") and name:
        key = desired.plan.resolved.bills[cluster.name].get(result.units[0]) if len(result.units) == 1 else None
        variant = desired.plan.resolved.variants[key] if key else None
        if variant and variant.component.name == name:
            place = nearest_place(variant.settings, rest)
            if not place.path.startswith(f"{variant.component.folder}/"):
                return place
        for layer in reversed(cluster.layers):
            table = layer.components.get(name)
            if table is not None:
                return nearest_place(table, rest)
    if part == ("spec", "nodePools") and name:
        return _pool_place(cluster, name, rest)
    return nearest_place(cluster.tree, result.path)


def _pool_place(cluster: Cluster, pool: str, rest: Sequence[Step]) -> Place:
    """Where the cluster's document describes a pool; the profile, if that does."""
    pools = at(cluster.tree, ("spec", "nodePools"))
    for index, entry in enumerate(pools.items if isinstance(pools, Items) else ()):
        name = at(entry, ("name",))
        if isinstance(name, Scalar) and name.value == pool:
            return nearest_place(cluster.tree, ("spec", "nodePools", index, *rest))
    profile = f"profile {cluster.spec.profile}"
    return next((layer.place for layer in cluster.layers if layer.label == profile), cluster.place)
