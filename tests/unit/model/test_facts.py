"""Facts that are computed from more than one key."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.catalog.cluster_facts import fact_value
from fleetgen.model.inventory import ClusterSpec
from fleetgen.schemas.derive import build


@pytest.mark.parametrize(
    ("distribution", "version", "minor"),
    [
        ("k3s", "v1.35.4+k3s1", "1.35"),
        ("kubeadm", "1.36.1", "1.36"),
        ("openshift", "4.20.3", "1.33"),
        ("microshift", "4.18.11", "1.31"),
    ],
)
def test_kubernetes_minor(distribution: str, version: str, minor: str) -> None:
    kubernetes = {"distribution": distribution, "version": version}
    spec = cast("ClusterSpec", build(ClusterSpec, {"environment": "e", "ring": "r", "kubernetes": {**kubernetes}}))
    assert fact_value(spec, "kubernetes.minor") == minor
