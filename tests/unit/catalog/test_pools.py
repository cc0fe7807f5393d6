"""What templates and policies see of pools, and what is wrong with their names and vendors."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.catalog.pools import pool_data, tolerations
from fleetgen.model.plain import JsonObject
from tests.fleets import Refused, mistakes, pool


def test_tolerations_of_a_pool() -> None:
    taints = "[{key: nvidia.com/gpu, effect: NoSchedule}, {key: example.com/for, value: video, effect: NoExecute}]"
    assert tolerations(pool(f"{{name: a, taints: {taints}}}")) == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "example.com/for", "operator": "Equal", "value": "video", "effect": "NoExecute"},
    ]


def test_what_templates_and_policies_see() -> None:
    seen = pool_data(pool("{name: a, gpu: {product: P40, count: 1}}"))
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


REFUSED: Final[dict[str, Refused]] = {
    "names that are no expression": (
        "[{name: a, nodeNames: 'gpu-[0'}]",
        "nodePools.0.nodeNames",
        "'gpu-[0' is not a regular expression: unterminated character set at position 4",
        "correct it, or list the names: one|two",
    ),
    "names that look ahead": (
        "[{name: a, nodeNames: '(?!system).*'}]",
        "nodePools.0.nodeNames",
        "'(?!system).*' has a lookaround or a backreference, which node feature discovery does not support",
        "write it without (?=, (?!, (?< and \\1, or list the names: one|two",
    ),
    "two vendors in one box": (
        "[{name: a, gpu: {product: L4, count: 1}}, {name: b, gpu: {product: MI210, count: 1}}]",
        "nodePools.1.gpu.product",
        "an all-in-one site runs the drivers of only one vendor; its pools have cards of amd and nvidia",
        "use cards of nvidia in all pools, or set topology: remote-workers",
    ),
}


@pytest.mark.parametrize(("pools", "path", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(pools: str, path: str, message: str, fix: str) -> None:
    assert mistakes(pools) == [(path, message, fix)]


def test_two_vendors_in_a_site_of_several_nodes() -> None:
    pools = "[{name: a, gpu: {product: L4, count: 1}}, {name: b, gpu: {product: MI210, count: 1}}]"
    assert mistakes(pools, ", topology: remote-workers") == []


@pytest.mark.parametrize(
    ("kubernetes", "node", "expected"),
    [
        ("{distribution: openshift, version: 4.20.8}", "os: rhcos-4.20, runtime: cri-o-1.33", []),
        ("{distribution: openshift, version: 4.20.8}", "os: rhcos", []),
        ("{distribution: openshift, version: 4.16.3}", "os: rhel-8.10", []),
        ("{distribution: openshift, version: 4.20.8}", "count: 1", []),
        ("{distribution: kubeadm, version: v1.35.4}", "os: rhel-9.6, runtime: cri-o-1.35", []),
        (
            "{distribution: openshift, version: 4.20.8}",
            "os: ubuntu-24.04, runtime: containerd-2.1",
            [
                ("nodePools.0.os", "nodes of OpenShift do not run 'ubuntu-24.04'", "write rhcos-4.20"),
                (
                    "nodePools.0.runtime",
                    "nodes of OpenShift do not run 'containerd-2.1'",
                    "write cri-o with its version, which is that of Kubernetes",
                ),
            ],
        ),
        (
            "{distribution: openshift, version: 4.20.8}",
            "os: rhcos-4.12",
            [("nodePools.0.os", "'rhcos-4.12' is not the system of OpenShift 4.20, which brings its own", "write rhcos-4.20")],
        ),
        (
            "{distribution: k3s, version: v1.35.4+k3s1}",
            "os: rhcos-4.20",
            [
                (
                    "nodePools.0.os",
                    "RHCOS is part of OpenShift; k3s does not run on it",
                    "name the system of the nodes, for example rhel-9.6",
                )
            ],
        ),
    ],
)
def test_systems_of_a_distribution(kubernetes: str, node: str, expected: list[tuple[str, str, str]]) -> None:
    assert mistakes(f"[{{name: main, {node}}}]", f", kubernetes: {kubernetes}") == expected
