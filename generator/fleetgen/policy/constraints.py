"""Constraints from policies/constraints/: Gatekeeper's form, checked more strictly than Gatekeeper does.

Gatekeeper accepts an unknown enforcementAction and never denies then, and it does not look at unknown parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, Policy
from fleetgen.model.settings import Node, Table, at, key_place, nearest_place, plain
from fleetgen.policy import match
from fleetgen.schemas.validate import Validator
from fleetgen.words import suggest
from fleetgen.yamlfile import parse

REQUIRED: Final = "fleetgen.io/required"
ENVIRONMENTS: Final = "fleetgen.io/environments"


@cache
def _validator() -> Validator:
    return Validator(
        _closed(
            {
                "apiVersion": {"const": "constraints.gatekeeper.sh/v1beta1"},
                "kind": {"type": "string"},
                "metadata": _closed(
                    {
                        "name": {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63},
                        "annotations": _closed({REQUIRED: {"enum": ["true", "false"]}, ENVIRONMENTS: {"type": "string"}}),
                    },
                    "name",
                ),
                "spec": _closed(
                    {
                        "enforcementAction": {"enum": ["deny", "warn", "dryrun"]},
                        "match": match.SCHEMA,
                        "parameters": {"type": "object"},
                    },
                    "enforcementAction",
                ),
            },
            *("apiVersion", "kind", "metadata", "spec"),
        )
    )


def _closed(properties: JsonObject, *required: str) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": properties}


def read_constraints(
    files: Mapping[str, str], policies: Mapping[str, Policy], environments: Sequence[str]
) -> tuple[Constraint, ...]:
    """The constraints of all files, by name. Raises InputError with all problems (E0801, E0301, E0805)."""
    found: list[Finding] = []
    result: list[Constraint] = []
    for path in sorted(files):
        try:
            trees = parse(files[path], path)
        except InputError as error:
            found += error.findings
            continue
        for tree in trees:
            try:
                result.append(_constraint(tree, policies, environments))
            except InputError as error:
                found += error.findings
    found += _twice(result)
    if not found:
        found += _idle(policies, result)
    if found:
        raise InputError(found)
    return tuple(sorted(result, key=lambda constraint: constraint.name))


def _twice(constraints: Sequence[Constraint]) -> Iterable[Finding]:
    names: dict[str, Constraint] = {}
    for constraint in constraints:
        if (first := names.setdefault(constraint.name, constraint)) is not constraint:
            message = f"two constraints are named '{constraint.name}'; the first is in {first.place}"
            yield problem("E0801", message, fix="rename one", place=constraint.place)


def _idle(policies: Mapping[str, Policy], constraints: Sequence[Constraint]) -> Iterable[Finding]:
    used = {constraint.policy.id for constraint in constraints}
    for policy in policies.values():
        if policy.id not in used:
            fix = "add a constraint to policies/constraints/, or remove the policy"
            yield problem("E0805", f"{policy.id} has no constraint, so it would never run", fix=fix, place=policy.place)


def _constraint(tree: Node, policies: Mapping[str, Policy], environments: Sequence[str]) -> Constraint:
    if found := [*_validator().findings(tree, code="E0801"), *match.findings(tree, ("spec", "match"))]:
        raise InputError(found)
    data = cast("dict[str, JsonObject]", plain(tree))
    by_kind = {policy.kind: policy for policy in policies.values()}
    kind = str(data["kind"])
    if kind not in by_kind:
        place = nearest_place(tree, ("kind",))
        raise InputError(problem("E0801", f"no policy has the kind '{kind}'", fix=suggest(kind, by_kind), place=place))
    policy = by_kind[kind]
    annotations = cast("dict[str, str]", data["metadata"].get("annotations", {}))
    listed = tuple(part.strip() for part in annotations.get(ENVIRONMENTS, "").split(",") if part.strip())
    found = [*_unknown(tree, listed, environments), *_without_match(tree, policy), *_parameters(tree, policy)]
    if found:
        raise InputError(found)
    return Constraint(
        name=str(data["metadata"]["name"]),
        policy=policy,
        action=str(data["spec"]["enforcementAction"]),
        match=cast("JsonObject", data["spec"].get("match", {})),
        parameters=cast("JsonObject", data["spec"].get("parameters", {})),
        environments=listed,
        required=annotations.get(REQUIRED) == "true",
        place=tree.origin.place,
    )


def _unknown(tree: Node, listed: Sequence[str], environments: Sequence[str]) -> Iterable[Finding]:
    place = nearest_place(tree, ("metadata", "annotations", ENVIRONMENTS))
    for name in listed:
        if name not in environments:
            yield problem("E0301", f"there is no environment '{name}'", fix=suggest(name, environments), place=place)


def _without_match(tree: Node, policy: Policy) -> Iterable[Finding]:
    if policy.scope != "object" and at(tree, ("spec", "match")) is not None:
        message = f"{policy.id} judges a {policy.scope}, where a match has no effect"
        fix = f"remove spec.match; use the annotation {ENVIRONMENTS}"
        yield problem("E0801", message, fix=fix, place=key_place(tree, ("spec", "match")))


def _parameters(tree: Node, policy: Policy) -> Iterable[Finding]:
    """What the constraint says must fit the policy's schema; what an environment will fill in may be missing."""
    required = policy.parameters.get("required")
    missing: list[Json] = [name for name in required if name not in policy.environment] if isinstance(required, list) else []
    schema: JsonObject = {**policy.parameters, "required": missing}
    parameters = at(tree, ("spec", "parameters")) or Table({}, tree.origin)
    return Validator(schema).findings(parameters, code="E0801", prefix="spec.parameters")
