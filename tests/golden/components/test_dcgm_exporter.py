"""The component dcgm-exporter: its table of fields, the presets against its own rules and dashboard, and what it refuses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import pytest

from fleetgen.catalog.exporters import EXPORTER, ExportedMetrics, exported_metrics, metric_uses
from fleetgen.errors import InputError
from fleetgen.model.component import Component
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.model.settings import Origin, Table, from_plain, merge
from fleetgen.model.variant import Variant
from fleetgen.stages.render import Renderer
from fleetgen.yamlfile import load_manifests, parse
from tests.golden.components.cases import case, components

ALERTS: Final[JsonObject] = {
    "serviceMonitor": {"enabled": True},
    "alerts": {"enabled": True, "runbook": "https://docs.example.com/gpu"},
    "dashboard": {"enabled": True},
}


@pytest.fixture
def component() -> Component:
    return components()["dcgm-exporter"]


def fields(component: Component) -> dict[str, JsonObject]:
    return cast("dict[str, JsonObject]", component.releases[0].data["fields"])


def variant(golden: str, settings: JsonObject, version: str = "") -> Variant:
    """The variant of a golden case with more settings on top."""
    found = case(f"dcgm-exporter/{golden}").variant
    upper = from_plain({"values": settings}, Origin("test", found.component.place))
    merged = cast("Table", merge(found.settings, upper, found.component.rules))
    return replace(found, settings=merged, version=version or found.version)


def rendered(found: Variant) -> tuple[ExportedMetrics, list[Manifest]]:
    """What the list of a variant exports, and the objects that use metrics: its rules, and its dashboard in a ConfigMap."""
    overlay = Renderer().overlay(found)
    files = {path.removeprefix(f"{overlay.root}/"): text for path, text in overlay.files.items()}
    listed = exported_metrics(config_map({"metrics": files["metrics.csv"]}, {EXPORTER: "dcgm-exporter"}))
    assert listed is not None
    objects = [config_map({"gpu.json": files["dashboard.json"]}, {})] if "dashboard.json" in files else []
    if "prometheus-rule.yaml" in files:
        rule = cast("JsonObject", load_manifests(files["prometheus-rule.yaml"])[0])
        objects.append(Manifest(id=ResourceId("monitoring.coreos.com", "PrometheusRule", "x", "x"), data=rule, digest=""))
    return listed, objects


def config_map(data: JsonObject, annotations: JsonObject) -> Manifest:
    content: JsonObject = {"metadata": {"annotations": annotations}, "data": data}
    return Manifest(id=ResourceId("", "ConfigMap", "x", "x"), data=content, digest="")


VERSIONS: Final = [version for release in components()["dcgm-exporter"].releases for version in release.versions]


@pytest.mark.parametrize("golden", ["operator-alerts", "openshift-mig"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("preset", ["alerts", "full"])
def test_a_preset_has_all_that_rules_and_dashboard_use(golden: str, version: str, preset: str) -> None:
    listed, objects = rendered(variant(golden, {**ALERTS, "metrics": {"preset": preset}}, version))
    used = [use for found in objects for use in metric_uses(found)]
    assert len(used) > 30
    assert [(use.what, metric) for use in used for metric in use.metrics if listed.lacks(metric)] == []


def test_the_exporters_own_list_lacks_what_most_alerts_need() -> None:
    listed, objects = rendered(variant("operator-alerts", {**ALERTS, "metrics": {"preset": "default"}}))
    lacking = {use.what for found in objects for use in metric_uses(found) if any(map(listed.lacks, use.metrics))}
    assert lacking == {
        "alert 'GPUEccDoubleBit'",
        "alert 'GPUPagesPendingRetirement'",
        "alert 'GPURowRemapPending'",
        "panel 'Memory errors and what was replaced'",
        "panel 'Power and its limit'",
        "panel 'Temperature and where the card slows down'",
        "record 'gpu:power_limit_ratio:max'",
        "record 'gpu:thermal_margin_celsius:min'",
    }


def test_a_name_means_one_field(component: Component) -> None:
    known = fields(component)
    aliases = [str(alias) for field in known.values() for alias in cast("list[str]", field.get("aliases", []))]
    assert len({*known, *aliases}) == len(known) + len(aliases)


def test_fields_are_lines_of_the_list(component: Component) -> None:
    """The exporter wants three columns and a type that it knows; a line that it cannot read keeps it from starting."""
    groups = [str(group["name"]) for group in cast("list[JsonObject]", component.releases[0].data["groups"])]
    for name, field in fields(component).items():
        assert re.fullmatch(r"DCGM_(FI|EXP)_[A-Z0-9_]+", name)
        assert field["type"] in {"gauge", "counter", "label"}
        assert field["group"] in groups
        assert re.fullmatch(r'[^,"\n]+', str(field["help"]))
    ids = [field["id"] for field in fields(component).values() if "id" in field]
    assert len(set(ids)) == len(ids)


def test_releases_speak_of_fields_that_are_known(component: Component) -> None:
    for release in component.releases:
        named = [name for key in ("lacks", "notDefault", "openshiftRules") for name in cast("list[str]", release.data[key])]
        assert set(named) <= set(fields(component))
        assert sorted(cast("JsonObject", release.data["operators"])) == sorted(VERSIONS)


@pytest.mark.parametrize("golden", ["operator-alerts", "openshift-mig"])
def test_the_dashboard_is_one(golden: str) -> None:
    overlay = Renderer().overlay(variant(golden, ALERTS))
    board = json.loads(next(text for path, text in overlay.files.items() if path.endswith("dashboard.json")))
    panels = board["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    assert all(target["expr"] and target["legendFormat"] for panel in panels for target in panel["targets"])
    cells = [(x, y) for p in panels for x in _span(p, "x", "w") for y in _span(p, "y", "h")]
    assert len(set(cells)) == len(cells)
    wanted = {"operator-alerts": ["datasource", "cluster", "site", "node", "gpu"], "openshift-mig": ["node", "gpu"]}
    assert [each["name"] for each in board["templating"]["list"]] == wanted[golden]


def _span(panel: dict[str, dict[str, int]], start: str, length: str) -> range:
    return range(panel["gridPos"][start], panel["gridPos"][start] + panel["gridPos"][length])


def test_every_alert_has_a_severity_and_a_section_of_the_runbook(component: Component, root: Path) -> None:
    _, objects = rendered(variant("openshift-mig", ALERTS))
    alerts = {use.what.split("'")[1] for found in objects for use in metric_uses(found) if use.what.startswith("alert")}
    severities = cast("JsonObject", cast("JsonObject", component.settings["properties"])["alerts"])
    properties = cast("JsonObject", cast("JsonObject", severities["properties"])["severity"])
    assert sorted(cast("list[str]", properties["required"])) == sorted(alerts)
    runbook = (root / "docs" / "runbooks" / "gpu.md").read_text(encoding="utf-8")
    assert sorted(alerts - set(re.findall(r"^## (\w+)$", runbook, re.MULTILINE))) == []


EVERYWHERE: Final = "which every version knows: it names the metric, so the same rules work everywhere"
REFUSED: Final = {
    "a name that only newer versions know": (
        "metrics: {add: [DCGM_FI_DEV_FAN_SPEED, DCGM_FI_DEV_XID_ERROR]}",
        "",
        "fleet/defaults.yaml:1:40",
        "values.metrics.add.1: DCGM_FI_DEV_XID_ERROR is another name for DCGM_FI_DEV_XID_ERRORS",
        f"use DCGM_FI_DEV_XID_ERRORS, {EVERYWHERE}",
    ),
    "a name that newer versions have forgotten": (
        "metrics: {add: [DCGM_FI_DEV_CLOCK_THROTTLE_REASONS]}",
        "",
        "fleet/defaults.yaml:1:17",
        "values.metrics.add.0: DCGM_FI_DEV_CLOCK_THROTTLE_REASONS is another name for DCGM_FI_DEV_CLOCKS_EVENT_REASONS",
        f"use DCGM_FI_DEV_CLOCKS_EVENT_REASONS, {EVERYWHERE}",
    ),
    "a field that this version does not know": (
        "metrics: {add: [DCGM_FI_DEV_MEMORY_UNREPAIRABLE_FLAG]}",
        "4.3.1-4.4.0",
        "fleet/defaults.yaml:1:17",
        (
            "values.metrics.add.0: version 4.3.1-4.4.0 does not know DCGM_FI_DEV_MEMORY_UNREPAIRABLE_FLAG "
            "and would not start with it"
        ),
        "remove it, or use a later version",
    ),
    "a field that is not there": (
        "metrics: {remove: [DCGM_FI_DEV_FAN_SPED]}",
        "",
        "fleet/defaults.yaml:1:20",
        "values.metrics.remove.0: no known version of DCGM has a field DCGM_FI_DEV_FAN_SPED",
        "did you mean 'DCGM_FI_DEV_FAN_SPEED'?",
    ),
    "a field that is wanted and not": (
        "metrics: {add: [DCGM_FI_DEV_PSTATE], remove: [DCGM_FI_DEV_PSTATE]}",
        "",
        "fleet/defaults.yaml:1:47",
        "values.metrics.remove.0: DCGM_FI_DEV_PSTATE is also in metrics.add",
        "keep one of the two",
    ),
}


@pytest.mark.parametrize(("settings", "version", "place", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(settings: str, version: str, place: str, message: str, fix: str) -> None:
    found = variant("operator-default", {}, version)
    (upper,) = parse(f"{settings}", "fleet/defaults.yaml")
    values = merge(found.settings.entries["values"], upper, {path[1:]: rule for path, rule in found.component.rules.items()})
    settled = replace(found, settings=Table({**found.settings.entries, "values": values}, found.settings.origin))
    with pytest.raises(InputError) as caught:
        Renderer().overlay(settled)
    assert [(str(each.place), each.message, each.fix) for each in caught.value.findings] == [(place, message, fix)]
