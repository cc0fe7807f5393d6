"""Where the components for cards and nodes do not run, and what they say instead."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.catalog.releases import unmet_conditions
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import Table, merge, plain
from fleetgen.schemas.derive import build
from fleetgen.yamlfile import parse
from tests.golden.components.cases import components

K3S: Final = "{distribution: k3s, version: v1.%d.4+k3s1}"
OPENSHIFT: Final = "{distribution: openshift, version: 4.%d.3}"
MICROSHIFT: Final = "{distribution: microshift, version: 4.%d.3}"
ORIN: Final = "{name: a, arch: arm64, gpu: {product: Jetson Orin NX, count: 1, driver: host, toolkit: host}}"
HOST: Final = "{name: a, gpu: {product: %s, count: 1, driver: host, toolkit: host}}"
AMD: Final = "{name: a, gpu: {product: MI300X, count: 8%s}}"

REFUSED: Final = {
    "a device plugin on OpenShift": (
        "nvidia-device-plugin v0.20.0",
        (OPENSHIFT % 20, HOST % "L4"),
        ["distribution openshift: On OpenShift, use the certified GPU operator from OLM (component gpu-operator)."],
    ),
    "cards of another vendor": (
        "nvidia-device-plugin v0.20.0",
        (K3S % 35, HOST % "Flex 170"),
        [
            (
                "gpu.vendors intel: This plugin is for NVIDIA cards; for AMD cards use amd-gpu-operator, for Intel cards "
                "intel-gpu-plugin."
            )
        ],
    ),
    "a device plugin before MicroShift": (
        "nvidia-device-plugin v0.17.4",
        (MICROSHIFT % 20, HOST % "A2"),
        [
            (
                "distribution microshift in version v0.17.4: use version v0.20.0, v0.19.3 or v0.18.2; "
                "0.17 runs on distribution k0s, k3s, kubeadm, microk8s, rke2"
            )
        ],
    ),
    "a MicroShift that NVIDIA did not validate": (
        "nvidia-device-plugin v0.20.0",
        (MICROSHIFT % 22, HOST % "A2"),
        [
            (
                "distribution microshift with arch amd64 with kubernetes.minor 1.35 in version v0.20.0: "
                "no known version runs there; 0.20 runs on kubernetes.minor 1.29, 1.30, 1.31, 1.32, 1.33, 1.34"
            )
        ],
    ),
    "a Jetson with any Kubernetes": ("nvidia-device-plugin v0.17.4", (K3S % 36, ORIN), []),
    "the chart's version on OpenShift": (
        "node-feature-discovery 0.19.0",
        (OPENSHIFT % 20, HOST % "L4"),
        [
            (
                "distribution openshift in version 0.19.0: use version 4.20; "
                "0.19 runs on distribution k0s, k3s, kubeadm, microk8s, microshift, rke2"
            )
        ],
    ),
    "an operator for another OpenShift": (
        "node-feature-discovery 4.20",
        (OPENSHIFT % 18, HOST % "L4"),
        [
            (
                "distribution openshift with kubernetes.minor 1.31 in version 4.20: no known version runs there; "
                "4.20 runs on kubernetes.minor 1.33"
            )
        ],
    ),
    "a Radeon before it was supported": (
        "amd-gpu-operator v1.5.0",
        (K3S % 34, HOST % "Radeon PRO W7900"),
        ["distribution k3s with gpu.products radeon-pro-w7900 with kubernetes.minor 1.34 in version v1.5.0: use version v1.5.1"],
    ),
    "a Radeon on OpenShift": (
        "amd-gpu-operator v1.5.1",
        (OPENSHIFT % 20, HOST % "Radeon PRO W7900"),
        [
            (
                "distribution openshift with gpu.products radeon-pro-w7900 with kubernetes.minor 1.33 in version v1.5.1: "
                "no known version runs there"
            )
        ],
    ),
    "a Kubernetes that is too new": (
        "amd-gpu-operator v1.4.1",
        (K3S % 35, AMD % ", driver: host"),
        [
            (
                "distribution k3s with gpu.products mi300x with kubernetes.minor 1.35 in version v1.4.1: use version v1.5.1; "
                "1.4 runs on kubernetes.minor 1.29, 1.30, 1.31, 1.32, 1.33, 1.34"
            )
        ],
    ),
    "AMD on MicroShift": (
        "amd-gpu-operator v1.5.1",
        (MICROSHIFT % 20, AMD % ", driver: host"),
        [
            (
                "distribution microshift: AMD supports its operator on Kubernetes and OpenShift, and documents "
                "no way for MicroShift; use a site with k3s or OpenShift."
            )
        ],
    ),
    "a driver without a place": (
        "amd-gpu-operator v1.5.1",
        (K3S % 35, AMD % ""),
        [
            (
                "amd.drivers operator: A driver that the operator builds needs a repository for the result; set driver.image "
                "(without tag; on OpenShift image-registry.openshift-image-registry.svc:5000/$MOD_NAMESPACE/amdgpu_kmod), or use "
                "gpu.driver host."
            )
        ],
    ),
    "a driver with a place": ("amd-gpu-operator v1.5.1 {driver: {image: registry.example.com/x}}", (K3S % 35, AMD % ""), []),
    "an Intel plugin for another Kubernetes": (
        "intel-gpu-plugin 0.36.0",
        (K3S % 35, HOST % "Flex 140"),
        ["kubernetes.minor 1.35 in version 0.36.0: use version 0.35.0; 0.36 runs on kubernetes.minor 1.36"],
    ),
    "Intel on OpenShift": (
        "intel-gpu-plugin 0.35.0",
        (OPENSHIFT % 22, HOST % "Flex 140"),
        ["distribution openshift: On OpenShift, use Intel's certified operator from OLM; Intel documents no way for MicroShift."],
    ),
    "cert-manager on OpenShift": (
        "cert-manager v1.21.1",
        (OPENSHIFT % 20, HOST % "L4"),
        [
            (
                "distribution openshift: OpenShift has its own operator for cert-manager; install that and list "
                "cert-manager.io/v1/Certificate in spec.provides."
            )
        ],
    ),
}


def table(text: str) -> Table:
    return cast("Table", parse(text, "case")[0])


@pytest.mark.parametrize(("unit", "site", "expected"), REFUSED.values(), ids=REFUSED)
def test_refused(unit: str, site: tuple[str, str], expected: list[str]) -> None:
    name, version, *values = unit.split(" ", 2)
    component = components()[name]
    settings = merge(component.defaults, table(f"{{values: {values[0] if values else '{}'}}}"), component.rules)
    kubernetes, pool = site
    data = plain(table(f"{{environment: e, ring: r, kubernetes: {kubernetes}, nodePools: [{pool}]}}"))
    spec = cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))
    facts: JsonObject = {fact.name: fact.value(spec) for fact in ENUM_FACTS}
    found = unmet_conditions(component, version, facts, cast("Table", settings))
    assert [f"{each.what}: {' '.join(each.fix.split())}" for each in found] == expected
