"""Node pools as rules of node feature discovery: by what their nodes are told apart, which labels and taints the rules set.

What node feature discovery (NFD) may set follows its own checks (pkg/apis/nfd/validate in v0.19.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.catalog.card_sharing import mig_config, plugin_config
from fleetgen.model.gpus import PCI
from fleetgen.model.inventory import Gpu, NodePool, Taint
from fleetgen.model.plain import Json, JsonObject

POOL_LABEL: Final = "fleetgen.io/pool"
_FEATURES: Final = "feature.node.kubernetes.io"
_PROFILES: Final = "profile.node.kubernetes.io"
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")
_PREFIX: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedKey:
    """A label or taint of a pool that NFD does not set, and why. The node has to carry it by itself."""

    what: str
    key: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRule:
    """The rule of one pool.

    `match`: terms of which all hold for the pool's nodes and for no others; empty where that is every node, None where nothing
    tells them apart. `is_needed`: whether the pool's nodes differ from others in anything that the rule sets.
    """

    match: tuple[JsonObject, ...] | None
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    refused: tuple[RefusedKey, ...]
    is_needed: bool

    def as_data(self) -> JsonObject:
        """The rule as JSON: how templates and policies see it."""
        refused: list[Json] = [{"what": refusal.what, "key": refusal.key, "why": refusal.why} for refusal in self.refused]
        return {
            "match": None if self.match is None else [*self.match],
            "labels": {**self.labels},
            "taints": [taint_data(taint) for taint in self.taints],
            "refused": refused,
            "isNeeded": self.is_needed,
        }


def node_rules(pools: Sequence[NodePool]) -> tuple[NodeRule, ...]:
    """The rule of each pool of a cluster, in order."""
    return tuple(_rule(pools, pool) for pool in pools)


def taint_data(taint: Taint) -> JsonObject:
    """The taint as it stands in a Node."""
    value: JsonObject = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}


def _rule(pools: Sequence[NodePool], pool: NodePool) -> NodeRule:
    refused = tuple(_refused(pool))
    keys = {(refusal.what, refusal.key) for refusal in refused}
    own = {key: value for key, value in pool.labels.items() if ("label", key) not in keys}
    taints = tuple(taint for taint in pool.taints if ("taint", taint.key) not in keys)
    vendor = _vendor_labels(pools, pool)
    others = [other for other in pools if _vendor(other) == _vendor(pool)]
    return NodeRule(
        match=_match(pools, pool),
        labels={POOL_LABEL: pool.name, **vendor, **own},
        taints=taints,
        refused=refused,
        is_needed=bool(own or taints or any(_traits(pools, pool) != _traits(pools, other) for other in others)),
    )


def _vendor(pool: NodePool) -> str:
    return pool.gpu.card.vendor if pool.gpu else ""


def _traits(pools: Sequence[NodePool], pool: NodePool) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the vendor's software has to know of a pool by itself. AMD's operator selects nodes by pool where drivers differ."""
    drivers = (pool.gpu.driver, pool.gpu.driver_version) if pool.gpu and _vendor(pool) == "amd" else ()
    return _vendor_labels(pools, pool), drivers


def _vendor_labels(pools: Sequence[NodePool], pool: NodePool) -> dict[str, str]:
    """What the vendor's operator or device plug-in reads of a node and nobody else sets."""
    if pool.gpu is None:
        return {}
    match _vendor(pool):
        case "nvidia":
            return _nvidia_labels(pool.gpu, [other.gpu for other in pools if other.gpu])
        case "intel":
            return {f"intel.{_FEATURES}/gpu": "true"}
        case "amd":
            return {f"{_FEATURES}/amd-gpu": "true"}
        case _:
            return {}


def _nvidia_labels(gpu: Gpu, all_gpus: Sequence[Gpu]) -> dict[str, str]:
    """A label `nvidia.com/gpu.deploy.<what>: "false"` takes a node out of what the operator deploys on the others."""
    if gpu.card.integrated:
        return {"nvidia.com/gpu.present": "true"}
    cards = [other for other in all_gpus if other.card.vendor == "nvidia" and not other.card.integrated]
    labels = {"nvidia.com/device-plugin.config": plugin_config(gpu.sharing)}
    if gpu.sharing.mode == "mig":
        labels["nvidia.com/mig.config"] = mig_config(gpu.sharing)
    if gpu.driver == "host" and any(other.driver != "host" for other in cards):
        labels["nvidia.com/gpu.deploy.driver"] = "false"
    if gpu.toolkit == "host" and any(other.toolkit != "host" for other in cards):
        labels["nvidia.com/gpu.deploy.container-toolkit"] = "false"
    return labels


@dataclass(frozen=True, slots=True)
class _Cards:
    """What the cards of a pool look like on the PCI bus."""

    vendor: str
    devices: frozenset[str]

    def may_be(self, other: _Cards | None) -> bool:
        """Whether a node could have both for all that is known."""
        if other is None or self.vendor != other.vendor:
            return False
        return not self.devices or not other.devices or bool(self.devices & other.devices)


def _cards(pool: NodePool) -> _Cards | None:
    """None without cards. The GPU of a Jetson is no PCI device."""
    if pool.gpu is None or pool.gpu.card.integrated:
        return None
    product = pool.gpu.card
    return _Cards(product.vendor, frozenset(product.pci_devices))


def _match(pools: Sequence[NodePool], pool: NodePool) -> tuple[JsonObject, ...] | None:
    if pool.node_names:
        return (_term("system.name", nodename=("InRegexp", [pool.node_names])),)
    if len(pools) == 1:
        return ()
    cards = _cards(pool)
    if cards is None or any(cards.may_be(_cards(other)) for other in pools if other is not pool):
        return None
    vendor, classes = PCI[cards.vendor]
    if cards.devices:
        return (_term("pci.device", vendor=("In", [vendor]), device=("In", sorted(cards.devices))),)
    return (_term("pci.device", vendor=("In", [vendor]), **{"class": ("In", list(classes))}),)


def _term(feature: str, **expressions: tuple[str, Sequence[str]]) -> JsonObject:
    matching: JsonObject = {name: {"op": op, "value": [*values]} for name, (op, values) in expressions.items()}
    return {"feature": feature, "matchExpressions": matching}


def _refused(pool: NodePool) -> Iterator[RefusedKey]:
    for key, value in pool.labels.items():
        if why := _key_problem(key, (_FEATURES, _PROFILES)) or _value_problem(value):
            yield RefusedKey(what="label", key=key, why=why)
    for taint in pool.taints:
        if why := _key_problem(taint.key, (_FEATURES,)) or _value_problem(taint.value):
            yield RefusedKey(what="taint", key=taint.key, why=why)


def _key_problem(key: str, spaces: tuple[str, ...]) -> str:
    prefix, slash, name = key.rpartition("/")
    if not slash:
        return "it has no prefix"
    if not _PREFIX.match(prefix) or not _NAME.match(name):
        return "Kubernetes does not allow such a name"
    if f".{prefix}".endswith(".kubernetes.io") and not any(f".{prefix}".endswith(f".{space}") for space in spaces):
        return f"{prefix} belongs to Kubernetes"
    return ""


def _value_problem(value: str) -> str:
    return "" if not value or _NAME.match(value) else "Kubernetes does not allow its value"
