"""Drivers that a card does not take."""

from __future__ import annotations

from typing import Final

import pytest

from tests.fleets import GPU, Refused, mistakes

REFUSED: Final[dict[str, Refused]] = {
    "a Jetson with the operator's driver": (
        "[{name: a, gpu: {product: Jetson Orin NX, count: 1}}]",
        "nodePools.0.gpu",
        "a Jetson Orin NX runs on arm64 with the driver of its board support package",
        "set arch: arm64 on the pool and gpu.driver: host",
    ),
    "precompiled for another system": (
        "[{name: a, os: rhel-9.4, gpu: {product: L4, count: 1, driver: precompiled, driverVersion: '580'}}]",
        "nodePools.0.gpu.driver",
        "there is no precompiled driver for nvidia cards on 'rhel-9.4'",
        "NVIDIA publishes them for Ubuntu; use driver: operator or driver: host",
    ),
    "precompiled without branch": (
        GPU % "L4, count: 1, driver: precompiled",
        "nodePools.0.gpu.driverVersion",
        "a precompiled driver needs a branch",
        "set gpu.driverVersion to the branch, for example 580",
    ),
    "Secure Boot with a driver that is built": (
        "[{name: a, secureBoot: true, gpu: {product: L4, count: 1}}]",
        "nodePools.0.gpu.driver",
        "with Secure Boot the node refuses the driver that the operator builds, because it is not signed",
        "install a signed driver on the host and set driver: host",
    ),
    "a driver after the card's last": (
        GPU % "P40, count: 1, driver: host, driverVersion: 595.91.07",
        "nodePools.0.gpu.driverVersion",
        "driver 595.91.07 does not support pascal cards such as the P40",
        "use a driver of branch 580, the last one that does",
    ),
    "a driver before MIG": (
        GPU % "H200, count: 1, driver: host, driverVersion: 535.309.01, sharing: {mode: mig, slices: {1g.18gb: 7}}",
        "nodePools.0.gpu.driverVersion",
        "MIG on an H200 needs driver 550.90.07 or later; the pool has 535.309.01",
        "use a driver of 550.90.07 or later",
    ),
}


@pytest.mark.parametrize(("pools", "path", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(pools: str, path: str, message: str, fix: str) -> None:
    assert mistakes(pools) == [(path, message, fix)]
