"""Defaults are filled in at one place, and every policy's schema is complete."""

from __future__ import annotations

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.policy.parameters import complete, with_defaults

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "plain": {"type": "string"},
        "limit": {"type": "integer", "default": 3},
        "nested": {"type": "object", "properties": {"inner": {"type": "boolean", "default": True}}},
    },
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"limit": 3}),
        ({"limit": 0}, {"limit": 0}),
        ({"limit": None}, {"limit": None}),
        ({"plain": "x", "nested": {}}, {"plain": "x", "nested": {"inner": True}, "limit": 3}),
        ({"nested": {"inner": False}}, {"nested": {"inner": False}, "limit": 3}),
    ],
)
def test_with_defaults(given: JsonObject, expected: JsonObject) -> None:
    assert with_defaults(SCHEMA, given) == expected


def test_with_defaults_of_nothing() -> None:
    assert with_defaults({"type": "object"}, {"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("codes", "rule"),
    [
        ((), {}),
        (
            ("a", "b"),
            {"rule": {"type": "string", "enum": ["a", "b"], "description": "Code of the only rule that does not judge."}},
        ),
    ],
    ids=["no codes", "codes"],
)
def test_object_policies_have_exemptions(codes: tuple[str, ...], rule: JsonObject) -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}
    pattern: JsonObject = {"type": "string", "minLength": 1}
    keys: JsonObject = {
        "namespace": {**pattern, "description": "Namespace of the object."},
        "workload": {**pattern, "description": "Name of the object, or of the workload that owns the Pod."},
        "container": {**pattern, "description": "Name of the container."},
        "image": {**pattern, "description": "Image of the container."},
        **rule,
    }
    exemptions: JsonObject = {
        "type": "array",
        "description": "What the policy does not judge. All keys of an entry must match; `*` counts at the ends.",
        "items": {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": keys},
        "default": [],
    }
    assert complete(schema, "object", codes) == {
        "type": "object",
        "properties": {"a": {"type": "string"}, "exemptions": exemptions},
        "additionalProperties": False,
    }


def test_fleet_policies_have_none() -> None:
    assert complete({"type": "object"}, "fleet") == {"type": "object", "properties": {}, "additionalProperties": False}
