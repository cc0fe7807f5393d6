"""Definitions in a settings schema: written out once, when the component is read."""

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
    ("used", "message", "fix"),
    [
        ("a: {$ref: '#/$defs/sise'}", "settings: there is no definition 'sise'", "did you mean 'size'?"),
        ("a: {$ref: '#/$defs/round'}", "settings: 'round' refers to itself", "replace the reference with the schema"),
    ],
)
def test_a_broken_definition_is_refused(used: str, message: str, fix: str) -> None:
    problems: list[Finding] = []
    assert read({"templates/app/component.yaml": COMPONENT % used}, problems) == {}
    assert [(found.code, found.message, found.fix) for found in problems] == [("E0506", message, fix)]
