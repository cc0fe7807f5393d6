"""How cards are shared, what the layouts are called, and what a card does not allow."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.catalog.card_sharing import mig_config, plugin_config
from fleetgen.model.gpus import PRODUCTS
from tests.fleets import GPU, Refused, mistakes, pool

CARDS: Final = "A30, A100, A100 80GB, H100, H100 NVL, H200, RTX PRO 6000"
REFUSED: Final[dict[str, Refused]] = {
    "MIG on a card without MIG": (
        GPU % "L4, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}",
        "nodePools.0.gpu.sharing.mode",
        "an L4 does not support MIG",
        f"use sharing.mode: time-slicing or mps; cards with known MIG profiles are {CARDS}",
    ),
    "a profile of another card": (
        GPU % "A30, count: 1, sharing: {mode: mig, slices: {1g.5gb: 4}}",
        "nodePools.0.gpu.sharing.slices.1g.5gb",
        "an A30 has no MIG profile 1g.5gb",
        "its profiles are 1g.6gb, 2g.12gb, 4g.24gb, 1g.6gb+me, 2g.12gb+me",
    ),
    "slices that do not add up": (
        GPU % "A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 3, 2g.12gb: 1}}",
        "nodePools.0.gpu.sharing.slices",
        "3 x 1g.6gb and 1 x 2g.12gb do not fit on an A30: they need 5 of its 4 compute slices and 5 of its 4 memory slices",
        "use fewer slices; the most of one profile alone is {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "memory that does not add up": (
        GPU % "A100, count: 1, sharing: {mode: mig, slices: {3g.20gb: 2, 1g.5gb: 1}}",
        "nodePools.0.gpu.sharing.slices",
        "2 x 3g.20gb and 1 x 1g.5gb do not fit on an A100: they need 7 of its 7 compute slices and 9 of its 8 memory slices",
        (
            "use fewer slices; the most of one profile alone is {1g.5gb: 7}, {1g.10gb: 4}, {2g.10gb: 3}, {3g.20gb: 2}, "
            "{4g.20gb: 1}, {7g.40gb: 1}"
        ),
    ),
    "MIG without slices": (
        GPU % "A30, count: 1, sharing: {mode: mig}",
        "nodePools.0.gpu.sharing",
        "sharing.mode mig needs sharing.slices",
        "set sharing.slices, for example one of {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "single with two profiles": (
        GPU % "A30, count: 1, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 2, 2g.12gb: 1}}",
        "nodePools.0.gpu.sharing.strategy",
        "strategy single allows one MIG profile per cluster",
        "use strategy: mixed, or one profile",
    ),
    "AMD cards in slices of time": (
        GPU % "MI210, count: 1, sharing: {mode: time-slicing, replicas: 2}",
        "nodePools.0.gpu.sharing.mode",
        "amd cards do not support sharing.mode time-slicing",
        "use sharing.mode: none",
    ),
    "slices of time without number": (
        GPU % "L4, count: 1, sharing: {mode: time-slicing}",
        "nodePools.0.gpu.sharing",
        "time-slicing needs at least 2 replicas",
        "set sharing.replicas to 2 or more, or sharing.mode: none",
    ),
    "replicas of a whole card": (
        GPU % "L4, count: 1, sharing: {mode: none, replicas: 2}",
        "nodePools.0.gpu.sharing.replicas",
        "replicas have no effect with sharing.mode none",
        "remove replicas, or set sharing.mode: time-slicing",
    ),
    "both MIG strategies": (
        (
            "[{name: a, gpu: {product: A30, count: 1, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 4}}}},"
            " {name: b, gpu: {product: A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}}}]"
        ),
        "nodePools.1.gpu.sharing.strategy",
        "the pools of a cluster use both MIG strategies; the GPU operator has one for all nodes",
        "use strategy: mixed in all pools",
    ),
    "more clients than MPS serves": (
        GPU % "L4, count: 1, sharing: {mode: mps, replicas: 49}",
        "nodePools.0.gpu.sharing.replicas",
        "MPS shares an L4 between 48 containers at most, not 49",
        "set sharing.replicas to 48 or less",
    ),
    "more clients than MPS serves on an old card": (
        GPU % "V100, count: 1, sharing: {mode: mps, replicas: 17}",
        "nodePools.0.gpu.sharing.replicas",
        "MPS shares a V100 between 16 containers at most, not 17",
        "set sharing.replicas to 16 or less",
    ),
    "MPS beside the strategy mixed": (
        (
            "[{name: a, gpu: {product: A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}}},"
            " {name: b, gpu: {product: L4, count: 1, sharing: {mode: mps, replicas: 4}}}]"
        ),
        "nodePools.1.gpu.sharing.mode",
        "the GPU operator sets the MIG strategy mixed on all nodes, and the device plug-in does not do MPS with it",
        "use sharing.mode: time-slicing here, or strategy: single in the pools with MIG",
    ),
    "two slices with the media engine": (
        GPU % "A30, count: 1, sharing: {mode: mig, slices: {1g.6gb+me: 2}}",
        "nodePools.0.gpu.sharing.slices",
        "2 x 1g.6gb+me do not fit on an A30: they need 2 of its 4 compute slices and 2 of its 4 memory slices",
        "use fewer slices; the most of one profile alone is {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "another name for what is not shared": (
        GPU % "L4, count: 1, sharing: {mode: none, rename: true}",
        "nodePools.0.gpu.sharing.rename",
        "rename has no effect, because nothing is shared under another name",
        "remove rename; it is for NVIDIA cards that several containers share",
    ),
    "a driver without MIG for the card": (
        GPU % "RTX PRO 6000, count: 1, driverVersion: 575.57.08, sharing: {mode: mig, slices: {1g.24gb: 4}}",
        "nodePools.0.gpu.driverVersion",
        "driver 575.57.08 does not support MIG on an RTX PRO 6000",
        "use another driver, for example of branch 580",
    ),
}


@pytest.mark.parametrize(("pools", "path", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(pools: str, path: str, message: str, fix: str) -> None:
    assert mistakes(pools) == [(path, message, fix)]


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_profile_fits_as_often_as_it_says(name: str) -> None:
    mig = PRODUCTS[name].mig
    for profile, size in mig.profiles.items() if mig else ():
        assert mig is not None
        assert (size.most * size.compute <= mig.compute, size.most * size.memory <= mig.memory) == (True, True), profile
        full = f"[{{name: a, gpu: {{product: {name}, count: 1, sharing: {{mode: mig, slices: {{{profile}: {size.most}}}}}}}}}]"
        assert mistakes(full) == []


LAYOUTS: Final = {
    "not shared": ("{product: L4, count: 2}", "exclusive", "all-disabled"),
    "time slices": ("{product: L4, count: 2, sharing: {mode: time-slicing, replicas: 4}}", "time-slicing-4", "all-disabled"),
    "MPS": ("{product: L4, count: 1, sharing: {mode: mps, replicas: 2}}", "mps-2", "all-disabled"),
    "MIG with a resource a profile": (
        "{product: A30, count: 2, sharing: {mode: mig, slices: {2g.12gb: 1, 1g.6gb: 2}}}",
        "mig-mixed",
        "1g.6gb-x2_2g.12gb-x1",
    ),
    "shared under a name of its own": (
        "{product: L4, count: 1, sharing: {mode: time-slicing, replicas: 4, rename: true}}",
        "time-slicing-4-renamed",
        "all-disabled",
    ),
    "slices with a media engine, shared in turns": (
        "{product: A30, count: 1, sharing: {mode: mig, replicas: 2, slices: {1g.6gb+me: 1, 2g.12gb: 1}}}",
        "mig-mixed_1g.6gb.me-x1_2g.12gb-x1_2",
        "1g.6gb.me-x1_2g.12gb-x1",
    ),
    "MIG as whole cards": (
        "{product: A30, count: 2, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 4}}}",
        "mig-single",
        "1g.6gb-x4",
    ),
}


@pytest.mark.parametrize(("gpu", "plugin", "mig"), LAYOUTS.values(), ids=LAYOUTS)
def test_names_of_layouts(gpu: str, plugin: str, mig: str) -> None:
    shared = pool(f"{{name: a, gpu: {gpu}}}").gpu
    assert shared is not None
    assert (plugin_config(shared.sharing), mig_config(shared.sharing)) == (plugin, mig)
