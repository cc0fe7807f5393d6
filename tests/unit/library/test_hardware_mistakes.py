"""What a person gets wrong about hardware, with the real library: each mistake is refused, with the nearest valid choice."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.errors import InputError
from fleetgen.stages.resolve import resolve
from tests.fleets import load
from tests.golden.components.cases import ROOT

ENVIRONMENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec: {rank: 1, rings: [broad], delivery: {repoURL: "https://git.example.com/fleet.git"}}
"""
CLUSTER: Final = """apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: site-1}
spec:
  environment: production
  ring: broad
  kubernetes: {distribution: %s, version: %s}
  nodePools:
    - {name: main, os: ubuntu-24.04, %s}
  components: {%s}
"""
MODEL: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Model
metadata: {name: gap}
spec: {version: 1, source: {pvc: {claim: models}}}
"""
JETSON: Final = "arch: arm64, gpu: {product: Jetson Orin NX, count: 1, driver: host}"
MISTAKES: Final = {
    "a product that nobody knows": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: L4S, count: 1}", ""),
        "fleet/clusters/site-1.yaml:9:53",
        "E0203",
        "spec.nodePools[0].gpu.product is 'L4S', which is not one of the 68 known values",
        "did you mean 'L40S'?",
    ),
    "MIG on a card without": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: L4, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}}", ""),
        "fleet/clusters/site-1.yaml:9:83",
        "E0307",
        "an L4 does not support MIG",
        (
            "use sharing.mode: time-slicing or mps; cards with known MIG profiles are A30, A100, A100 80GB, "
            "H100, H100 NVL, H200, "
            "RTX PRO 6000"
        ),
    ),
    "slices that do not add up": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 2, 2g.12gb: 2}}}", ""),
        "fleet/clusters/site-1.yaml:9:89",
        "E0307",
        "2 x 1g.6gb and 2 x 2g.12gb do not fit on an A30: they need 6 of its 4 compute slices and 6 of its 4 memory slices",
        "use fewer slices; the most of one profile alone is {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "the GPU operator for a Jetson": (
        (
            "k3s",
            "v1.35.4+k3s1",
            "arch: arm64, gpu: {product: Jetson Orin NX, count: 1, driver: host}",
            "gpu-operator: {enabled: true}",
        ),
        "fleet/clusters/site-1.yaml:1:1",
        "E0507",
        "'gpu-operator' does not support gpu.products jetson-orin-nx (cluster 'site-1')",
        (
            "NVIDIA does not support the GPU operator on Jetson and other integrated GPUs; such sites need the "
            "plain device plugin (nvidia-device-plugin)."
        ),
    ),
    "a release on a Kubernetes that it does not know": (
        ("k3s", "v1.31.9+k3s1", "gpu: {product: L4, count: 1}", "gpu-operator: {enabled: true, version: v26.7.0}"),
        "fleet/clusters/site-1.yaml:1:1",
        "E0507",
        "'gpu-operator' does not support distribution k3s with kubernetes.minor 1.31 in version v26.7.0 (cluster 'site-1')",
        "no known version runs there; 26.7 runs on kubernetes.minor 1.33, 1.34, 1.35, 1.36",
    ),
    "a release that does not exist": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: L4, count: 1}", "gpu-operator: {enabled: true, version: v26.3.9}"),
        "fleet/clusters/site-1.yaml:10:55",
        "E0508",
        "there is no release v26.3.9 of 'gpu-operator' here",
        "did you mean 'v26.3.3'?",
    ),
    "TensorFlow Serving on arm64": (
        ("k3s", "v1.35.4+k3s1", "arch: arm64", "tf-serving: {enabled: true, values: {models: {gap: {enabled: true}}}}"),
        "fleet/clusters/site-1.yaml:1:1",
        "E0507",
        "'tf-serving.gap' does not support arch arm64 (cluster 'site-1')",
        (
            "The images of TensorFlow Serving exist for amd64 only. On arm64, serve the model with LiteRT "
            "(ai-edge-litert) in an image of "
            "your own, or build TensorFlow Serving for arm64 and write a component for that image."
        ),
    ),
    "cards of two vendors in one box": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: L4, count: 1}}\n    - {name: more, gpu: {product: MI210, count: 1}", ""),
        "fleet/clusters/site-1.yaml:10:35",
        "E0307",
        "an all-in-one site runs the drivers of only one vendor; its pools have cards of amd and nvidia",
        "use cards of nvidia in all pools, or set topology: remote-workers",
    ),
    "the operator of another vendor": (
        ("k3s", "v1.35.4+k3s1", "gpu: {product: MI210, count: 1, driver: host}", "gpu-operator: {enabled: true}"),
        "fleet/clusters/site-1.yaml:1:1",
        "E0507",
        "'gpu-operator' does not support gpu.vendors amd (cluster 'site-1')",
        (
            "The GPU operator is for NVIDIA cards; use the operator of the card's vendor, or remove gpu-operator "
            "from this cluster's layers."
        ),
    ),
}


def refused(site: tuple[str, str, str, str]) -> list[tuple[str, str, str, str]]:
    folders = ("templates", "policies/catalog")
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file())
    library = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    inventory = {
        "environments/production/environment.yaml": ENVIRONMENT,
        "environments/production/rings/broad.yaml": RING,
        "fleet/clusters/site-1.yaml": CLUSTER % site,
        "fleet/models/gap.yaml": MODEL,
    }
    with pytest.raises(InputError) as caught:
        resolve(load(inventory, library))
    return [(str(found.place), found.code, found.message, found.fix) for found in caught.value.findings]


RING: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Ring
metadata: {name: broad}
spec: {environment: production}
"""


@pytest.mark.parametrize(("site", "place", "code", "message", "fix"), MISTAKES.values(), ids=MISTAKES)
def test_refused(site: tuple[str, str, str, str], place: str, code: str, message: str, fix: str) -> None:
    assert [(*each[:3], each[3].partition(" The known")[0]) for each in refused(site)] == [(place, code, message, fix)]
