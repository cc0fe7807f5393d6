"""What nodes and clusters offer, and quantities as numbers."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.catalog.capacity import cluster_capacity, extended_resources, quantity
from tests.fleets import pool, spec

OFFERED: Final = {
    "no card": ("{name: a}", {}),
    "whole cards": ("{name: a, gpu: {product: L4, count: 2}}", {"nvidia.com/gpu": 2}),
    "four GPUs on a card": ("{name: a, gpu: {product: A16, count: 1}}", {"nvidia.com/gpu": 4}),
    "time slices": (
        "{name: a, gpu: {product: L4, count: 2, sharing: {mode: time-slicing, replicas: 4}}}",
        {"nvidia.com/gpu": 8},
    ),
    "MIG with a resource a profile": (
        "{name: a, gpu: {product: A30, count: 2, sharing: {mode: mig, slices: {2g.12gb: 1, 1g.6gb: 2}}}}",
        {"nvidia.com/mig-1g.6gb": 4, "nvidia.com/mig-2g.12gb": 2},
    ),
    "MIG as whole cards": (
        "{name: a, gpu: {product: A30, count: 2, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 4}}}}",
        {"nvidia.com/gpu": 8},
    ),
    "cards that are shared under a name of their own": (
        "{name: a, gpu: {product: L4, count: 2, sharing: {mode: time-slicing, replicas: 4, rename: true}}}",
        {"nvidia.com/gpu.shared": 8},
    ),
    "slices that are shared in turns": (
        "{name: a, gpu: {product: A30, count: 2, sharing: {mode: mig, replicas: 2, slices: {1g.6gb+me: 1, 2g.12gb: 1}}}}",
        {"nvidia.com/mig-1g.6gb.me": 4, "nvidia.com/mig-2g.12gb": 4},
    ),
    "a Jetson is one device": (
        (
            "{name: a, arch: arm64, gpu: {product: Jetson AGX Orin, count: 1, driver: host, "
            "sharing: {mode: time-slicing, replicas: 2}}}"
        ),
        {"nvidia.com/gpu": 2},
    ),
    "AMD": ("{name: a, gpu: {product: MI300X, count: 8}}", {"amd.com/gpu": 8}),
    "Intel": ("{name: a, gpu: {product: Flex 170, count: 1}}", {"gpu.intel.com/i915": 1}),
}


@pytest.mark.parametrize(("text", "resources"), OFFERED.values(), ids=OFFERED)
def test_extended_resources_of_a_node(text: str, resources: dict[str, int]) -> None:
    assert extended_resources(pool(text)) == resources


def test_totals_of_a_cluster() -> None:
    system = "{name: system, count: 3, cpu: 4, memoryGiB: 16, reserved: {cpu: 0.5, memoryGiB: 1}}"
    gpus = "{name: gpus, count: 2, cpu: 16, memoryGiB: 64, gpu: {product: L4, count: 2}}"
    assert cluster_capacity(spec(f"[{system}, {gpus}]")) == {"cpu": 42.5, "memoryGiB": 173, "nvidia.com/gpu": 4}


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("500m", 0.5), ("1.5", 1.5), ("1k", 1000), ("1Gi", 2**30), ("3G", 3e9), ("none", 0)],
)
def test_quantities(text: str, number: float) -> None:
    assert quantity(text) == number
