"""Answers of the engine as findings: where a person would edit, whom it concerns, what waivers are matched with."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar, cast

from fleetgen.build.desired_state import Desired
from fleetgen.errors import problem
from fleetgen.gate.questions import Answer
from fleetgen.inputs.rules import Rules
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import PolicySet
from fleetgen.model.settings import Items, Scalar, at, nearest_place
from fleetgen.policy.waivers import Judged
from fleetgen.provenance.backward import place_of
from fleetgen.stages.gate import Item

Key = TypeVar("Key", bound=Hashable)
_SEVERITY: Final = {"deny": Severity.ERROR, "warn": Severity.WARNING, "dryrun": Severity.NOTE}
_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result of the engine. `exempt`: both gates exempt the object from the constraint, by a waiver."""

    msg: str
    metadata: Mapping[str, Json]
    exempt: bool = False


def results_of(policy_set: PolicySet, answer: Answer) -> Iterator[Result]:
    """The results about an object.

    What only the companion of a constraint says is what the constraint would say if it were not waived, with its own action.
    """
    said = {(str(metadata.get("constraint")), msg) for msg, metadata in answer.results}
    for msg, metadata in answer.results:
        name = str(metadata.get("constraint"))
        constraint = policy_set.companions.get(name)
        if constraint is None:
            yield Result(msg=msg, metadata=metadata)
            continue
        # the gate names the constraint where its match cannot be decided
        own = msg.replace(f"constraint {name}:", f"constraint {constraint.name}:")
        if (constraint.name, own) not in said:
            changed = {**metadata, "constraint": constraint.name, "action": constraint.action}
            yield Result(msg=own, metadata=changed, exempt=True)


def finding_of(rules: Rules, msg: str, metadata: Mapping[str, Json], place: Place | None, clusters: tuple[str, ...]) -> Finding:
    """One result; what the gate itself says has a code in its details."""
    policy = rules.policies.get(str(metadata.get("policy", "")))
    if policy is None:
        details = cast("JsonObject", metadata.get("details", {}))
        return problem(
            str(details.get("code", "E0804")), msg, fix="correct what was rendered, or the policy that it names", place=place
        )
    severity = _SEVERITY[str(metadata.get("action", "deny"))]
    return Finding(code=policy.id, message=msg, fix=policy.remediation, place=place, severity=severity, clusters=clusters)


def object_finding(desired: Desired, rules: Rules, item: Item, result: Result) -> Judged:
    """One result about an object, with the place that a person would edit."""
    variant = desired.plan.resolved.variants[item.variants[0]]
    layers = desired.layers(variant)
    metadata = result.metadata
    details = cast("JsonObject", metadata.get("details", {}))
    template = cast("list[Json]", metadata.get("template", []) or [])
    inner = details.get("path", [])
    path = [*template, *(inner if isinstance(inner, list) else [])]
    place = place_of(variant, item.manifest, layers, path)
    found = replace(finding_of(rules, result.msg, metadata, place, item.clusters), object=item.manifest.id)
    return Judged(
        finding=found,
        units=frozenset(key.unit for key in item.variants),
        container=container_at(item.manifest, path),
        objects=dict.fromkeys(item.clusters, item.manifest.digest),
        exempt=result.exempt,
    )


def container_at(manifest: Manifest, path: Sequence[Json]) -> tuple[str, str] | None:
    """Name and image of the container of the object that the path leads to or into."""
    node: Json = manifest.data
    before: Json = None
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


def object_findings(desired: Desired, rules: Rules, questions: Sequence[Item], answers: Mapping[str, Answer]) -> list[Judged]:
    """Findings about objects; equal ones of several variants become one."""
    merged: dict[tuple[str, str, str, bool, Severity], Judged] = {}
    for item in questions:
        for result in results_of(rules.sets[item.policy_set], answers[item.id]):
            judged = object_finding(desired, rules, item, result)
            found = judged.finding
            join(merged, (found.code, str(found.object), f"{found.message} {found.place}", judged.exempt, found.severity), judged)
    return list(merged.values())


def join(merged: dict[Key, Judged], key: Key, judged: Judged) -> None:
    """Add the clusters and units to what is there under `key`; the first finding keeps its words and place."""
    known = merged.get(key, judged)
    clusters = tuple(sorted({*judged.finding.clusters, *known.finding.clusters}))
    merged[key] = replace(
        known,
        finding=replace(known.finding, clusters=clusters),
        units=judged.units | known.units,
        objects={**known.objects, **judged.objects},
    )


def model_finding(desired: Desired, rules: Rules, msg: str, metadata: Mapping[str, Json]) -> Judged:
    """One result about a cluster or the fleet, with the line of the inventory that a person would edit."""
    details = cast("JsonObject", metadata.get("details", {}))
    named = details.get("clusters")
    names = [str(name) for name in named] if isinstance(named, list) else [str(metadata.get("id", ""))]
    clusters = tuple(name for name in names if name in desired.plan.resolved.clusters)
    units = [details.get("unit")] if isinstance(details.get("unit"), str) else details.get("units") or []
    found = finding_of(rules, msg, metadata, _inventory_place(desired, clusters, details), clusters)
    return Judged(finding=found, units=frozenset(map(str, units if isinstance(units, list) else [])))


def model_findings(desired: Desired, rules: Rules, answers: Mapping[str, Answer]) -> list[Judged]:
    """Findings of cluster and fleet policies; equal messages of several clusters become one."""
    merged: dict[tuple[str, str, Severity], Judged] = {}
    for answer in answers.values():
        for msg, metadata in answer.results:
            judged = model_finding(desired, rules, msg, metadata)
            join(merged, (judged.finding.code, msg, judged.finding.severity), judged)
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
