"""Pods are packed onto the nodes of a cluster: who finds no room, and what is left where it is closest."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.catalog.placement import UnitWorkloads, unplaced
from fleetgen.catalog.workloads import pod_requests
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.plain import Json, JsonObject
from fleetgen.schemas.derive import build
from fleetgen.yamlfile import load_manifests

GIB: Final = 2**30
PATH: Final = "spec.components.app"


def mapping(text: str) -> JsonObject:
    return cast("JsonObject", load_manifests(text)[0])


def pools(text: str) -> tuple[NodePool, ...]:
    """Node pools of a document."""
    spec = "environment: e, ring: r, kubernetes: {distribution: k3s, version: v1.35.4+k3s1}"
    data = mapping(f"{{{spec}, nodePools: {text}}}")
    return cast("ClusterSpec", build(ClusterSpec, data)).node_pools


def workload(name: str, requests: JsonObject, replicas: int = 1, **more: Json) -> JsonObject:
    """As `unit_needs` describes it."""
    return {
        "kind": "Deployment",
        "namespace": "shop",
        "name": name,
        "mostReplicas": replicas,
        "requests": requests,
        "nodeSelector": {},
        "tolerations": [],
        **more,
    }


def lost(pools_: str, *workloads: JsonObject) -> list[tuple[str, int]]:
    """Name and number of the Pods that find no room."""
    found = unplaced(pools(pools_), {"app": UnitWorkloads(PATH, workloads)})
    return [(cast("str", each["name"]), cast("int", each["missing"])) for each in cast("list[JsonObject]", found)]


ONE: Final = "[{name: main, cpu: 8, memoryGiB: 32, reserved: {cpu: 1, memoryGiB: 2}}]"
TWO: Final = "[{name: main, count: 2, cpu: 8, memoryGiB: 32}]"
CARD: Final = (
    '[{name: main, cpu: 8, memoryGiB: 32}, {name: card, cpu: 8, memoryGiB: 32, labels: {shop/card: "yes"}, '
    "taints: [{key: card, effect: NoSchedule}], gpu: {product: L4, count: 1}}]"
)
STAYS: Final = "{restartPolicy: Always, resources: {requests: {cpu: 3}}}"
TOLERATED: Final[Json] = [{"key": "card", "operator": "Exists", "effect": "NoSchedule"}]


def test_what_is_said_of_a_workload_without_room() -> None:
    found = unplaced(pools(ONE), {"app": UnitWorkloads(PATH, [workload("big", {"cpu": 40, "memory": 300 * GIB}, 2)])})
    assert found == [
        {
            "unit": "app",
            "path": PATH,
            "kind": "Deployment",
            "namespace": "shop",
            "name": "big",
            "replicas": 2,
            "missing": 2,
            "asks": {"cpu": 40, "memoryGiB": 300},
            "pool": "main",
            "left": {"cpu": 7, "memoryGiB": 30},
        }
    ]


@pytest.mark.parametrize(
    ("given", "workloads", "expected"),
    [
        (ONE, [workload("all", {"cpu": 7, "memory": 30 * GIB})], []),
        (ONE, [workload("reserved", {"cpu": 7.5})], [("reserved", 1)]),
        (ONE, [workload("a", {"cpu": 4}), workload("b", {"cpu": 4})], [("b", 1)]),
        (TWO, [workload("two", {"cpu": 5}, 2)], []),
        (TWO, [workload("three", {"cpu": 5}, 3)], [("three", 1)]),
        # no node has room for it, though all together have
        (TWO, [workload("wide", {"cpu": 12})], [("wide", 1)]),
        (TWO, [workload("agent", {"cpu": 6}, kind="DaemonSet"), workload("web", {"cpu": 3})], [("web", 1)]),
        (TWO, [workload("agent", {"cpu": 9}, kind="DaemonSet")], [("agent", 2)]),
        # a size that nobody wrote down is no limit
        ("[{name: main}]", [workload("big", {"cpu": 400, "memory": 9000 * GIB})], []),
        ("[{name: main, cpu: 2}]", [workload("big", {"memory": 9000 * GIB})], []),
        # the tainted node is not for everybody
        (CARD, [workload("web", {"cpu": 5}, 2)], [("web", 1)]),
        (CARD, [workload("web", {"cpu": 5}, 2, tolerations=TOLERATED)], []),
        (CARD, [workload("web", {"cpu": 5}, 2, tolerations=[{"operator": "Exists"}])], []),
        (CARD, [workload("pick", {"cpu": 5}, 2, tolerations=TOLERATED, nodeSelector={"shop/card": "yes"})], [("pick", 1)]),
        # other policies say that nothing has this label, and that no pool offers such a card
        (ONE, [workload("web", {"cpu": 1}, nodeSelector={"gpu.example.com/kind": "l4"})], []),
        (ONE, [workload("web", {"cpu": 1, "nvidia.com/gpu": 1})], []),
        # who needs the card gets its node first
        (
            CARD.replace("taints: [{key: card, effect: NoSchedule}], ", ""),
            [workload("a", {"cpu": 6}), workload("card", {"cpu": 3, "nvidia.com/gpu": 1})],
            [],
        ),
        (CARD, [workload("card", {"nvidia.com/gpu": 1}, 2, tolerations=TOLERATED)], [("card", 1)]),
        # they run now and then, when there is room
        (ONE, [workload("once", {"cpu": 40}, kind="Job"), workload("nightly", {"cpu": 40}, kind="CronJob")], []),
    ],
)
def test_who_finds_no_room(given: str, workloads: list[JsonObject], expected: list[tuple[str, int]]) -> None:
    assert lost(given, *workloads) == expected
    assert lost(given, *reversed(workloads)) == expected


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ("{containers: [{resources: {limits: {cpu: 2}, requests: {cpu: 500m}}}, {resources: {limits: {cpu: 1}}}]}", {"cpu": 1.5}),
        ("{containers: [{resources: {requests: {cpu: 1}}}], initContainers: [{resources: {requests: {cpu: 3}}}]}", {"cpu": 3}),
        (f"{{containers: [{{resources: {{requests: {{cpu: 1}}}}}}], initContainers: [{STAYS}]}}", {"cpu": 4}),
        ("{containers: [{}], resources: {requests: {memory: 1Gi}}, overhead: {memory: 1Gi}}", {"memory": 2 * GIB}),
    ],
)
def test_what_one_pod_asks_for(pod: str, expected: dict[str, float]) -> None:
    assert pod_requests(mapping(pod)) == expected
