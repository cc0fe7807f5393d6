"""The fleet as loaded: documents with their places, layers, clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fleetgen.model.catalog import Catalog
from fleetgen.model.component import Component
from fleetgen.model.inventory import ClusterSpec, EnforcementSpec, EnvironmentSpec, GroupSpec, RingSpec, WaiverSpec
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from fleetgen.model.settings import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One document's settings: component -> its table ({enabled, version, values, patches}).

    `token` is what the layer adds to a variant's name when it contributes; empty for layers that apply to a whole ring.
    """

    label: str
    token: str
    place: Place
    components: Mapping[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    name: str
    place: Place
    tree: Table
    spec: EnvironmentSpec
    layer: Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    name: str
    place: Place
    spec: RingSpec
    layer: Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    name: str
    place: Place
    spec: GroupSpec
    layer: Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster with its profile already merged into `spec`.

    `layers` are those that apply to it, weak to strong; its own document is among them if it sets something for a component.
    `fact_tokens` name the layers that set the structured facts (node pools, network, uplink): a component that reads such a
    fact gets these tokens into its variants' names. Clusters share what is equal; whoever works through thousands of them does
    the work once for each object. `source` reads the document's tree.
    """

    name: str
    place: Place
    labels: Mapping[str, str]
    source: Callable[[], Table]
    spec: ClusterSpec
    layers: tuple[Layer, ...]
    groups: tuple[str, ...]
    fact_tokens: Mapping[str, tuple[str, ...]]

    @property
    def tree(self) -> Table:
        """Its document with the places of all values."""
        return self.source()

    @property
    def key(self) -> ClusterKey:
        """The cluster within the rendered tree."""
        return ClusterKey(self.spec.environment, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverDocument:
    name: str
    place: Place
    spec: WaiverSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementDocument:
    name: str
    place: Place
    spec: EnforcementSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A TeamRole that says of whose teams it is and what they answer for: `policies`, or `waivers`."""

    role: str
    teams: tuple[str, ...]
    duties: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Everything that was loaded. `inputs`: component -> `key/name` -> entry of a Model or TeamRole document.

    `kubernetes`: what the catalog knows of its minors.
    """

    environments: Mapping[str, Environment]
    clusters: Mapping[str, Cluster]
    components: Mapping[str, Component]
    inputs: Mapping[str, Mapping[str, Table]]
    waivers: tuple[WaiverDocument, ...]
    enforcements: tuple[EnforcementDocument, ...] = ()
    duties: tuple[Duty, ...] = ()
    kubernetes: Catalog = field(default_factory=Catalog)
