"""Constraints from policies/constraints/: Gatekeeper's form, checked more strictly than Gatekeeper does.

Gatekeeper accepts an unknown enforcementAction and never denies then; nulls in selectors abort its tools
(docs/decisions/0004-gate.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, cast

from generator.errors import InputError, problem
from generator.model.finding import Finding
from generator.model.plain import JsonObject
from generator.model.policy import Constraint, Policy
from generator.model.settings import Table, at, nearest_place, plain
from generator.policy.metadata import defaults
from generator.schemas.validate import Validator, suggest
from generator.yamlfile import parse

REQUIRED: Final = "fleetgen.io/required"
ENVIRONMENTS: Final = "fleetgen.io/environments"
_TEXTS: Final[JsonObject] = {"type": "array", "items": {"type": "string"}}
_SELECTOR: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
        "matchExpressions": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["key", "operator"],
                "properties": {
                    "key": {"type": "string"},
                    "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
                    "values": _TEXTS,
                },
            },
        },
    },
}
_MATCH: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "kinds": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": False, "properties": {"apiGroups": _TEXTS, "kinds": _TEXTS}},
        },
        "scope": {"enum": ["*", "Cluster", "Namespaced"]},
        "namespaces": _TEXTS,
        "excludedNamespaces": _TEXTS,
        "labelSelector": _SELECTOR,
        "namespaceSelector": _SELECTOR,
        "name": {"type": "string"},
        "source": {"enum": ["All", "Original", "Generated"]},
    },
}


@cache
def _validator() -> Validator:
    annotations: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "properties": {REQUIRED: {"enum": ["true", "false"]}, ENVIRONMENTS: {"type": "string"}},
    }
    metadata: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {"name": {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}, "annotations": annotations},
    }
    spec: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["enforcementAction"],
        "properties": {
            "enforcementAction": {"enum": ["deny", "warn", "dryrun"]},
            "match": _MATCH,
            "parameters": {"type": "object"},
        },
    }
    return Validator(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "properties": {
                "apiVersion": {"const": "constraints.gatekeeper.sh/v1beta1"},
                "kind": {"type": "string"},
                "metadata": metadata,
                "spec": spec,
            },
        }
    )


def read_constraints(
    files: Mapping[str, str], policies: Mapping[str, Policy], environments: Sequence[str]
) -> tuple[Constraint, ...]:
    """The constraints of all files. Raises InputError with all problems (E0801, E0805 for a policy without constraint)."""
    found: list[Finding] = []
    result: list[Constraint] = []
    for path in sorted(files):
        try:
            result += [_constraint(tree, policies, environments) for tree in parse(files[path], path)]
        except InputError as error:
            found += error.findings
    names: dict[str, Constraint] = {}
    for constraint in result:
        if names.setdefault(constraint.name, constraint) is not constraint:
            found.append(
                problem("E0801", f"two constraints are named '{constraint.name}'", fix="rename one", place=constraint.place)
            )
    used = {constraint.policy.id for constraint in result}
    for policy in policies.values():
        if policy.id not in used and not found:
            fix = "add a constraint to policies/constraints/, or remove the policy"
            found.append(problem("E0805", f"{policy.id} has no constraint, so it would never run", fix=fix, place=policy.place))
    if found:
        raise InputError(found)
    return tuple(sorted(result, key=lambda constraint: constraint.name))


def _constraint(tree: object, policies: Mapping[str, Policy], environments: Sequence[str]) -> Constraint:
    assert isinstance(tree, Table)  # noqa: S101 - the schema below reports anything else
    if found := _validator().findings(tree, code="E0801"):
        raise InputError(found)
    data = cast("dict[str, JsonObject]", plain(tree))
    kind = str(data["kind"])
    policy = next((p for p in policies.values() if p.kind == kind), None)
    if policy is None:
        fix = suggest(kind, [p.kind for p in policies.values()])
        raise InputError(problem("E0801", f"no policy has the kind '{kind}'", fix=fix, place=nearest_place(tree, ("kind",))))
    annotations = cast("dict[str, str]", data["metadata"].get("annotations", {}))
    listed = tuple(part.strip() for part in annotations.get(ENVIRONMENTS, "").split(",") if part.strip())
    unknown = [name for name in listed if name not in environments]
    if unknown:
        place = nearest_place(tree, ("metadata", "annotations", ENVIRONMENTS))
        raise InputError(
            [
                problem("E0301", f"there is no environment '{name}'", fix=suggest(name, environments), place=place)
                for name in unknown
            ]
        )
    parameters = at(tree, ("spec", "parameters")) or Table({}, tree.origin)
    strict: JsonObject = {"additionalProperties": False, **policy.parameters}
    if found := Validator(strict).findings(parameters, code="E0801", prefix="spec.parameters"):
        raise InputError(found)
    return Constraint(
        name=str(data["metadata"]["name"]),
        policy=policy,
        action=str(data["spec"]["enforcementAction"]),
        match=cast("JsonObject", data["spec"].get("match", {})),
        parameters=defaults(policy.parameters, cast("JsonObject", plain(parameters))),
        environments=listed,
        required=annotations.get(REQUIRED) == "true",
        place=tree.origin.place,
    )
