"""The plan of the gate: constraints by policy set, rule and kind, so that evaluation touches only what can match."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, PolicySet
from fleetgen.policy.match import indexed
from fleetgen.policy.parameters import with_defaults


def gate_plan(sets: Mapping[str, PolicySet]) -> JsonObject:
    """`data.plan` for the policy sets: their constraints on objects, but for policies that belong into the cluster only."""
    return {
        name: _set_plan([c for c in each.constraints if c.policy.where != "cluster" and c.policy.scope == "object"], each.values)
        for name, each in sorted(sets.items())
    }


def _set_plan(constraints: Sequence[Constraint], values: Mapping[str, Json]) -> JsonObject:
    rules: dict[str, dict[str, dict[str, JsonObject]]] = {"deny": {}, "warn": {}}
    for constraint in constraints:
        entry = _entry(constraint, values)
        groups = rules["deny" if constraint.action == "deny" else "warn"]
        for key, match in indexed(constraint.match):
            group = groups.setdefault(key, {}).setdefault(json.dumps(match, sort_keys=True), {"match": match, "constraints": []})
            listed = group["constraints"]
            if isinstance(listed, list):
                listed.append(entry)
    return {rule: {key: [*group.values()] for key, group in sorted(kinds.items())} for rule, kinds in rules.items()}


def _entry(constraint: Constraint, values: Mapping[str, Json]) -> JsonObject:
    policy = constraint.policy
    return {
        "policy": policy.id,
        "area": policy.area,
        "rule": policy.rule,
        "name": constraint.name,
        "action": constraint.action,
        "parameters": parameters(constraint, values),
    }


def parameters(constraint: Constraint, values: Mapping[str, Json]) -> JsonObject:
    """What the policy is given: the constraint's own words, else the environment's, else the schema's default."""
    policy = constraint.policy
    filled = {name: values[key] for name, key in policy.environment.items() if values.get(key)}
    return with_defaults(policy.parameters, {**filled, **constraint.parameters})


def known_policies(constraints: Sequence[Constraint]) -> JsonObject:
    """`data.known_policies`."""
    return {constraint.policy.id: True for constraint in constraints}
