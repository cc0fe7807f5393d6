"""What exporters export, and what rules and dashboards use."""

from __future__ import annotations

import json
from typing import Final

import pytest

from fleetgen.catalog.exporters import EXPORTER, ExportedMetrics, MetricUse, exported_metrics, metric_uses
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId


def config_map(data: JsonObject, exporter: str = "") -> Manifest:
    metadata: JsonObject = {"name": "x", "namespace": "y", "annotations": {EXPORTER: exporter} if exporter else None}
    content: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    return Manifest(id=ResourceId("", "ConfigMap", "y", "x"), data=content, digest="")


def rules(*items: JsonObject) -> Manifest:
    spec: JsonObject = {"groups": [{"name": "a", "rules": [*items]}]}
    identity = ResourceId("monitoring.coreos.com", "PrometheusRule", "y", "x")
    return Manifest(id=identity, data={"kind": "PrometheusRule", "metadata": {"name": "x"}, "spec": spec}, digest="")


CSV: Final = """# Field, type, help
DCGM_FI_DEV_GPU_UTIL, gauge, Utilisation.
  DCGM_FI_DEV_XID_ERRORS ,gauge,   The last error.

DCGM_FI_DRIVER_VERSION, label, Driver.
"""
AMD: Final[JsonObject] = {"CommonConfig": {"MetricsFieldPrefix": "amd_"}, "GPUConfig": {"Fields": ["GPU_HEALTH", "PCIE_RX"]}}
DCGM_NAMES: Final = frozenset({"DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_XID_ERRORS"})
EXPORTS: Final = {
    "fields of DCGM, without labels": (
        config_map({"dcgm-metrics.csv": CSV}, "dcgm-exporter"),
        ExportedMetrics(("DCGM_",), DCGM_NAMES),
    ),
    "fields of AMD, with a prefix": (
        config_map({"config.json": json.dumps(AMD)}, "amd-device-metrics-exporter"),
        ExportedMetrics(("amd_",), frozenset({"amd_gpu_health", "amd_pcie_rx"})),
    ),
    "fields of AMD, without a prefix": (
        config_map({"config.json": '{"GPUConfig": {"Fields": ["GPU_HEALTH"]}}'}, "amd-device-metrics-exporter"),
        ExportedMetrics(("gpu_", "pcie_"), frozenset({"gpu_health"})),
    ),
    "AMD without a list exports what it wants": (config_map({"config.json": "{}"}, "amd-device-metrics-exporter"), None),
    "a configuration that cannot be read": (config_map({"config.json": "{"}, "amd-device-metrics-exporter"), None),
    "a ConfigMap of nobody": (config_map({"dcgm-metrics.csv": CSV}), None),
    "an exporter that is not known": (config_map({"a": "b"}, "node-exporter"), None),
    "another object": (rules(), None),
}


@pytest.mark.parametrize(("manifest", "expected"), EXPORTS.values(), ids=EXPORTS)
def test_exported(manifest: Manifest, expected: ExportedMetrics | None) -> None:
    assert exported_metrics(manifest) == expected


def test_lacks_only_what_would_be_its_own() -> None:
    export = ExportedMetrics(("DCGM_",), DCGM_NAMES)
    names = ("DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DRIVER_VERSION", "up", "gpu:utilization:ratio")
    assert [name for name in names if export.lacks(name)] == ["DCGM_FI_DRIVER_VERSION"]


DASHBOARD: Final[Json] = {
    "panels": [
        {"title": "Row", "panels": [{"title": "Inner", "targets": [{"expr": "b"}]}]},
        {"title": "Utilisation", "targets": [{"expr": "a"}, {"expr": "c / d"}]},
        {"title": "Text", "options": {"content": "e"}},
    ],
    "templating": {"list": [{"name": "node", "query": {"query": "label_values(f, node)", "refId": "x"}, "definition": "f"}]},
}
USES: Final = {
    "rules": (
        rules({"record": "x:y", "expr": "sum(a)"}, {"alert": "A", "expr": "b > c"}),
        [MetricUse("record 'x:y'", ("a",)), MetricUse("alert 'A'", ("b", "c"))],
    ),
    "a dashboard": (
        config_map({"gpu.json": json.dumps(DASHBOARD), "other.json": "{}", "note.txt": '"panels"'}),
        [
            MetricUse("panel 'Inner'", ("b",)),
            MetricUse("panel 'Utilisation'", ("a",)),
            MetricUse("panel 'Utilisation'", ("c", "d")),
            MetricUse("variable 'node'", ("f", "node")),
            MetricUse("variable 'node'", ("f",)),
        ],
    ),
    "a dashboard that is broken": (config_map({"gpu.json": '{"panels"'}), []),
    "nothing in it": (rules(), []),
}


@pytest.mark.parametrize(("manifest", "expected"), USES.values(), ids=USES)
def test_uses(manifest: Manifest, expected: list[MetricUse]) -> None:
    assert list(metric_uses(manifest)) == expected
