"""Checks the driver of a pool against its card: source, operating system, version.

`model/gpus.py` has the data of the cards and its sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fleetgen.catalog.mistake import Mistake
from fleetgen.model.gpus import Product
from fleetgen.model.inventory import Gpu, NodePool
from fleetgen.model.settings import Path
from fleetgen.words import a

_BRANCH: Final = re.compile(r"[0-9]{3}$")


def driver_mistakes(pool: NodePool, gpu: Gpu, path: Path) -> Iterator[Mistake]:
    """What is wrong with the driver that a pool names for its cards.

    `gpu` belongs to `pool`; `path` leads to it below `spec`. The driver of an integrated GPU comes with its board, so
    nothing else about it is checked.
    """
    product = gpu.card
    if product.integrated and (gpu.driver, pool.arch) != ("host", "arm64"):
        text = f"{a(gpu.product)} runs on arm64 with the driver of its board support package"
        yield Mistake(path, text, "set arch: arm64 on the pool and gpu.driver: host")
        return
    if gpu.driver == "precompiled":
        if product.vendor != "nvidia" or not pool.os.startswith("ubuntu-"):
            text = f"there is no precompiled driver for {product.vendor} cards on '{pool.os or 'an unnamed system'}'"
            yield Mistake((*path, "driver"), text, "NVIDIA publishes them for Ubuntu; use driver: operator or driver: host")
        elif not _BRANCH.match(gpu.driver_version):
            text = "a precompiled driver needs a branch"
            yield Mistake((*path, "driverVersion"), text, "set gpu.driverVersion to the branch, for example 580")
    if gpu.driver == "operator" and pool.secure_boot:
        text = "with Secure Boot the node refuses the driver that the operator builds, because it is not signed"
        yield Mistake((*path, "driver"), text, "install a signed driver on the host and set driver: host")
    yield from _driver_version(gpu, product, path)


def _driver_version(gpu: Gpu, product: Product, path: Path) -> Iterator[Mistake]:
    if not gpu.driver_version:
        return
    branch = int(gpu.driver_version.partition(".")[0])
    if product.last_driver and branch > product.last_driver:
        text = f"driver {gpu.driver_version} does not support {product.architecture} cards such as the {gpu.product}"
        yield Mistake((*path, "driverVersion"), text, f"use a driver of branch {product.last_driver}, the last one that does")
    needed = product.mig.driver if product.mig and gpu.sharing.mode == "mig" else ""
    if needed and _numbers(gpu.driver_version) < _numbers(needed)[: gpu.driver_version.count(".") + 1]:
        text = f"MIG on {a(gpu.product)} needs driver {needed} or later; the pool has {gpu.driver_version}"
        yield Mistake((*path, "driverVersion"), text, f"use a driver of {needed} or later")
    if needed and product.mig and gpu.driver_version in product.mig.without:
        text = f"driver {gpu.driver_version} does not support MIG on {a(gpu.product)}"
        yield Mistake((*path, "driverVersion"), text, "use another driver, for example of branch 580")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
