"""The plan: what the gate is told about the constraints."""

from __future__ import annotations

from dataclasses import replace

from fleetgen.model.plain import Json, JsonObject
from fleetgen.policy.gate_plan import gate_plan, parameters
from tests.fleets import constraint, for_environments, policy

POD: JsonObject = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}


def entry(name: str, **changed: Json) -> JsonObject:
    filled: JsonObject = {"limit": 3, "exemptions": []}
    base: JsonObject = {"policy": "FG-POD-001", "area": "pod", "rule": "no_privileged", "name": name, "action": "deny"}
    return {**base, "parameters": filled, **changed}


def test_constraints_with_an_equal_match_stand_together() -> None:
    three = [
        constraint("a", match=POD),
        constraint("b", match={**POD, "namespaces": []}),
        constraint("c", match={**POD, "name": "x"}),
    ]
    assert gate_plan(for_environments(three, {"dev": {}})) == {
        "dev": {
            "deny": {
                "/Pod": [
                    {"match": {}, "constraints": [entry("a"), entry("b")]},
                    {"match": {"name": "x"}, "constraints": [entry("c")]},
                ]
            },
            "warn": {},
        }
    }


def test_rules_are_apart_and_only_objects_are_planned_for() -> None:
    fleet = policy("FG-FLT-001", scope="fleet")
    cluster = policy("FG-GPU-001", scope="cluster")
    mixed = [
        replace(constraint("a", match=POD), action="warn"),
        replace(constraint("b"), action="dryrun"),
        constraint("c", of=fleet),
        replace(constraint("d", of=cluster), action="warn"),
    ]
    assert gate_plan(for_environments(mixed, {"dev": {}})) == {
        "dev": {
            "deny": {},
            "warn": {
                "*": [{"match": {}, "constraints": [entry("b", action="dryrun")]}],
                "/Pod": [{"match": {}, "constraints": [entry("a", action="warn")]}],
            },
        }
    }


def test_environments_and_cluster_only_policies() -> None:
    here = replace(constraint("here"), environments=("dev",))
    never = constraint("never", of=policy(where="cluster"))
    empty: JsonObject = {"deny": {}, "warn": {}}
    denied: JsonObject = {"*": [{"match": {}, "constraints": [entry("here")]}]}
    got = gate_plan(for_environments([here, never], {"production": {}, "dev": {}}))
    assert got == {"dev": {**empty, "deny": denied}, "production": empty}
    assert list(got) == ["dev", "production"]


def test_whose_word_counts() -> None:
    values: dict[str, Json] = {"registries": ["ghcr.io"]}
    assert parameters(constraint(), values) == {"registries": ["ghcr.io"], "limit": 3, "exemptions": []}
    assert parameters(constraint(registries=["quay.io"], limit=1), values) == {
        "registries": ["quay.io"],
        "limit": 1,
        "exemptions": [],
    }
    assert parameters(constraint(), {"registries": []}) == {"limit": 3, "exemptions": []}
