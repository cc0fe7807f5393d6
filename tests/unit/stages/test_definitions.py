"""The schema of settings: its definitions are written out once, when the component is read, and what is no schema is refused."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.model.finding import Finding
from fleetgen.stages.load.components import read

COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: app}
spec:
  title: App
  description: Shares parts of its schema.
  wave: 3
  settings:
    $defs:
      size: {type: integer, minimum: 1, description: A size.}
      box:
        type: object
        additionalProperties: false
        properties: {width: {$ref: "#/$defs/size"}}
      round: {properties: {again: {$ref: "#/$defs/round"}}}
    properties: {%s}
  defaults: {version: "1"}
"""


def test_a_definition_is_written_out_with_what_is_said_beside_it() -> None:
    text = (
        COMPONENT
        % 'big: {$ref: "#/$defs/box", required: [width], description: A big box.}, list: {items: {$ref: "#/$defs/size"}}'
    )
    size = {"type": "integer", "minimum": 1, "description": "A size."}
    box = {"type": "object", "additionalProperties": False, "properties": {"width": size}}
    schema = read({"templates/app/component.yaml": text}, [])["app"].settings
    assert schema == {
        "type": "object",
        "additionalProperties": False,
        "properties": {"big": {**box, "required": ["width"], "description": "A big box."}, "list": {"items": size}},
    }


@pytest.mark.parametrize(
    ("used", "place", "message", "fix"),
    [
        ("a: {$ref: '#/$defs/sise'}", "17:28", "settings: there is no definition 'sise'", "did you mean 'size'?"),
        ("a: {$ref: '#/$defs/round'}", "16:42", "settings: 'round' refers to itself", "replace the reference with the schema"),
        (
            "a: {type: int}",
            "17:28",
            "spec.settings.properties.a.type is 'int', which is not one of the 7 known values",
            "did you mean 'integer'?",
        ),
        (
            "a: {type: [string, nul]}",
            "17:37",
            "spec.settings.properties.a.type[1] is 'nul', which is not one of the 7 known values",
            "did you mean 'null'?",
        ),
        ("a: {min: 1}", "17:22", "unknown key 'min' in spec.settings.properties.a", "did you mean 'minimum'?"),
        (
            "a: {items: {minimum: one}}",
            "17:39",
            "spec.settings.properties.a.items.minimum must be a number, not text",
            "change the value",
        ),
        (
            "a: {pattern: '(x'}",
            "17:31",
            "spec.settings.properties.a.pattern is '(x', which is not a valid regular expression",
            "correct the expression",
        ),
    ],
)
def test_what_is_no_schema_is_refused(used: str, place: str, message: str, fix: str) -> None:
    problems: list[Finding] = []
    assert read({"templates/app/component.yaml": COMPONENT % used}, problems) == {}
    assert [(found.code, str(found.place), found.message, found.fix) for found in problems] == [
        ("E0506", f"templates/app/component.yaml:{place}", message, fix)
    ]


def test_settings_are_a_mapping() -> None:
    problems: list[Finding] = []
    text = COMPONENT.replace("    properties: {%s}", "    type: array")
    assert read({"templates/app/component.yaml": text}, problems) == {}
    assert [(str(found.place), found.message, found.fix) for found in problems] == [
        ("templates/app/component.yaml:17:11", "spec.settings.type must be 'object', not 'array'", "write 'object'")
    ]
