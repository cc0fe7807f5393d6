"""How the GPUs of a pool are shared (time-slicing, MPS, MIG): what a card allows, and the names of the layouts.

`model/gpus.py` has the MIG profiles of the cards and their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fleetgen.catalog.mistake import Mistake
from fleetgen.model.gpus import PRODUCTS, Mig
from fleetgen.model.inventory import Gpu, NodePool, Sharing
from fleetgen.model.settings import Path
from fleetgen.words import a, listed

# mode -> vendors whose device plug-in knows it
_SHARERS: Final[Mapping[str, tuple[str, ...]]] = {"time-slicing": ("nvidia", "intel"), "mps": ("nvidia",), "mig": ("nvidia",)}

_MPS_TURING: Final = (7, 5)  # compute capability from which on MPS serves more clients
_MPS_CLIENTS: Final = 48
_MPS_CLIENTS_BEFORE: Final = 16


def plugin_config(sharing: Sharing) -> str:
    """Name of the configuration of NVIDIA's device plug-in (node label nvidia.com/device-plugin.config) that shares cards so."""
    renamed = "-renamed" if sharing.rename else ""
    if sharing.mode == "mig" and sharing.replicas > 1:
        return f"mig-{sharing.strategy}_{mig_config(sharing)}_{sharing.replicas}{renamed}"
    if sharing.mode == "mig":
        return f"mig-{sharing.strategy}"
    return "exclusive" if sharing.mode == "none" else f"{sharing.mode}-{sharing.replicas}{renamed}"


def mig_config(sharing: Sharing) -> str:
    """Name of the MIG layout (node label nvidia.com/mig.config): `1g.6gb-x2_2g.12gb-x1`; `all-disabled` without MIG."""
    if sharing.mode != "mig":
        return "all-disabled"
    return "_".join(f"{profile.replace('+', '.')}-x{number}" for profile, number in sorted(sharing.slices.items()))


def sharing_mistakes(gpu: Gpu, path: Path) -> Iterator[Mistake]:
    """What is wrong with the sharing of a pool's cards: mode, replicas, MIG slices. `path` leads to it below `spec`."""
    product, sharing = gpu.card, gpu.sharing
    if sharing.mode != "none" and product.vendor not in _SHARERS[sharing.mode]:
        modes = ", ".join(mode for mode, vendors in _SHARERS.items() if product.vendor in vendors)
        fix = f"use sharing.mode: {modes or 'none'}"
        yield Mistake((*path, "mode"), f"{product.vendor} cards do not support sharing.mode {sharing.mode}", fix)
        return
    if sharing.mode == "mps" and product.integrated:
        yield Mistake(
            (*path, "mode"), f"integrated GPUs such as the {gpu.product} do not support MPS", "use sharing.mode: time-slicing"
        )
    if sharing.mode in {"time-slicing", "mps"} and sharing.replicas < 2:
        yield Mistake(
            path, f"{sharing.mode} needs at least 2 replicas", "set sharing.replicas to 2 or more, or sharing.mode: none"
        )
    if sharing.mode == "mps":
        yield from _clients(gpu, path)
    if sharing.rename and (sharing.replicas < 2 or product.vendor != "nvidia"):
        fix = "remove rename; it is for NVIDIA cards that several containers share"
        yield Mistake((*path, "rename"), "rename has no effect, because nothing is shared under another name", fix)
    if sharing.mode == "none" and sharing.replicas != 1:
        fix = "remove replicas, or set sharing.mode: time-slicing"
        yield Mistake((*path, "replicas"), f"replicas have no effect with sharing.mode {sharing.mode}", fix)
    if sharing.mode == "mig":
        yield from _slices(gpu, product.mig, path)
    elif sharing.slices:
        fix = "set sharing.mode: mig, or remove slices"
        yield Mistake((*path, "slices"), f"slices have no effect with sharing.mode {sharing.mode}", fix)


def _clients(gpu: Gpu, path: Path) -> Iterator[Mistake]:
    """MPS serves few clients; with more replicas its daemon ends and the node offers no card (device plug-in v0.20.0, mps)."""
    capability = gpu.card.compute_capability
    if not capability:
        return
    most = _MPS_CLIENTS if tuple(map(int, capability.split("."))) >= _MPS_TURING else _MPS_CLIENTS_BEFORE
    if gpu.sharing.replicas > most:
        text = f"MPS shares {a(gpu.product)} between {most} containers at most, not {gpu.sharing.replicas}"
        yield Mistake((*path, "replicas"), text, f"set sharing.replicas to {most} or less")


def _slices(gpu: Gpu, mig: Mig | None, path: Path) -> Iterator[Mistake]:
    if mig is None:
        cards = ", ".join(name for name, product in PRODUCTS.items() if product.mig)
        others = "time-slicing" if gpu.card.integrated else "time-slicing or mps"
        fix = f"use sharing.mode: {others}; cards with known MIG profiles are {cards}"
        yield Mistake((*path, "mode"), f"{a(gpu.product)} does not support MIG", fix)
        return
    slices = gpu.sharing.slices
    plain = {name: profile for name, profile in mig.profiles.items() if name.partition("g.")[2].removesuffix("gb").isdecimal()}
    fits = ", ".join(f"{{{name}: {profile.most}}}" for name, profile in plain.items())
    if not slices:
        yield Mistake(path, "sharing.mode mig needs sharing.slices", f"set sharing.slices, for example one of {fits}")
    unknown = [name for name in slices if name not in mig.profiles]
    for name in unknown:
        text = f"{a(gpu.product)} has no MIG profile {name}"
        yield Mistake((*path, "slices", name), text, f"its profiles are {', '.join(mig.profiles)}")
    if len(slices) > 1 and gpu.sharing.strategy == "single":
        text = "strategy single allows one MIG profile per cluster"
        yield Mistake((*path, "strategy"), text, "use strategy: mixed, or one profile")
    if not unknown and slices:
        yield from _sum(gpu, mig, (*path, "slices"), fits)


def _sum(gpu: Gpu, mig: Mig, path: Path, fits: str) -> Iterator[Mistake]:
    slices = gpu.sharing.slices
    none_of = [name for name, number in slices.items() if number < 1]
    for name in none_of:
        text = f"MIG profile {name} has count {slices[name]}; the least is 1"
        yield Mistake((*path, name), text, "remove the profile, or set 1 or more")
    if none_of:
        return
    compute = sum(number * mig.profiles[name].compute for name, number in slices.items())
    memory = sum(number * mig.profiles[name].memory for name, number in slices.items())
    crowded = [name for name, number in slices.items() if number > mig.profiles[name].most]
    if compute > mig.compute or memory > mig.memory or crowded:
        layout = " and ".join(f"{number} x {name}" for name, number in slices.items())
        text = (
            f"{layout} do not fit on {a(gpu.product)}: they need {compute} of its {mig.compute} compute slices "
            f"and {memory} of its {mig.memory} memory slices"
        )
        yield Mistake(path, text, f"use fewer slices; the most of one profile alone is {fits}")


def strategy_mistakes(pools: Sequence[NodePool]) -> Iterator[Mistake]:
    """Problems of the MIG strategies of all pools together. The GPU operator has one strategy for all nodes of a cluster."""
    sliced = [(index, pool.gpu) for index, pool in enumerate(pools) if pool.gpu and pool.gpu.sharing.mode == "mig"]
    if len({gpu.sharing.strategy for _, gpu in sliced}) > 1:
        text = "the pools of a cluster use both MIG strategies; the GPU operator has one for all nodes"
        yield Mistake(("nodePools", sliced[-1][0], "gpu", "sharing", "strategy"), text, "use strategy: mixed in all pools")
    mixed = any(gpu.sharing.strategy == "mixed" for _, gpu in sliced)
    for index, pool in enumerate(pools):
        if mixed and pool.gpu and pool.gpu.sharing.mode == "mps":
            text = "the GPU operator sets the MIG strategy mixed on all nodes, and the device plug-in does not do MPS with it"
            fix = "use sharing.mode: time-slicing here, or strategy: single in the pools with MIG"
            yield Mistake(("nodePools", index, "gpu", "sharing", "mode"), text, fix)
    single = {name for _, gpu in sliced if gpu.sharing.strategy == "single" for name in gpu.sharing.slices}
    if len(single) > 1 and all(len(gpu.sharing.slices) == 1 for _, gpu in sliced):
        text = f"strategy single allows one MIG profile per cluster; its pools have {listed(sorted(single))}"
        yield Mistake(("nodePools", sliced[-1][0], "gpu", "sharing", "slices"), text, "use strategy: mixed, or one profile")
