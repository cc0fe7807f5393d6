"""Policies and constraints in Gatekeeper's form, with the same Rego, match and parameters as in the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, ExportedPolicy, Policy, PolicySet
from fleetgen.policy.gate_plan import parameters

TARGET: Final = "admission.k8s.gatekeeper.sh"
# The kind of a constraint comes into being some seconds after its template, and is not there in a dry run before the first sync.
_LATER: Final[JsonObject] = {
    "argocd.argoproj.io/sync-wave": "1",
    "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true",
}
_PACKAGE: Final = re.compile(r"^package\s+(\S+)", re.MULTILINE)
_ANNOTATIONS: Final = re.compile(r"^# METADATA\n(?:#.*\n)*", re.MULTILINE)
_LIBRARY: Final = re.compile(r"^import\s+data\.(lib\.[A-Za-z0-9_.]+)", re.MULTILINE)


def export(
    ids: Sequence[str],
    policies: Mapping[str, Policy],
    sets: Mapping[str, PolicySet],
    *,
    sources: Mapping[str, str],
) -> dict[str, ExportedPolicy]:
    """The policies named by `ids`, with the constraints of each policy set. `sources`: path -> Rego.

    Raises InputError E0801 for a policy that does not exist, judges no objects, or belongs in the gate only.
    """
    if wrong := [finding for name in ids for finding in _unfit(name, policies)]:
        raise InputError(wrong)
    packages = packages_of(sources)
    return {
        name: ExportedPolicy(
            policy=policies[name],
            template=template(policies[name], packages),
            constraints={
                each.name: tuple(constraint_document(c, each.values) for c in each.constraints if c.policy.id == name)
                for each in sets.values()
            },
        )
        for name in ids
    }


def exportable(policies: Mapping[str, Policy]) -> list[str]:
    """The ids of all policies that can run in clusters, sorted."""
    return sorted(name for name in policies if not [*_unfit(name, policies)])


def packages_of(sources: Mapping[str, str]) -> dict[str, str]:
    """Package -> Rego as it is exported, of `sources` (path -> Rego)."""
    return {match[1]: _exported(text) for text in sources.values() if (match := _PACKAGE.search(text))}


def _unfit(name: str, policies: Mapping[str, Policy]) -> Iterator[Finding]:
    policy = policies.get(name)
    if policy is None:
        yield problem("E0801", f"a component exports policy {name}, which does not exist", fix="see: fleetgen list policies")
    elif policy.scope != "object":
        yield problem(
            "E0801",
            f"{name} judges a {policy.scope}; only policies of scope object run in clusters",
            fix="remove it from the component",
            place=policy.place,
        )
    elif policy.where == "gate":
        yield problem(
            "E0801",
            f"a component exports {name}, but that policy has where: gate",
            fix="remove it from the component, or set `where: both`",
            place=policy.place,
        )


def template(policy: Policy, packages: Mapping[str, str]) -> JsonObject:
    """The ConstraintTemplate. A library that is not closed over would load in Gatekeeper and never fire."""
    rego = packages[f"policies.{policy.area}.{policy.rule}"]
    source: JsonObject = {"version": "v1", "rego": rego, "libs": [packages[name] for name in libraries(rego, packages)]}
    validation: JsonObject = {"legacySchema": False, "openAPIV3Schema": structural(policy.parameters)}
    annotations: JsonObject = {"fleetgen.io/policy": policy.id, "description": policy.title}
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": policy.kind.lower(), "annotations": annotations},
        "spec": {
            "crd": {"spec": {"names": {"kind": policy.kind}, "validation": validation}},
            "targets": [{"target": TARGET, "code": [{"engine": "Rego", "source": source}]}],
        },
    }


def _exported(rego: str) -> str:
    """Without METADATA, which only the gate reads; half of what a site would pull of a policy is METADATA.

    Indented by blanks: YAML writes text with tabs as one long quoted line, which nobody can review.
    """
    return re.sub(r"^\t+", lambda tabs: "  " * len(tabs[0]), _ANNOTATIONS.sub("", rego), flags=re.MULTILINE)


def libraries(rego: str, packages: Mapping[str, str]) -> list[str]:
    """The packages below `lib` that a source imports, directly or through another, sorted."""
    found: set[str] = set()
    waiting = [rego]
    while waiting:
        for name in _LIBRARY.findall(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(packages[name])
    return sorted(found)


def structural(schema: JsonObject) -> JsonObject:
    """A JSON Schema as a structural schema of Kubernetes: unknown parameters are dropped there instead of refused."""
    result: JsonObject = {}
    for key, value in schema.items():
        if key == "additionalProperties" and value is False:
            continue
        if key == "properties" and isinstance(value, dict):
            result[key] = {name: structural(inner) if isinstance(inner, dict) else inner for name, inner in value.items()}
        elif key == "items" and isinstance(value, dict):
            result[key] = structural(value)
        else:
            result[key] = value
    return result


def constraint_document(constraint: Constraint, values: Mapping[str, Json]) -> JsonObject:
    """The constraint with every parameter filled in."""
    spec: JsonObject = {"enforcementAction": constraint.action}
    if constraint.match:
        spec["match"] = constraint.match
    spec["parameters"] = parameters(constraint, values)
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": constraint.policy.kind,
        "metadata": {"name": constraint.name, "annotations": {**_LATER}},
        "spec": spec,
    }
