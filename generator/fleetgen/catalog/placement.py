"""Which Pods of a cluster find no room on its nodes. Pure.

Pods are packed by their requests, as the scheduler would do it: node selectors and taints are respected, and every node runs its
share of the DaemonSets. What is not known does not count against anybody: the size of a pool that does not tell it, node labels
that no pool has, affinities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from fleetgen.catalog.capacity import extended_resources, whole_numbers
from fleetgen.model.inventory import NodePool
from fleetgen.model.plain import Json, JsonObject, mapping_of

CPU: Final = "cpu"
MEMORY: Final = "memory"
_GIB: Final = 2.0**30
_ARCH: Final = "kubernetes.io/arch"
# amounts are sums of binary fractions: a thousandth of a core or a byte is no shortage
_ROUNDING: Final = 1e-6
_Choose: TypeAlias = Callable[[Sequence["_FilledNode"], "_Pod"], "_FilledNode"]


@dataclass(frozen=True, slots=True)
class UnitWorkloads:
    """The workloads of a unit, as `workloads.unit_needs` describes them; `path` leads to its settings in a cluster's document."""

    path: str
    workloads: Sequence[JsonObject] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Pod:
    """A workload of a unit: `requests` of one Pod in base units, `replicas` of it, or one on every node (`daemon`)."""

    unit: str
    path: str
    workload: JsonObject
    requests: Mapping[str, float]
    replicas: int
    daemon: bool


@dataclass(slots=True)
class _FilledNode:
    """A node while it is filled; `free`: resource -> amount. A resource that is missing was never offered."""

    pool: NodePool
    free: dict[str, float] = field(default_factory=dict)

    def has_room(self, requests: Mapping[str, float]) -> bool:
        return all(amount <= self.free.get(name, 0) * (1 + _ROUNDING) for name, amount in requests.items() if amount > 0)

    def take(self, requests: Mapping[str, float]) -> None:
        for name, amount in requests.items():
            self.free[name] = self.free.get(name, 0) - amount


@dataclass(frozen=True, slots=True)
class _Shortage:
    """Replicas of a Pod that found no node, and the roomiest node that it may use, as it is then."""

    pod: _Pod
    missing: int
    roomiest: _FilledNode


def unplaced(pools: Sequence[NodePool], units: Mapping[str, UnitWorkloads]) -> list[Json]:
    """The workloads whose Pods do not all find a node, as policies read them; empty if everything fits.

    Each entry has `unit`, `path`, `kind`, `namespace`, `name`, `missing` of `replicas`, what one Pod `asks` for and what is
    `left` on the roomiest node of `pool` that it may use (`cpu` in cores, `memoryGiB`, extended resources). A workload that may
    use no node at all is not listed: other policies judge that. Several orders are tried, because none is always best; the one
    that leaves least behind counts.
    """
    offered = {name for pool in pools for name in extended_resources(pool)}
    pods = [*_pods(units, offered)]
    best: list[_Shortage] | None = None
    for order in _ORDERS:
        for choose in (_first, _tightest):
            found = [*_packed(pools, pods, order, choose)]
            if best is None or sum(each.missing for each in found) < sum(each.missing for each in best):
                best = found
            if not best:
                return []
    return [_as_data(each) for each in sorted(best or [], key=lambda each: (each.pod.unit, *_identity(each.pod)))]


def _pods(units: Mapping[str, UnitWorkloads], offered: set[str]) -> Iterator[_Pod]:
    """Requests of resources that no pool offers are left out: that is a finding of its own."""
    for unit, described in sorted(units.items()):
        for workload in described.workloads:
            if workload["kind"] not in {"Job", "CronJob"}:
                requests = {
                    name: cast("float", amount)
                    for name, amount in mapping_of(workload["requests"]).items()
                    if name in {CPU, MEMORY} or name in offered
                }
                yield _Pod(
                    unit,
                    described.path,
                    workload,
                    requests,
                    cast("int", workload["mostReplicas"]),
                    workload["kind"] == "DaemonSet",
                )


def _packed(
    pools: Sequence[NodePool], pods: Sequence[_Pod], order: Callable[[_Pod], tuple[float, ...]], choose: _Choose
) -> Iterator[_Shortage]:
    """DaemonSets first, then the others, the largest first."""
    nodes = [_FilledNode(pool, dict(_allocatable(pool))) for pool in pools for _ in range(pool.count)]
    allowed = {id(pod): [node for node in nodes if _may_run(pod, node.pool, pools)] for pod in pods}
    for pod in sorted(pods, key=lambda pod: (not pod.daemon, order(pod), pod.unit, _identity(pod))):
        mine = allowed[id(pod)]
        missing = 0
        for node in mine if pod.daemon else [None] * pod.replicas if mine else []:
            target = node or choose([each for each in mine if each.has_room(pod.requests)] or mine[:1], pod)
            if target.has_room(pod.requests):
                target.take(pod.requests)
            else:
                missing += 1
        if missing:
            yield _Shortage(pod, missing, _FilledNode((last := _roomiest(mine, pod)).pool, dict(last.free)))


def _allocatable(pool: NodePool) -> Iterator[tuple[str, float]]:
    """What a node has for Pods. A size that nobody wrote down is no limit."""
    yield CPU, pool.cpu - pool.reserved.cpu if pool.cpu else float("inf")
    yield MEMORY, (pool.memory_gib - pool.reserved.memory_gib) * _GIB if pool.memory_gib else float("inf")
    yield from extended_resources(pool).items()


def _may_run(pod: _Pod, pool: NodePool, pools: Sequence[NodePool]) -> bool:
    labels = {**pool.labels, _ARCH: pool.arch}
    known = {key for each in pools for key in each.labels} | {_ARCH}
    selector = mapping_of(pod.workload["nodeSelector"])
    selected = all(labels.get(key) == value for key, value in selector.items() if key in known)
    tolerations = cast("list[JsonObject]", pod.workload["tolerations"])
    return selected and all(
        any(_tolerates(toleration, taint.key, taint.value, taint.effect) for toleration in tolerations)
        for taint in pool.taints
        if taint.effect != "PreferNoSchedule"
    )


def _tolerates(toleration: JsonObject, key: str, value: str, effect: str) -> bool:
    """As Kubernetes has it: no key means every key, no effect every effect."""
    exists = toleration.get("operator", "Equal") == "Exists"
    return (
        (toleration.get("key") == key or (exists and not toleration.get("key")))
        and (exists or toleration.get("value", "") == value)
        and toleration.get("effect") in {None, "", effect}
    )


def _by_cpu(pod: _Pod) -> tuple[float, ...]:
    return (-_devices(pod), -pod.requests.get(CPU, 0), -pod.requests.get(MEMORY, 0))


def _by_memory(pod: _Pod) -> tuple[float, ...]:
    return (-_devices(pod), -pod.requests.get(MEMORY, 0), -pod.requests.get(CPU, 0))


def _by_selector(pod: _Pod) -> tuple[float, ...]:
    return (-len(mapping_of(pod.workload["nodeSelector"])), *_by_cpu(pod))


_ORDERS: Final = (_by_cpu, _by_memory, _by_selector)


def _devices(pod: _Pod) -> float:
    return sum(amount for name, amount in pod.requests.items() if name not in {CPU, MEMORY})


def _first(nodes: Sequence[_FilledNode], _pod: _Pod) -> _FilledNode:
    return nodes[0]


def _tightest(nodes: Sequence[_FilledNode], pod: _Pod) -> _FilledNode:
    """The node that has least left of what no other kind of Pod needs: devices, then memory, then cores."""
    return min(nodes, key=lambda node: (_left_of_devices(node, pod), node.free[MEMORY], node.free[CPU]))


def _left_of_devices(node: _FilledNode, pod: _Pod) -> float:
    return sum(amount - pod.requests.get(name, 0) for name, amount in node.free.items() if name not in {CPU, MEMORY})


def _roomiest(nodes: Sequence[_FilledNode], pod: _Pod) -> _FilledNode:
    """The node that comes closest: with the largest share of what the Pod asks for most."""

    def share(node: _FilledNode) -> float:
        return min((node.free.get(name, 0) / amount for name, amount in pod.requests.items() if amount > 0), default=0)

    return max(nodes, key=share)


def _identity(pod: _Pod) -> tuple[str, ...]:
    return tuple(str(pod.workload[key]) for key in ("kind", "namespace", "name"))


def _as_data(shortage: _Shortage) -> JsonObject:
    pod, node = shortage.pod, shortage.roomiest
    return {
        "unit": pod.unit,
        "path": pod.path,
        "kind": pod.workload["kind"],
        "namespace": pod.workload["namespace"],
        "name": pod.workload["name"],
        "replicas": node.pool.count if pod.daemon else pod.replicas,
        "missing": shortage.missing,
        "asks": _amounts(pod.requests, pod.requests),
        "pool": node.pool.name,
        "left": _amounts(node.free, pod.requests),
    }


def _amounts(amounts: Mapping[str, float], asked: Mapping[str, float]) -> JsonObject:
    """Of what is asked for, rounded to thousandths; memory in GiB. What has no limit is left out."""
    shown = {("memoryGiB" if name == MEMORY else name): amounts.get(name, 0) / (_GIB if name == MEMORY else 1) for name in asked}
    return {**whole_numbers({name: round(amount, 3) for name, amount in shown.items() if amount != float("inf")})}
