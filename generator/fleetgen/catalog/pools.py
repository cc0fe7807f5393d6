"""What a node pool offers, how its cards are shared, and what its description gets wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.model.gpus import MIG_RESOURCE, PRODUCTS, RESOURCES, Mig, Product
from fleetgen.model.inventory import ClusterSpec, Gpu, NodePool, Sharing
from fleetgen.model.plain import Json, JsonObject

_SHARERS: Final[Mapping[str, tuple[str, ...]]] = {"time-slicing": ("nvidia", "intel"), "mps": ("nvidia",), "mig": ("nvidia",)}
_BRANCH: Final = re.compile(r"[0-9]{3}$")
_NOT_IN_GO: Final = re.compile(r"\(\?[=!<>]|\(\?P=|\\[1-9]")


def product_of(gpu: Gpu) -> Product:
    """What is known of the pool's card."""
    return PRODUCTS[gpu.product]


def offered(pool: NodePool) -> dict[str, int]:
    """Extended resources that one node of the pool offers, as its device plug-in reports them: sharing counted."""
    if pool.gpu is None:
        return {}
    gpu, product = pool.gpu, product_of(pool.gpu)
    cards = gpu.count * product.gpus
    whole = RESOURCES[product.vendor]
    if gpu.sharing.mode == "mig":
        if gpu.sharing.strategy == "single":
            return {whole: cards * sum(gpu.sharing.slices.values())}
        return {f"{MIG_RESOURCE}{profile}": cards * number for profile, number in sorted(gpu.sharing.slices.items())}
    # the plug-in knows one device on a Jetson, whatever the board (device plugin, internal/rm/tegra_devices.go)
    return {whole: (1 if product.integrated else cards) * (gpu.sharing.replicas if gpu.sharing.mode != "none" else 1)}


def plugin_config(sharing: Sharing) -> str:
    """Name of the configuration of NVIDIA's device plug-in (node label nvidia.com/device-plugin.config) that shares cards so."""
    if sharing.mode == "mig":
        return f"mig-{sharing.strategy}"
    return "exclusive" if sharing.mode == "none" else f"{sharing.mode}-{sharing.replicas}"


def mig_config(sharing: Sharing) -> str:
    """Name of the MIG layout (node label nvidia.com/mig.config): `1g.6gb-x2_2g.12gb-x1`; `all-disabled` without MIG."""
    if sharing.mode != "mig":
        return "all-disabled"
    return "_".join(f"{profile}-x{number}" for profile, number in sorted(sharing.slices.items()))


def tolerations(pool: NodePool) -> list[JsonObject]:
    """What a pod needs to be admitted by every taint of the pool."""
    return [
        {"key": t.key, **({"operator": "Equal", "value": t.value} if t.value else {"operator": "Exists"}), "effect": t.effect}
        for t in pool.taints
    ]


def described(pool: NodePool, data: JsonObject) -> JsonObject:
    """The pool as templates and policies see it: `data` is the pool as JSON; what follows from it is added."""
    data = {**data, "tolerations": [*tolerations(pool)]}
    if pool.gpu is None:
        return {**data, "resources": {}}
    product = product_of(pool.gpu)
    gpu: JsonObject = {
        **cast("JsonObject", data["gpu"]),
        "vendor": product.vendor,
        "architecture": product.architecture,
        "computeCapability": product.compute_capability,
        "memoryGiB": product.memory_gib,
        "integrated": product.integrated,
        "lastDriver": product.last_driver,
        "pciDevices": [*product.pci_devices],
        "pluginConfig": plugin_config(pool.gpu.sharing),
        "migConfig": mig_config(pool.gpu.sharing),
    }
    resources: dict[str, Json] = {**offered(pool)}
    return {**data, "gpu": gpu, "resources": resources}


@dataclass(frozen=True, slots=True)
class Mistake:
    """`path` leads to the value below `spec`."""

    path: tuple[str | int, ...]
    message: str
    fix: str


def mistakes(spec: ClusterSpec) -> Iterator[Mistake]:
    """Everything that the pools of a cluster say and their cards do not allow."""
    for index, pool in enumerate(spec.node_pools):
        yield from _node_names(pool, ("nodePools", index, "nodeNames"))
        if pool.gpu is not None:
            path = ("nodePools", index, "gpu")
            yield from _driver(pool, pool.gpu, path)
            yield from _sharing(pool.gpu, (*path, "sharing"))
    yield from _together(spec)


def _node_names(pool: NodePool, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    """Node feature discovery reads the expression as Go does, which knows no look-around and no references."""
    try:
        re.compile(pool.node_names)
    except re.error as error:
        yield Mistake(path, f"'{pool.node_names}' is no regular expression: {error}", "correct it, or list the names: one|two")
        return
    if _NOT_IN_GO.search(pool.node_names):
        text = f"'{pool.node_names}' looks around or refers back, which node feature discovery does not understand"
        yield Mistake(path, text, "say it without (?=, (?!, (?< and \\1, or list the names: one|two")


def _driver(pool: NodePool, gpu: Gpu, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    product = product_of(gpu)
    if product.integrated and (gpu.driver, pool.arch) != ("host", "arm64"):
        text = f"a {gpu.product} runs on arm64 with the driver of its board support package"
        yield Mistake(path, text, "set arch: arm64 on the pool and gpu.driver: host")
        return
    if gpu.driver == "precompiled":
        if product.vendor != "nvidia" or not pool.os.startswith("ubuntu-"):
            text = f"there is no precompiled driver for {product.vendor} cards on '{pool.os or 'an unnamed system'}'"
            yield Mistake((*path, "driver"), text, "NVIDIA publishes them for Ubuntu; use driver: operator or driver: host")
        elif not _BRANCH.match(gpu.driver_version):
            text = "a precompiled driver is chosen by its branch"
            yield Mistake((*path, "driverVersion"), text, "set gpu.driverVersion to the branch, for example 580")
    if gpu.driver == "operator" and pool.secure_boot:
        text = "with Secure Boot the node refuses the driver that the operator builds, because nobody signed it"
        yield Mistake((*path, "driver"), text, "install a signed driver on the host and set driver: host")
    yield from _driver_version(gpu, product, path)


def _driver_version(gpu: Gpu, product: Product, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    if not gpu.driver_version:
        return
    branch = int(gpu.driver_version.partition(".")[0])
    if product.last_driver and branch > product.last_driver:
        text = f"driver {gpu.driver_version} has no support for {product.architecture} cards such as the {gpu.product}"
        yield Mistake((*path, "driverVersion"), text, f"use a driver of branch {product.last_driver}, the last one for them")
    needed = product.mig.driver if product.mig and gpu.sharing.mode == "mig" else ""
    if needed and _numbers(gpu.driver_version) < _numbers(needed)[: gpu.driver_version.count(".") + 1]:
        text = f"MIG on a {gpu.product} needs driver {needed} or later, the pool has {gpu.driver_version}"
        yield Mistake((*path, "driverVersion"), text, f"use a driver of {needed} or later")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _sharing(gpu: Gpu, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    product, sharing = product_of(gpu), gpu.sharing
    if sharing.mode != "none" and product.vendor not in _SHARERS[sharing.mode]:
        modes = ", ".join(mode for mode, vendors in _SHARERS.items() if product.vendor in vendors)
        fix = f"use sharing.mode: {modes or 'none'}"
        yield Mistake((*path, "mode"), f"{product.vendor} cards cannot be shared by {sharing.mode}", fix)
        return
    if sharing.mode == "mps" and product.integrated:
        yield Mistake(
            (*path, "mode"), f"MPS is not for integrated GPUs such as the {gpu.product}", "use sharing.mode: time-slicing"
        )
    if sharing.mode in {"time-slicing", "mps"} and sharing.replicas < 2:
        yield Mistake(path, f"{sharing.mode} with one replica shares nothing", "set sharing.replicas to 2 or more, or mode: none")
    if sharing.mode in {"none", "mig"} and sharing.replicas != 1:
        fix = "remove replicas, or set sharing.mode: time-slicing"
        yield Mistake((*path, "replicas"), f"replicas mean nothing with sharing.mode {sharing.mode}", fix)
    if sharing.mode == "mig":
        yield from _slices(gpu, product.mig, path)
    elif sharing.slices:
        fix = "set sharing.mode: mig, or remove slices"
        yield Mistake((*path, "slices"), f"slices mean nothing with sharing.mode {sharing.mode}", fix)


def _slices(gpu: Gpu, mig: Mig | None, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    if mig is None:
        cards = ", ".join(name for name, product in PRODUCTS.items() if product.mig)
        others = "time-slicing" if product_of(gpu).integrated else "time-slicing or mps"
        fix = f"use sharing.mode: {others}; cards with known MIG profiles are {cards}"
        yield Mistake((*path, "mode"), f"a {gpu.product} cannot be cut by MIG", fix)
        return
    slices = gpu.sharing.slices
    fits = ", ".join(f"{{{name}: {profile.most}}}" for name, profile in mig.profiles.items())
    if not slices:
        yield Mistake(path, "MIG needs to know the slices of a card", f"set sharing.slices, for example one of {fits}")
    unknown = [name for name in slices if name not in mig.profiles]
    for name in unknown:
        text = f"a {gpu.product} has no MIG profile {name}"
        yield Mistake((*path, "slices", name), text, f"its profiles are {', '.join(mig.profiles)}")
    if len(slices) > 1 and gpu.sharing.strategy == "single":
        text = "with the strategy single all slices of a cluster are of one profile"
        yield Mistake((*path, "strategy"), text, "use strategy: mixed, or one profile")
    if not unknown and slices:
        yield from _sum(gpu, mig, (*path, "slices"), fits)


def _sum(gpu: Gpu, mig: Mig, path: tuple[str | int, ...], fits: str) -> Iterator[Mistake]:
    slices = gpu.sharing.slices
    if any(number < 1 for number in slices.values()):
        yield Mistake(path, "a MIG profile is asked for less than once", "remove the profile, or set 1 or more")
        return
    compute = sum(number * mig.profiles[name].compute for name, number in slices.items())
    memory = sum(number * mig.profiles[name].memory for name, number in slices.items())
    crowded = [name for name, number in slices.items() if number > mig.profiles[name].most]
    if compute > mig.compute or memory > mig.memory or crowded:
        said = " and ".join(f"{number} x {name}" for name, number in slices.items())
        text = (
            f"{said} do not fit on a {gpu.product}: they need {compute} of its {mig.compute} compute slices "
            f"and {memory} of its {mig.memory} memory slices"
        )
        yield Mistake(path, text, f"take fewer; of one profile alone at most {fits}")


def _together(spec: ClusterSpec) -> Iterator[Mistake]:
    pools: Sequence[tuple[int, Gpu]] = [(index, pool.gpu) for index, pool in enumerate(spec.node_pools) if pool.gpu]
    vendors = sorted({product_of(gpu).vendor for _, gpu in pools})
    if len(vendors) > 1 and spec.topology == "all-in-one":
        first = product_of(pools[0][1]).vendor
        odd = next(index for index, gpu in pools if product_of(gpu).vendor != first)
        text = f"an all-in-one site runs the drivers of one vendor; its pools have cards of {' and '.join(vendors)}"
        fix = f"use cards of {first} in all pools, or set topology: remote-workers"
        yield Mistake(("nodePools", odd, "gpu", "product"), text, fix)
    sliced = [(index, gpu) for index, gpu in pools if gpu.sharing.mode == "mig"]
    if len({gpu.sharing.strategy for _, gpu in sliced}) > 1:
        text = "the pools of a cluster use both MIG strategies; the operator knows one for all nodes"
        yield Mistake(("nodePools", sliced[-1][0], "gpu", "sharing", "strategy"), text, "use strategy: mixed in all pools")
    single = {name for _, gpu in sliced if gpu.sharing.strategy == "single" for name in gpu.sharing.slices}
    if len(single) > 1 and all(len(gpu.sharing.slices) == 1 for _, gpu in sliced):
        text = f"with the strategy single a cluster has slices of one profile; its pools have {' and '.join(sorted(single))}"
        yield Mistake(("nodePools", sliced[-1][0], "gpu", "sharing", "slices"), text, "use strategy: mixed, or one profile")
