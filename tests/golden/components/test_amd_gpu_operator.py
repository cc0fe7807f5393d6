"""The component amd-gpu-operator: what its rules need of the exporter's version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.catalog.exporters import exported_metrics, metric_uses
from fleetgen.errors import InputError
from fleetgen.model.manifest import Documents
from fleetgen.model.place import Place
from fleetgen.stages.build import manifests
from fleetgen.stages.render import Renderer
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import case


def test_the_list_has_all_that_the_rules_use() -> None:
    golden = case("amd-gpu-operator/alerts")
    documents = load_manifests((golden.expected / "built.yaml").read_text(encoding="utf-8"))
    built = manifests(Documents(root="a", documents=documents), Place("a"))
    (listed,) = [found for found in map(exported_metrics, built) if found]
    used = sorted(
        {metric for manifest in built for use in metric_uses(manifest) for metric in use.metrics if metric.startswith("amd_")}
    )
    assert (len(used), [metric for metric in used if listed.lacks(metric)]) == (10, [])


def test_an_older_exporter_does_not_measure_what_holds_a_card_back() -> None:
    variant = replace(case("amd-gpu-operator/alerts").variant, version="v1.4.1")
    with pytest.raises(InputError) as caught:
        Renderer().overlay(variant)
    assert [(each.code, each.message, each.fix) for each in caught.value.findings] == [
        (
            "E0501",
            "values.alerts.severity.GPUThermalSlowdown: the exporter of v1.4.1 does not measure what the alert needs",
            "set it to none, or use v1.5.0 or later",
        )
    ]


def test_a_driver_that_is_built_behind_a_proxy_is_refused() -> None:
    variant = case("amd-gpu-operator/kubeadm-instinct").variant
    behind = replace(variant, facts={**variant.facts, "proxy": {"port": 3128, "env": {}}})
    with pytest.raises(InputError) as caught:
        Renderer().overlay(behind)
    assert [(each.code, each.message, each.fix) for each in caught.value.findings] == [
        (
            "E0501",
            "values.driver.image: the operator cannot tell the build of a driver about the proxy of the site",
            "set gpu.driver: host in the pools with AMD cards, and install the driver on the nodes",
        )
    ]


def test_a_driver_of_the_host_needs_no_proxy() -> None:
    variant = case("amd-gpu-operator/k3s-w7900").variant
    behind = replace(variant, facts={**variant.facts, "proxy": {"port": 3128, "env": {}}})
    assert Renderer().overlay(behind) == Renderer().overlay(variant)
