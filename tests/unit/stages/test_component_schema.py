"""The schema of component.yaml is the one that the loader uses, and says of every key what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from fleetgen.inputs.documents import document_schema
from fleetgen.model.component import NamespaceUse
from fleetgen.model.finding import Finding
from fleetgen.model.plain import JsonObject
from fleetgen.stages.load.component_schema import component_schema, releases_schema
from fleetgen.stages.load.components import read

COMPONENT = """apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: mq}
spec:
  title: MQ
  description: A broker.
  wave: 3
  settings: {}
  defaults: {}
"""
CHART = "  chart: {repoURL: https://charts.example.com, name: mq, releaseName: mq, namespace: queue, values: values.yaml"


def undescribed(schema: JsonObject, path: str = "") -> Iterator[str]:
    """Keys without a description."""
    for name, value in cast("dict[str, JsonObject]", schema.get("properties", {})).items():
        if "description" not in value:
            yield f"{path}.{name}"
        yield from undescribed(value, f"{path}.{name}")
    items = cast("JsonObject", schema.get("items", {}))
    for each in cast("list[JsonObject]", items.get("anyOf", [items] if items else [])):
        yield from undescribed(each, f"{path}[]")


@pytest.mark.parametrize("kind", ["Component", "ComponentReleases"])
def test_every_key_is_described(kind: str) -> None:
    schema = cast("dict[str, JsonObject]", document_schema({}, kind)["properties"])
    assert [*undescribed(schema["spec"], "spec")] == []


def test_it_is_what_is_printed() -> None:
    assert document_schema({}, "Component") == component_schema()
    assert document_schema({}, "ComponentReleases") == releases_schema()


def test_the_loader_says_what_a_missing_key_is_for() -> None:
    problems: list[Finding] = []
    read({"templates/mq/component.yaml": COMPONENT.replace("  title: MQ\n", "").replace("wave", "wafe")}, problems)
    assert [(str(f.place), f.message, f.fix) for f in problems] == [
        ("templates/mq/component.yaml:4:1", "'title' is missing in spec", "add 'title': What it is, in one line"),
        (
            "templates/mq/component.yaml:4:1",
            "'wave' is missing in spec",
            "add 'wave': Order of installation: 0 operators and definitions, 1 Gatekeeper, 2 custom resources, 3 workloads",
        ),
        ("templates/mq/component.yaml:6:3", "unknown key 'wafe' in spec", "did you mean 'wave'?"),
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (CHART + "}\n", (NamespaceUse(name="queue"),)),
        (CHART + "}\n  namespaces: [more, queue]\n", (NamespaceUse(name="more"), NamespaceUse(name="queue"))),
        (
            CHART + ", where: {distribution: [k3s]}}\n  facts: [distribution]\n  namespaces: [more]\n",
            (NamespaceUse(name="queue", where={"distribution": ("k3s",)}), NamespaceUse(name="more")),
        ),
    ],
    ids=["alone", "listed", "somewhere"],
)
def test_the_namespace_of_a_chart_need_not_be_listed(more: str, expected: tuple[NamespaceUse, ...]) -> None:
    problems: list[Finding] = []
    found = read({"templates/mq/component.yaml": COMPONENT + more}, problems)
    assert problems == []
    assert found["mq"].namespaces == expected
