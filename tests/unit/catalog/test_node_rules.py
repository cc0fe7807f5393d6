"""Which rule of node feature discovery each pool of a cluster gets."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.catalog.node_rules import NodeRule, node_rules
from fleetgen.model.inventory import NodePool
from fleetgen.model.plain import Json, JsonObject
from fleetgen.schemas.derive import build
from fleetgen.yamlfile import load_manifests


def rules(text: str) -> tuple[NodeRule, ...]:
    pools = cast("list[JsonObject]", load_manifests(text)[0])
    return node_rules([cast("NodePool", build(NodePool, pool)) for pool in pools])


def pci(vendor: str, **expressions: list[Json]) -> Json:
    values: dict[str, list[Json]] = {"vendor": [vendor], **{name.removesuffix("_"): v for name, v in expressions.items()}}
    matching: JsonObject = {name: {"op": "In", "value": value} for name, value in values.items()}
    return [{"feature": "pci.device", "matchExpressions": matching}]


def named(pattern: str) -> Json:
    return [{"feature": "system.name", "matchExpressions": {"nodename": {"op": "InRegexp", "value": [pattern]}}}]


NVIDIA: Final = pci("10de", class_=["0300", "0302"])
L4: Final = "gpu: {product: L4, count: 1}"
MATCHES: Final = {
    "the only pool is all nodes": ("[{name: main, gpu: {product: L4, count: 1}}]", [[]]),
    "the only pool, with names": ("[{name: main, nodeNames: 'a|b'}]", [named("a|b")]),
    "cards of one pool": (f"[{{name: system}}, {{name: gpu, {L4}}}]", [None, NVIDIA]),
    "cards of two vendors": (
        f"[{{name: a, {L4}}}, {{name: b, gpu: {{product: MI210, count: 1}}}}]",
        [NVIDIA, pci("1002", device=["740f"])],
    ),
    "cards whose ids are known": (
        "[{name: a, gpu: {product: MI210, count: 1}}, {name: b, gpu: {product: MI300X, count: 8}}]",
        [pci("1002", device=["740f"]), pci("1002", device=["74a1", "74a9"])],
    ),
    "cards with the same ids": (
        "[{name: a, gpu: {product: Radeon AI PRO R9700S, count: 1}}, {name: b, gpu: {product: Radeon AI PRO R9600D, count: 1}}]",
        [None, None],
    ),
    "two pools with cards of one vendor": (f"[{{name: a, {L4}}}, {{name: b, {L4}}}]", [None, None]),
    "names tell one of them": (f"[{{name: a, {L4}}}, {{name: b, nodeNames: ^b-, {L4}}}]", [None, named("^b-")]),
    "a Jetson is not on the bus": (
        f"[{{name: a, {L4}}}, {{name: b, arch: arm64, gpu: {{product: Jetson Thor, count: 1, driver: host}}}}]",
        [NVIDIA, None],
    ),
}


@pytest.mark.parametrize(("pools", "expected"), MATCHES.values(), ids=MATCHES)
def test_how_the_nodes_of_a_pool_are_told_apart(pools: str, expected: list[Json]) -> None:
    assert [rule.as_data()["match"] for rule in rules(pools)] == expected


AMD: Final = "feature.node.kubernetes.io/amd-gpu"
CONFIG: Final = "nvidia.com/device-plugin.config"
LABELS: Final = {
    "nothing to say": ("[{name: system}]", [{}], [False]),
    "labels of the inventory win": (
        "[{name: a, labels: {fleetgen.io/pool: mine, example.com/x: y}}]",
        [{"fleetgen.io/pool": "mine", "example.com/x": "y"}],
        [True],
    ),
    "cards shared alike": (
        f"[{{name: a, {L4}}}, {{name: b, {L4}}}]",
        [{CONFIG: "exclusive"}, {CONFIG: "exclusive"}],
        [False, False],
    ),
    "cards shared in two ways": (
        f"[{{name: a, {L4}}}, {{name: b, gpu: {{product: A30, count: 1, sharing: {{mode: mig, slices: {{1g.6gb: 4}}}}}}}}]",
        [{CONFIG: "exclusive"}, {CONFIG: "mig-mixed", "nvidia.com/mig.config": "1g.6gb-x4"}],
        [True, True],
    ),
    "drivers of host and operator": (
        f"[{{name: a, {L4}}}, {{name: b, gpu: {{product: L4, count: 1, driver: host, toolkit: host}}}}]",
        [
            {CONFIG: "exclusive"},
            {
                CONFIG: "exclusive",
                "nvidia.com/gpu.deploy.driver": "false",
                "nvidia.com/gpu.deploy.container-toolkit": "false",
            },
        ],
        [True, True],
    ),
    "all drivers of the host": (
        "[{name: a, gpu: {product: L4, count: 1, driver: host}}]",
        [{CONFIG: "exclusive"}],
        [False],
    ),
    "a Jetson": (
        "[{name: a, arch: arm64, gpu: {product: Jetson Orin NX, count: 1, driver: host}}]",
        [{"nvidia.com/gpu.present": "true"}],
        [False],
    ),
    "two drivers of AMD": (
        "[{name: a, gpu: {product: MI210, count: 1, driver: host}}, {name: b, gpu: {product: MI210, count: 1}}]",
        [{AMD: "true"}, {AMD: "true"}],
        [True, True],
    ),
    "vendors do not compare": (
        f"[{{name: a, {L4}}}, {{name: b, gpu: {{product: MI210, count: 1}}}}, {{name: c, gpu: {{product: Flex 170, count: 1}}}}]",
        [{CONFIG: "exclusive"}, {AMD: "true"}, {"intel.feature.node.kubernetes.io/gpu": "true"}],
        [False, False, False],
    ),
}


@pytest.mark.parametrize(("pools", "labels", "needed"), LABELS.values(), ids=LABELS)
def test_what_a_rule_sets(pools: str, labels: list[dict[str, str]], needed: list[bool]) -> None:
    found = rules(pools)
    names = [str(pool["name"]) for pool in cast("list[JsonObject]", load_manifests(pools)[0])]
    expected = [{"fleetgen.io/pool": name, **own} for name, own in zip(names, labels, strict=True)]
    assert ([rule.labels for rule in found], [rule.is_needed for rule in found]) == (expected, needed)


REFUSED: Final = {
    "a label of Kubernetes": (
        "labels: {topology.kubernetes.io/zone: a}",
        "label topology.kubernetes.io/zone",
        "topology.kubernetes.io",
    ),
    "a taint of Kubernetes": (
        "taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]",
        "taint node-role.kubernetes.io/control-plane",
        "node-role.kubernetes.io",
    ),
    "kubernetes.io itself": ("labels: {kubernetes.io/arch: arm64}", "label kubernetes.io/arch", "kubernetes.io"),
    "a taint as a profile": (
        "taints: [{key: profile.node.kubernetes.io/a, effect: NoSchedule}]",
        "taint profile.node.kubernetes.io/a",
        "profile.node.kubernetes.io",
    ),
}


@pytest.mark.parametrize(("pool", "what", "space"), REFUSED.values(), ids=REFUSED)
def test_what_belongs_to_kubernetes_is_left_out(pool: str, what: str, space: str) -> None:
    (found,) = rules(f"[{{name: a, {pool}}}]")
    assert [(f"{each.what} {each.key}", each.why) for each in found.refused] == [(what, f"{space} belongs to Kubernetes")]
    assert (found.labels, found.taints, found.is_needed) == ({"fleetgen.io/pool": "a"}, (), False)


WHY: Final = {
    "zone": "it has no prefix",
    "Example.com/zone": "Kubernetes does not allow such a name",
    "example.com/-zone": "Kubernetes does not allow such a name",
    "example.com/zone": "Kubernetes does not allow its value",
}


@pytest.mark.parametrize(("key", "why"), WHY.items())
def test_what_nobody_could_set_is_left_out(key: str, why: str) -> None:
    (found,) = rules(
        f"[{{name: a, labels: {{{key}: two words}}, taints: [{{key: {key}, value: two words, effect: NoExecute}}]}}]"
    )
    assert [(each.what, each.key, each.why) for each in found.refused] == [("label", key, why), ("taint", key, why)]


def test_feature_labels_and_taints_are_set() -> None:
    key = "vendor.feature.node.kubernetes.io/a"
    pool = f"{{name: a, labels: {{{key}: '', profile.node.kubernetes.io/b: c}}, taints: [{{key: {key}, effect: NoSchedule}}]}}"
    assert rules(f"[{pool}]")[0].as_data() == {
        "match": [],
        "labels": {"fleetgen.io/pool": "a", key: "", "profile.node.kubernetes.io/b": "c"},
        "taints": [{"key": key, "effect": "NoSchedule"}],
        "refused": [],
        "isNeeded": True,
    }
