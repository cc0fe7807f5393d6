"""Metrics of cards: what an exporter exports by its configuration, and what rules and dashboards want of it. Pure.

A ConfigMap says by an annotation whose configuration it holds. From then on every metric with that exporter's prefix that a
rule or a dashboard of the same cluster uses has to be in it: Prometheus answers a question about a metric that does not exist
with silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, list_of, mapping_of
from fleetgen.promql import metrics

EXPORTER: Final = "fleetgen.io/exporter"
_QUERIES: Final = ("expr", "query", "definition")


@dataclass(frozen=True, slots=True)
class ExportedMetrics:
    """Everything that an exporter exports: of all metrics that begin with one of `prefixes` there are those of `names`."""

    prefixes: tuple[str, ...]
    names: frozenset[str]

    def lacks(self, metric: str) -> bool:
        """Whether the metric would be this exporter's, and is not exported."""
        return metric.startswith(self.prefixes) and metric not in self.names


@dataclass(frozen=True, slots=True)
class MetricUse:
    """Something that uses metrics: `what` is, for example, `alert 'GPUIdle'`."""

    what: str
    metrics: tuple[str, ...]


def exported_metrics(manifest: Manifest) -> ExportedMetrics | None:
    """What an exporter with this ConfigMap exports; None unless the annotation `fleetgen.io/exporter` names a known exporter."""
    if (manifest.id.group, manifest.id.kind) != ("", "ConfigMap"):
        return None
    reader = _READERS.get(str(mapping_of(mapping_of(manifest.data.get("metadata")).get("annotations")).get(EXPORTER, "")))
    return reader([str(text) for text in mapping_of(manifest.data.get("data")).values()]) if reader else None


def metric_uses(manifest: Manifest) -> Iterator[MetricUse]:
    """What the rules of a PrometheusRule, or the panels and variables of a dashboard (JSON in a ConfigMap), use."""
    if (manifest.id.group, manifest.id.kind) == ("monitoring.coreos.com", "PrometheusRule"):
        for group in list_of(mapping_of(manifest.data.get("spec")).get("groups")):
            for rule in map(mapping_of, list_of(mapping_of(group).get("rules"))):
                kind = "alert" if "alert" in rule else "record"
                yield MetricUse(f"{kind} '{rule.get(kind)}'", metrics(str(rule.get("expr", ""))))
    elif (manifest.id.group, manifest.id.kind) == ("", "ConfigMap"):
        for name, text in mapping_of(manifest.data.get("data")).items():
            if name.endswith(".json") and '"panels"' in str(text):
                yield from _queries(_json(str(text)), f"dashboard '{name}'")


def _queries(node: Json, inside: str) -> Iterator[MetricUse]:
    """Every query below a part of a dashboard, under the title of the panel or the name of the variable that asks it."""
    if isinstance(node, list):
        for item in node:
            yield from _queries(item, inside)
    elif isinstance(node, dict):
        if "targets" in node:
            inside = f"panel '{node.get('title')}'"
        elif "query" in node and "name" in node:
            inside = f"variable '{node['name']}'"
        for key, value in node.items():
            if key in _QUERIES and isinstance(value, str):
                yield MetricUse(inside, metrics(value))
            else:
                yield from _queries(value, inside)


def _dcgm(texts: list[str]) -> ExportedMetrics:
    """Lines of field, type and help; a field of type `label` becomes a label of the others (dcgm-exporter, README)."""
    written = (line.strip() for text in texts for line in text.splitlines())
    lines = [line.split(",") for line in written if line and not line.startswith("#")]
    names = frozenset(line[0].strip() for line in lines if [part.strip() for part in line[1:2]] != ["label"])
    return ExportedMetrics(("DCGM_",), names)


def _amd(texts: list[str]) -> ExportedMetrics | None:
    """Names are field names in lower case behind the prefix (device-metrics-exporter, docs/configuration/configmap.md)."""
    for text in texts:
        data = mapping_of(_json(text))
        fields = list_of(mapping_of(data.get("GPUConfig")).get("Fields"))
        if fields:
            prefix = str(mapping_of(data.get("CommonConfig")).get("MetricsFieldPrefix", ""))
            names = frozenset(f"{prefix}{str(field).lower()}" for field in fields)
            return ExportedMetrics((prefix,) if prefix else ("gpu_", "pcie_"), names)
    return None


_READERS: Final[Mapping[str, Callable[[list[str]], ExportedMetrics | None]]] = {
    "dcgm-exporter": _dcgm,
    "amd-device-metrics-exporter": _amd,
}


def _json(text: str) -> Json:
    """None for what is no JSON."""
    try:
        data: Json = json.loads(text)
    except ValueError:
        return None
    return data
