"""What rules and dashboards may use, and what components want of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

import pytest

from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.model.settings import Items, Origin, Table, from_plain, merge
from fleetgen.model.variant import Variant
from fleetgen.stages import contract
from fleetgen.stages.build import manifests
from fleetgen.stages.render import setting_is_on
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import case, names

LAYER: Final = Place("fleet/defaults.yaml", 7, 5)


def with_settings(name: str, values: JsonObject, version: str = "") -> Variant:
    """The variant of a golden case, with settings that a layer says."""
    found = case(name).variant
    upper = from_plain({"values": values}, Origin("defaults", LAYER))
    merged = cast("Table", merge(found.settings, upper, found.component.rules))
    return replace(found, settings=merged, version=version or found.version)


def objects_of(name: str) -> Sequence[Manifest]:
    """The built objects of a golden case."""
    text = (case(name).expected / "built.yaml").read_text(encoding="utf-8")
    return manifests(Documents(root=name, documents=load_manifests(text)), Place(name))


def without(objects: Sequence[Manifest], field: str) -> list[Manifest]:
    """The same objects; the list of metrics has one line less."""
    key = "dcgm-metrics.csv"

    def cut(manifest: Manifest) -> Manifest:
        data = cast("JsonObject", manifest.data.get("data", {}))
        if key not in data:
            return manifest
        text = "".join(line for line in str(data[key]).splitlines(keepends=True) if not line.startswith(f"{field},"))
        return replace(manifest, data={**manifest.data, "data": {key: text}})

    return [cut(manifest) for manifest in objects]


def judged(variant: Variant, objects: Sequence[Manifest]) -> list[tuple[str, str, str]]:
    found = list(contract._not_exported([contract._measured(variant, objects)]))
    assert {each.code for each in found} <= {"E0708"}
    return [(str(each.place), each.message, each.fix) for each in found]


@pytest.mark.parametrize("name", names())
def test_rules_of_the_library_use_what_is_exported(name: str) -> None:
    assert judged(case(name).variant, objects_of(name)) == []


def test_a_rule_about_a_metric_that_nobody_exports() -> None:
    """Rule and panel are named, the fix names field and unit, the place is where somebody chose the metrics."""
    name = "dcgm-exporter/operator-alerts"
    field, listed = "DCGM_FI_DEV_RETIRED_PENDING", "ConfigMap gpu-operator/dcgm-exporter-metrics"
    places = {
        "panel 'Memory errors and what was replaced'": "ConfigMap gpu-operator/dcgm-exporter-dashboard",
        "alert 'GPUPagesPendingRetirement'": "PrometheusRule.monitoring.coreos.com gpu-operator/dcgm-exporter",
    }
    assert judged(case(name).variant, without(objects_of(name), field)) == [
        (
            "tests/golden/components/dcgm-exporter/operator-alerts/input.yaml:8:5",
            f"{what} in {place} of 'dcgm-exporter' uses {field}, which {listed} does not list",
            f"add {field} to the metrics of 'dcgm-exporter', or remove {what}",
        )
        for what, place in places.items()
    ]


def test_a_patched_in_rule_about_a_renamed_field() -> None:
    """Nobody chose metrics: the patch that brought the rule is the place."""
    name = "dcgm-exporter/operator-alerts"
    patch = Items((), Origin("group lab", Place("fleet/groups/lab.yaml", 12, 9)))
    variant = replace(case("dcgm-exporter/operator-default").variant, patches=(patch,))
    rule: Json = {"alert": "Mine", "expr": "sum by (gpu) (DCGM_FI_DEV_XID_ERROR) > 0 and on (gpu) DCGM_FI_DRIVER_VERSION"}
    own = Manifest(
        id=ResourceId("monitoring.coreos.com", "PrometheusRule", "gpu-operator", "mine"),
        data={"kind": "PrometheusRule", "spec": {"groups": [{"name": "mine", "rules": [rule]}]}},
        digest="",
    )
    listed = "ConfigMap gpu-operator/dcgm-exporter-metrics does not list"
    rest = "to the metrics of 'dcgm-exporter', or remove alert 'Mine'"
    place = "PrometheusRule.monitoring.coreos.com gpu-operator/mine of 'dcgm-exporter'"
    assert judged(variant, [*objects_of(name), own]) == [
        (
            "fleet/groups/lab.yaml:12:9",
            f"alert 'Mine' in {place} uses DCGM_FI_DEV_XID_ERROR, which {listed}",
            f"did you mean DCGM_FI_DEV_XID_ERRORS? If not, add DCGM_FI_DEV_XID_ERROR {rest}",
        ),
        (
            "fleet/groups/lab.yaml:12:9",
            f"alert 'Mine' in {place} uses DCGM_FI_DRIVER_VERSION, which {listed}",
            f"add DCGM_FI_DRIVER_VERSION {rest}",
        ),
    ]


def test_without_a_list_nothing_is_known() -> None:
    objects = [each for each in objects_of("dcgm-exporter/operator-alerts") if each.id.kind != "ConfigMap"]
    assert judged(case("dcgm-exporter/operator-alerts").variant, objects) == []


OPERATOR: Final = "gpu-operator/k3s-l4-time-slicing"
FITTING: Final[JsonObject] = {"dcgmExporter": {"metricsConfigMap": "dcgm-exporter-metrics"}}
NEIGHBOURS: Final = {
    "told the list, with the exporter that it brings": ("operator-default", FITTING, "v26.3.3", []),
    "not told the list": (
        "operator-default",
        {"dcgmExporter": {"enabled": True}},
        "v26.3.2",
        [
            (
                "templates/gpu-operator/component.yaml:1:1",
                (
                    "'dcgm-exporter' when form is operator needs "
                    "dcgmExporter.metricsConfigMap=dcgm-exporter-metrics in 'gpu-operator'"
                ),
                (
                    "set components.gpu-operator.values.dcgmExporter.metricsConfigMap to dcgm-exporter-metrics, "
                    "otherwise the exporter keeps its own list"
                ),
            )
        ],
    ),
    "another exporter": (
        "operator-default",
        FITTING,
        "v26.7.0",
        [
            (
                "templates/dcgm-exporter/component.yaml:1:1",
                "'dcgm-exporter' 4.5.3-4.8.2 works with 'gpu-operator' v26.3.2 or v26.3.3, not with v26.7.0",
                "set components.dcgm-exporter.version to the exporter that the operator's release brings",
            )
        ],
    ),
    "two exporters a card": (
        "standalone",
        {"dcgmExporter": {"enabled": True}},
        "v26.7.0",
        [
            (
                "fleet/defaults.yaml:7:5",
                "'dcgm-exporter' when form is standalone does not work with dcgmExporter.enabled in 'gpu-operator'",
                (
                    "set form to operator, or switch components.gpu-operator.values.dcgmExporter.enabled off; "
                    "each card needs only one exporter"
                ),
            )
        ],
    ),
    "two scrapes a card": (
        "operator-alerts",
        {"dcgmExporter": {"metricsConfigMap": "dcgm-exporter-metrics", "serviceMonitor": {"enabled": True}}},
        "v26.3.3",
        [
            (
                "fleet/defaults.yaml:7:5",
                (
                    "'dcgm-exporter' when serviceMonitor.enabled is on does not work with "
                    "dcgmExporter.serviceMonitor.enabled in 'gpu-operator'"
                ),
                (
                    "switch components.gpu-operator.values.dcgmExporter.serviceMonitor.enabled off; "
                    "two ServiceMonitors would count every card twice"
                ),
            )
        ],
    ),
}


@pytest.mark.parametrize(("name", "operator", "version", "expected"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_what_a_component_wants_of_another(
    name: str, operator: JsonObject, version: str, expected: list[tuple[str, str, str]]
) -> None:
    variants = [case(f"dcgm-exporter/{name}").variant, with_settings(OPERATOR, operator, version)]
    found = list(contract._neighbours(variants, setting_is_on))
    assert {each.code for each in found} <= {"E0709"}
    assert [(str(each.place), each.message, each.fix) for each in found] == expected
