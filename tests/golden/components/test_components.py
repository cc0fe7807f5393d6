"""Golden cases of the components: rendered overlays and Helm values, and what every component promises."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.stages.lint import check
from tests.golden.components.cases import case, compare, components, names, objects


@pytest.mark.parametrize("name", names())
def test_renders_as_expected(name: str) -> None:
    golden = case(name)
    assert golden.findings == ()
    assert check(golden.overlay, golden.base) == []
    compare(golden.expected, golden.rendered, keep=("built.yaml",))


@pytest.mark.parametrize("name", sorted(components()))
def test_every_component_has_a_case(name: str) -> None:
    assert [found for found in names() if found.startswith(f"{name}/")]


@pytest.mark.parametrize("name", sorted(components()))
def test_every_setting_is_described_and_strict(name: str) -> None:
    schema = components()[name].settings
    silent = [
        f"{path}.{key}"
        for path, inner in objects(schema)
        for key, found in cast("JsonObject", inner.get("properties", {})).items()
        if not cast("JsonObject", found).get("description")
    ]
    open_ones = [path for path, inner in objects(schema) if inner.get("type") == "object" and "additionalProperties" not in inner]
    # in `{type: boolean, description: Off, nothing happens.}` YAML ends the text at the comma
    cut = [
        f"{path}.{key}"
        for path, inner in objects(schema)
        for key, found in cast("JsonObject", inner.get("properties", {})).items()
        if not str(cast("JsonObject", found).get("description")).endswith(".")
    ]
    assert (silent, open_ones, cut) == ([], [], [])


@pytest.mark.parametrize("name", sorted(components()))
def test_nothing_of_a_site_gets_into_an_overlay(name: str) -> None:
    texts = [text for found in names() if found.startswith(f"{name}/") for text in case(found).rendered.values()]
    assert [word for text in texts for word in ("site-1", "canary--", "production") if word in text] == []
