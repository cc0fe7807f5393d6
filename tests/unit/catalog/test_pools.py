"""What pools offer, what their sharing is called, and what is refused."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.catalog.pools import described, mig_config, mistakes, offered, plugin_config
from fleetgen.model.gpus import PRODUCTS
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import plain
from fleetgen.schemas.derive import build
from fleetgen.stages.resolve import as_json
from fleetgen.yamlfile import parse


def pool(text: str) -> NodePool:
    return spec(f"[{text}]").node_pools[0]


def spec(pools: str, more: str = "") -> ClusterSpec:
    data = plain(parse(f"{{environment: e, ring: r, nodePools: {pools}{more}}}", "x.yaml")[0])
    return cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))


OFFERED: Final = {
    "no card": ("{name: a}", {}, "", ""),
    "whole cards": ("{name: a, gpu: {product: L4, count: 2}}", {"nvidia.com/gpu": 2}, "exclusive", "all-disabled"),
    "four GPUs on a card": ("{name: a, gpu: {product: A16, count: 1}}", {"nvidia.com/gpu": 4}, "exclusive", "all-disabled"),
    "time slices": (
        "{name: a, gpu: {product: L4, count: 2, sharing: {mode: time-slicing, replicas: 4}}}",
        {"nvidia.com/gpu": 8},
        "time-slicing-4",
        "all-disabled",
    ),
    "MIG with a resource a profile": (
        "{name: a, gpu: {product: A30, count: 2, sharing: {mode: mig, slices: {2g.12gb: 1, 1g.6gb: 2}}}}",
        {"nvidia.com/mig-1g.6gb": 4, "nvidia.com/mig-2g.12gb": 2},
        "mig-mixed",
        "1g.6gb-x2_2g.12gb-x1",
    ),
    "MIG as whole cards": (
        "{name: a, gpu: {product: A30, count: 2, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 4}}}}",
        {"nvidia.com/gpu": 8},
        "mig-single",
        "1g.6gb-x4",
    ),
    "a Jetson is one device": (
        (
            "{name: a, arch: arm64, gpu: {product: Jetson AGX Orin, count: 1, driver: host, "
            "sharing: {mode: time-slicing, replicas: 2}}}"
        ),
        {"nvidia.com/gpu": 2},
        "time-slicing-2",
        "all-disabled",
    ),
    "AMD": ("{name: a, gpu: {product: MI300X, count: 8}}", {"amd.com/gpu": 8}, "exclusive", "all-disabled"),
    "Intel": ("{name: a, gpu: {product: Flex 170, count: 1}}", {"gpu.intel.com/i915": 1}, "exclusive", "all-disabled"),
}


@pytest.mark.parametrize(("text", "resources", "config", "mig"), OFFERED.values(), ids=OFFERED)
def test_offered(text: str, resources: dict[str, int], config: str, mig: str) -> None:
    found = pool(text)
    names = (plugin_config(found.gpu.sharing), mig_config(found.gpu.sharing)) if found.gpu else ("", "")
    assert (offered(found), *names) == (resources, config, mig)


def test_tolerations_of_a_pool() -> None:
    taints = "[{key: nvidia.com/gpu, effect: NoSchedule}, {key: example.com/for, value: video, effect: NoExecute}]"
    found = described(pool(f"{{name: a, taints: {taints}}}"), {})
    assert found == {
        "tolerations": [
            {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
            {"key": "example.com/for", "operator": "Equal", "value": "video", "effect": "NoExecute"},
        ],
        "resources": {},
    }


def test_what_templates_and_policies_see() -> None:
    found = pool("{name: a, gpu: {product: P40, count: 1}}")
    seen = described(found, cast("JsonObject", as_json(found)))
    gpu = cast("JsonObject", seen["gpu"])
    assert seen["resources"] == {"nvidia.com/gpu": 1}
    assert {key: gpu[key] for key in ("product", "vendor", "architecture", "computeCapability", "integrated", "lastDriver")} == {
        "product": "P40",
        "vendor": "nvidia",
        "architecture": "pascal",
        "computeCapability": "6.1",
        "integrated": False,
        "lastDriver": 580,
    }


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_profile_fits_as_often_as_it_says(name: str) -> None:
    mig = PRODUCTS[name].mig
    for profile, size in mig.profiles.items() if mig else ():
        assert mig is not None
        assert (size.most * size.compute <= mig.compute, size.most * size.memory <= mig.memory) == (True, True), profile
        full = spec(
            f"[{{name: a, gpu: {{product: {name}, count: 1, sharing: {{mode: mig, slices: {{{profile}: {size.most}}}}}}}}}]"
        )
        assert list(mistakes(full)) == []


CARDS: Final = "A30, A100, A100 80GB, H100, H100 NVL, H200, RTX PRO 6000"
GPU: Final = "[{name: a, os: ubuntu-24.04, gpu: {product: %s}}]"
REFUSED: Final = {
    "MIG on a card without MIG": (
        GPU % "L4, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}",
        "nodePools.0.gpu.sharing.mode",
        "a L4 cannot be cut by MIG",
        f"use sharing.mode: time-slicing or mps; cards with known MIG profiles are {CARDS}",
    ),
    "a profile of another card": (
        GPU % "A30, count: 1, sharing: {mode: mig, slices: {1g.5gb: 4}}",
        "nodePools.0.gpu.sharing.slices.1g.5gb",
        "a A30 has no MIG profile 1g.5gb",
        "its profiles are 1g.6gb, 2g.12gb, 4g.24gb",
    ),
    "slices that do not add up": (
        GPU % "A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 3, 2g.12gb: 1}}",
        "nodePools.0.gpu.sharing.slices",
        "3 x 1g.6gb and 1 x 2g.12gb do not fit on a A30: they need 5 of its 4 compute slices and 5 of its 4 memory slices",
        "take fewer; of one profile alone at most {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "memory that does not add up": (
        GPU % "A100, count: 1, sharing: {mode: mig, slices: {3g.20gb: 2, 1g.5gb: 1}}",
        "nodePools.0.gpu.sharing.slices",
        "2 x 3g.20gb and 1 x 1g.5gb do not fit on a A100: they need 7 of its 7 compute slices and 9 of its 8 memory slices",
        (
            "take fewer; of one profile alone at most {1g.5gb: 7}, {1g.10gb: 4}, {2g.10gb: 3}, {3g.20gb: 2}, {4g.20gb: 1}, "
            "{7g.40gb: 1}"
        ),
    ),
    "MIG without slices": (
        GPU % "A30, count: 1, sharing: {mode: mig}",
        "nodePools.0.gpu.sharing",
        "MIG needs to know the slices of a card",
        "set sharing.slices, for example one of {1g.6gb: 4}, {2g.12gb: 2}, {4g.24gb: 1}",
    ),
    "single with two profiles": (
        GPU % "A30, count: 1, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 2, 2g.12gb: 1}}",
        "nodePools.0.gpu.sharing.strategy",
        "with the strategy single all slices of a cluster are of one profile",
        "use strategy: mixed, or one profile",
    ),
    "AMD cards in slices of time": (
        GPU % "MI210, count: 1, sharing: {mode: time-slicing, replicas: 2}",
        "nodePools.0.gpu.sharing.mode",
        "amd cards cannot be shared by time-slicing",
        "use sharing.mode: none",
    ),
    "slices of time without number": (
        GPU % "L4, count: 1, sharing: {mode: time-slicing}",
        "nodePools.0.gpu.sharing",
        "time-slicing with one replica shares nothing",
        "set sharing.replicas to 2 or more, or mode: none",
    ),
    "replicas of a whole card": (
        GPU % "L4, count: 1, sharing: {mode: none, replicas: 2}",
        "nodePools.0.gpu.sharing.replicas",
        "replicas mean nothing with sharing.mode none",
        "remove replicas, or set sharing.mode: time-slicing",
    ),
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
        "a precompiled driver is chosen by its branch",
        "set gpu.driverVersion to the branch, for example 580",
    ),
    "Secure Boot with a driver that is built": (
        "[{name: a, secureBoot: true, gpu: {product: L4, count: 1}}]",
        "nodePools.0.gpu.driver",
        "with Secure Boot the node refuses the driver that the operator builds, because nobody signed it",
        "install a signed driver on the host and set driver: host",
    ),
    "a driver after the card's last": (
        GPU % "P40, count: 1, driver: host, driverVersion: 595.91.07",
        "nodePools.0.gpu.driverVersion",
        "driver 595.91.07 has no support for pascal cards such as the P40",
        "use a driver of branch 580, the last one for them",
    ),
    "a driver before MIG": (
        GPU % "H200, count: 1, driver: host, driverVersion: 535.309.01, sharing: {mode: mig, slices: {1g.18gb: 7}}",
        "nodePools.0.gpu.driverVersion",
        "MIG on a H200 needs driver 550.90.07 or later, the pool has 535.309.01",
        "use a driver of 550.90.07 or later",
    ),
    "names that are no expression": (
        "[{name: a, nodeNames: 'gpu-[0'}]",
        "nodePools.0.nodeNames",
        "'gpu-[0' is no regular expression: unterminated character set at position 4",
        "correct it, or list the names: one|two",
    ),
    "names that look ahead": (
        "[{name: a, nodeNames: '(?!system).*'}]",
        "nodePools.0.nodeNames",
        "'(?!system).*' looks around or refers back, which node feature discovery does not understand",
        "say it without (?=, (?!, (?< and \\1, or list the names: one|two",
    ),
    "two vendors in one box": (
        "[{name: a, gpu: {product: L4, count: 1}}, {name: b, gpu: {product: MI210, count: 1}}]",
        "nodePools.1.gpu.product",
        "an all-in-one site runs the drivers of one vendor; its pools have cards of amd and nvidia",
        "use cards of nvidia in all pools, or set topology: remote-workers",
    ),
    "both MIG strategies": (
        (
            "[{name: a, gpu: {product: A30, count: 1, sharing: {mode: mig, strategy: single, slices: {1g.6gb: 4}}}},"
            " {name: b, gpu: {product: A30, count: 1, sharing: {mode: mig, slices: {1g.6gb: 4}}}}]"
        ),
        "nodePools.1.gpu.sharing.strategy",
        "the pools of a cluster use both MIG strategies; the operator knows one for all nodes",
        "use strategy: mixed in all pools",
    ),
}


@pytest.mark.parametrize(("pools", "path", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(pools: str, path: str, message: str, fix: str) -> None:
    found = [(".".join(map(str, each.path)), each.message, each.fix) for each in mistakes(spec(pools))]
    assert found == [(path, message, fix)]


def test_two_vendors_in_a_site_of_several_nodes() -> None:
    pools = "[{name: a, gpu: {product: L4, count: 1}}, {name: b, gpu: {product: MI210, count: 1}}]"
    assert list(mistakes(spec(pools, ", topology: remote-workers"))) == []
