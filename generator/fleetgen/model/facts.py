"""The closed registry of facts: typed properties of a cluster, derived from its inventory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fleetgen.model import gpus, inventory
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An enum fact, a function of the fields of a ClusterSpec that `reads` names.

    `domain` lists its tokens; empty means any token of the form of a minor version.
    """

    name: str
    doc: str
    reads: tuple[str, ...]
    value: Callable[[ClusterSpec], Json]
    domain: tuple[str, ...] = ()


def product_token(product: str) -> str:
    """`RTX A2000` -> `rtx-a2000`."""
    return product.lower().replace(" ", "-")


def _sorted_set(values: set[str]) -> Json:
    return [*sorted(values)]


def _products(spec: ClusterSpec) -> Json:
    return _sorted_set({product_token(pool.gpu.product) for pool in spec.node_pools if pool.gpu})


def _vendors(spec: ClusterSpec) -> Json:
    return _sorted_set({pool.gpu.card.vendor for pool in spec.node_pools if pool.gpu})


def _amd_drivers(spec: ClusterSpec) -> Json:
    return _sorted_set({p.gpu.driver for p in spec.node_pools if p.gpu and p.gpu.card.vendor == "amd"})


def _minor(spec: ClusterSpec) -> Json:
    """OpenShift and MicroShift 4.y are Kubernetes 1.(y+13): 4.20 is 1.33 (release notes of OpenShift 4.18 to 4.22)."""
    if spec.kubernetes is None:
        return "0.0"
    major, minor = spec.kubernetes.version.removeprefix("v").split(".")[:2]
    if spec.kubernetes.distribution in {"openshift", "microshift"} and major == "4":
        return f"1.{int(minor) + 13}"
    return f"{major}.{minor}"


def _nodes(spec: ClusterSpec) -> Json:
    return "one" if sum(pool.count for pool in spec.node_pools) == 1 else "several"


def _distribution(spec: ClusterSpec) -> Json:
    return spec.kubernetes.distribution if spec.kubernetes else ""


ENUM_FACTS: Final = (
    Fact(
        name="distribution",
        doc="Kubernetes distribution.",
        reads=("kubernetes",),
        value=_distribution,
        domain=inventory.DISTRIBUTIONS,
    ),
    Fact(
        name="arch",
        doc="CPU architectures of the nodes, sorted.",
        reads=("node_pools",),
        value=lambda s: _sorted_set({p.arch for p in s.node_pools}),
        domain=inventory.ARCHITECTURES,
    ),
    Fact(
        name="gpu.products",
        doc="GPU products, sorted; none without GPU.",
        reads=("node_pools",),
        value=_products,
        domain=tuple(map(product_token, gpus.PRODUCTS)),
    ),
    Fact(name="gpu.vendors", doc="GPU vendors, sorted.", reads=("node_pools",), value=_vendors, domain=gpus.VENDORS),
    Fact(
        name="amd.drivers",
        doc="Sources of the drivers of AMD cards, sorted; none without such a card.",
        reads=("node_pools",),
        value=_amd_drivers,
        domain=inventory.DRIVERS,
    ),
    Fact(name="kubernetes.minor", doc="Kubernetes minor version, for example 1.35.", reads=("kubernetes",), value=_minor),
    Fact(name="topology", doc="Topology.", reads=("topology",), value=lambda s: s.topology, domain=inventory.TOPOLOGIES),
    Fact(name="role", doc="Role of the cluster.", reads=("role",), value=lambda s: s.role, domain=inventory.ROLES),
    Fact(
        name="nodes",
        doc="Whether the site has one node or several.",
        reads=("node_pools",),
        value=_nodes,
        domain=("one", "several"),
    ),
)
# Facts without a token: what they are is too much for a name, so the layers that set them stand for them there.
STRUCTURED_FACTS: Final = ("nodePools", "network", "uplink", "proxy")


def fact_token(value: Json) -> str:
    """The token of an enum fact in a variant's name: sets are joined by `+`, an empty set is `none`."""
    if isinstance(value, list):
        return "+".join(str(item) for item in value) or "none"
    return str(value) or "none"
