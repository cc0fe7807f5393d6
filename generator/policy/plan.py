"""The plan of the gate: constraints by policy set, rule and kind, so that evaluation touches only what can match."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from generator.model.plain import Json, JsonObject
from generator.model.policy import Constraint


def plan(constraints: Sequence[Constraint], sets: Mapping[str, Mapping[str, Json]]) -> JsonObject:
    """`data.plan` for the policy sets; `sets` gives each set's environment values (registries) for parameters from there."""
    return {
        name: _set_plan([c for c in constraints if not c.environments or name in c.environments], values)
        for name, values in sorted(sets.items())
    }


def _set_plan(constraints: Sequence[Constraint], values: Mapping[str, Json]) -> JsonObject:
    rules: dict[str, dict[str, dict[str, JsonObject]]] = {"deny": {}, "warn": {}}
    scoped: dict[str, list[Json]] = {"cluster": [], "fleet": []}
    for constraint in constraints:
        entry = _entry(constraint, values)
        if constraint.policy.scope != "object":
            scoped[constraint.policy.scope].append(entry)
            continue
        groups = rules["deny" if constraint.action == "deny" else "warn"]
        for key, match in _index(constraint.match):
            group = groups.setdefault(key, {}).setdefault(json.dumps(match, sort_keys=True), {"match": match, "constraints": []})
            listed = group["constraints"]
            if isinstance(listed, list):
                listed.append(entry)
    indexed: JsonObject = {
        rule: {key: [*group.values()] for key, group in sorted(kinds.items())} for rule, kinds in rules.items()
    }
    return indexed | dict(scoped)


def _entry(constraint: Constraint, values: Mapping[str, Json]) -> JsonObject:
    policy = constraint.policy
    given: JsonObject = {parameter: values[key] for parameter, key in policy.environment.items() if values.get(key)}
    parameters: JsonObject = {**constraint.parameters, **given}
    return {
        "policy": policy.id,
        "area": policy.area,
        "rule": policy.rule,
        "name": constraint.name,
        "action": constraint.action,
        "parameters": parameters,
    }


def _index(match: JsonObject) -> list[tuple[str, JsonObject]]:
    """(group/Kind or `*`, the matchers that are left). Matchers that hold for everything are dropped."""
    rest: JsonObject = {key: value for key, value in match.items() if key != "kinds" and value not in ([], "", "*", "All")}
    entries = match.get("kinds")
    if not isinstance(entries, list) or not entries:
        return [("*", rest)]
    exact: list[str] = []
    for entry in entries:
        groups, kinds = _names(entry, "apiGroups"), _names(entry, "kinds")
        if not groups or not kinds or "*" in groups or "*" in kinds:
            return [("*", {**rest, "kinds": entries})]
        exact += [f"{group}/{kind}" for group in groups for kind in kinds]
    return [(key, rest) for key in dict.fromkeys(exact)]


def _names(entry: Json, key: str) -> list[str]:
    names = entry.get(key) if isinstance(entry, dict) else None
    return [str(name) for name in names] if isinstance(names, list) else []


def known_policies(constraints: Sequence[Constraint]) -> JsonObject:
    """`data.known_policies`."""
    return {constraint.policy.id: True for constraint in constraints}
