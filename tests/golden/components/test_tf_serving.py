"""What holds for every model server, whatever its settings."""

from __future__ import annotations

import re
from typing import Final, cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import ROOT, case, names

CASES: Final = [name for name in names() if name.startswith("tf-serving/")]


def deployment(name: str) -> JsonObject:
    return cast("JsonObject", load_manifests(case(name).rendered["overlay/deployment.yaml"])[0])


def pod(name: str) -> JsonObject:
    return cast("JsonObject", cast("JsonObject", cast("JsonObject", deployment(name)["spec"])["template"])["spec"])


def containers(name: str) -> list[JsonObject]:
    return [
        cast("JsonObject", one) for key in ("initContainers", "containers") for one in cast("list[Json]", pod(name).get(key, []))
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_volume_does_not_hide_what_is_copied(name: str) -> None:
    """A volume over the model's folder in the model's own image leaves nothing to copy."""
    for container in containers(name):
        source = str(cast("list[Json]", container["command"])[2]).removesuffix("/.") if container["name"] == "model" else ""
        mounts = [str(cast("JsonObject", mount)["mountPath"]) for mount in cast("list[Json]", container["volumeMounts"])]
        assert [mount for mount in mounts if source == mount or source.startswith(f"{mount}/")] == []


@pytest.mark.parametrize("name", CASES)
def test_labels_point_to_versions_that_are_loaded(name: str) -> None:
    text = case(name).rendered["overlay/models.config"]
    assert set(re.findall(r"value: (\d+)", text)) <= set(re.findall(r"versions: (\d+)", text))


@pytest.mark.parametrize("name", CASES)
def test_an_instant_model_is_guaranteed_its_resources(name: str) -> None:
    """All containers, those that only prepare included, or Kubernetes calls the pod Burstable."""
    annotations = cast("JsonObject", cast("JsonObject", deployment(name)["metadata"])["annotations"])
    if annotations["fleetgen.io/latency-class"] == "instant":
        for container in containers(name):
            resources = cast("JsonObject", container["resources"])
            limits = {key: value for key, value in cast("JsonObject", resources["limits"]).items() if "/" not in key}
            assert (resources["requests"], set(limits)) == (limits, {"cpu", "memory"})


@pytest.mark.parametrize("name", CASES)
def test_either_the_deployment_or_the_autoscaler_counts_servers(name: str) -> None:
    scaled = "overlay/autoscaler.yaml" in case(name).rendered
    assert ("replicas" in cast("JsonObject", deployment(name)["spec"])) is not scaled


# named with slashes in servables/tensorflow/util.cc and batching/batching_session.cc of TensorFlow Serving; its
# util/prometheus_exporter.cc makes colons of them. `up` is Prometheus' own
METRICS: Final = {
    ":tensorflow:serving:request_count",
    ":tensorflow:serving:request_latency_bucket",
    ":tensorflow:serving:batching_session:queuing_latency_bucket",
    "up",
}


def rules() -> list[JsonObject]:
    (rule,) = load_manifests(case("tf-serving/alerts").rendered["overlay/prometheus-rule.yaml"])
    (group,) = cast("list[JsonObject]", cast("JsonObject", cast("JsonObject", rule)["spec"])["groups"])
    return cast("list[JsonObject]", group["rules"])


def test_alerts_use_metrics_that_the_server_has() -> None:
    """A rule about a metric that nobody exports never fires, and nobody notices."""
    assert {name for rule in rules() for name in re.findall(r"([\w:]+)\{", str(rule["expr"]))} == METRICS


def test_every_alert_has_a_section_in_the_runbook() -> None:
    text = (ROOT / "docs" / "runbooks" / "tf-serving.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == [rule["alert"] for rule in rules()]
    anchors = [str(cast("JsonObject", rule["annotations"])["runbook_url"]).partition("#")[2] for rule in rules()]
    assert anchors == [str(rule["alert"]).lower() for rule in rules()]
