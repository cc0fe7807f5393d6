"""Defaults are filled in at one place, and every policy's schema is complete."""

from __future__ import annotations

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.policy.parameters import EXEMPTIONS, complete, with_defaults

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


def test_object_policies_have_exemptions() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}
    expected = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "exemptions": EXEMPTIONS},
        "additionalProperties": False,
    }
    assert complete(schema, "object") == expected


def test_fleet_policies_have_none() -> None:
    assert complete({"type": "object"}, "fleet") == {"type": "object", "properties": {}, "additionalProperties": False}
