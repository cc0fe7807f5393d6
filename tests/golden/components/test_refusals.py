"""Settings that contradict each other, refused by the templates at the place that somebody wrote."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.errors import InputError
from fleetgen.model.settings import Table, merge
from fleetgen.model.variant import Variant, VariantKey
from fleetgen.stages.render import Renderer
from fleetgen.yamlfile import parse
from tests.golden.components.cases import check_settings, components

MODEL: Final = """values:
  modelDefaults:
    accelerator: {resource: %s}
  models:
    m:
      version: 6
      source: {pvc: {claim: a}}
      %s
"""
REFUSED: Final = {
    "a card that nobody offers": (
        "none",
        "accelerator: {kind: nvidia}",
        "8:7: values.models.m.accelerator: the model needs an NVIDIA card, but no layer says that these sites have one",
        "set modelDefaults.accelerator.resource in the profile, set fallback.to: cpu in the model, or leave the model off there",
    ),
    "two slices": (
        "nvidia.com/mig-1g.6gb",
        "accelerator: {kind: nvidia, count: 2}",
        "8:42: values.models.m.accelerator.count: a server can use only one nvidia.com/mig-1g.6gb",
        "leave count out, and use a larger slice or more replicas",
    ),
    "batches of no allowed size": (
        "none",
        "batching: {maxBatchSize: 64, timeoutMicroseconds: 0, allowedBatchSizes: [16, 32]}",
        "8:79: values.models.m.batching.allowedBatchSizes: the largest is 32, but a batch has up to 64 requests",
        "add 64 as the largest",
    ),
    "parts of no allowed size": (
        "none",
        "batching: {maxBatchSize: 64, maxExecutionBatchSize: 32, timeoutMicroseconds: 0, allowedBatchSizes: [16, 64]}",
        "8:106: values.models.m.batching.allowedBatchSizes: the largest is 64, but a batch has up to 32 requests",
        "add 32 as the largest",
    ),
    "parts that are larger than the whole": (
        "none",
        "batching: {maxBatchSize: 64, maxExecutionBatchSize: 128, timeoutMicroseconds: 0}",
        "8:59: values.models.m.batching.maxExecutionBatchSize: 128 is more than maxBatchSize (64)",
        "leave it out, or make it smaller",
    ),
    "fewer than the fewest": (
        "none",
        "autoscaling: {minReplicas: 3, maxReplicas: 2, cpu: {averageUtilization: 50}}",
        "8:34: values.models.m.autoscaling.minReplicas: 3 is more than maxReplicas (2)",
        "make it smaller",
    ),
    "cards by CPU time": (
        "nvidia.com/gpu",
        "autoscaling: {minReplicas: 1, maxReplicas: 2, onAccelerator: true, cpu: {averageUtilization: 50}}",
        "8:68: values.models.m.autoscaling.onAccelerator: CPU time says little about a server with a card",
        "scale by metrics, for example the time that requests wait for their batch, or leave onAccelerator out",
    ),
    "threads of both kinds": (
        "none",
        "threads: {session: 4, interOp: 2}",
        "8:26: values.models.m.threads.session: the server ends at once with session threads beside intraOp and interOp",
        "keep session, or intraOp and interOp",
    ),
    "a digest of nothing": (
        "none",
        'otherDigests: {"5": "sha256:%s"}' % ("0" * 64),
        "8:7: values.models.m.otherDigests: version 5 is not loaded",
        "add it to keepVersions or labels, or remove its digest",
    ),
    "a version without a digest": (
        "none",
        'labels: {canary: 7}\n      digest: "sha256:%s"' % ("0" * 64),
        "9:15: values.models.m.digest: version 7 is loaded too, but has no digest to compare",
        "add its digest to otherDigests",
    ),
}


def variant(settings: str) -> Variant:
    component = components()["tf-serving"]
    (upper,) = parse(settings, "fleet/layer.yaml")
    return Variant(
        key=VariantKey("production", "canary", "tf-serving.m", "default"),
        component=component,
        instance="m",
        version="2.20.0",
        settings=cast("Table", merge(component.defaults, upper, component.rules)),
        facts={},
        patches=(),
        layers=(),
        clusters=("site-1",),
    )


@pytest.mark.parametrize(("resource", "model", "said", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(resource: str, model: str, said: str, fix: str) -> None:
    asked = variant(MODEL % (resource, model))
    assert check_settings(asked) == []
    with pytest.raises(InputError) as caught:
        Renderer().overlay(asked)
    found = [(finding.code, f"{finding.place}: {finding.message}", finding.fix) for finding in caught.value.findings]
    assert found == [("E0501", f"fleet/layer.yaml:{said}", fix)]
