"""What is composed for the sites' Argo CD: objects until the end. `stages/compose/output_files.py` makes text of them, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleetgen.model.inventory import Delivery
from fleetgen.model.keys import BaseKey, ClusterKey
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.variant import VariantKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedVariant:
    """What sites pull of a variant: its Application, its overlay, and the base, if `extends_base` says that it is needed."""

    base: BaseKey
    extends_base: bool
    overlay: Overlay
    application: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterIdentity:
    """The cluster's own ConfigMaps, one a namespace that asks for it, and the Application that syncs them."""

    application: Manifest
    config_maps: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFolder:
    """What a cluster's root Application pulls: all that the files of the folder are made from, and nothing else.

    `former` are the folders that it had. `units` is the bill of materials. The `namespaces` ask for the cluster's `identity`.
    """

    key: ClusterKey
    former: tuple[ClusterKey, ...]
    delivery: Delivery
    project: Manifest
    units: tuple[VariantKey, ...]
    namespaces: tuple[str, ...]
    identity: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A variant in the index: who gets it, and the waivers whose scope matches, whatever their date."""

    clusters: tuple[str, ...]
    version: str
    waivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunningKubernetes:
    """The distribution of a cluster and its Kubernetes minor: k3s, 1.35."""

    distribution: str
    minor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedFleet:
    """Everything that output/ holds. Clusters go by name, indexes by environment. `kubernetes`: what the clusters run.

    What is only planned is left out, with everything that only it uses.
    """

    bases: Mapping[BaseKey, Overlay]
    variants: Mapping[VariantKey, ComposedVariant]
    clusters: Mapping[str, ClusterFolder]
    indexes: Mapping[str, Mapping[VariantKey, IndexEntry]]
    kubernetes: Mapping[ClusterKey, RunningKubernetes] = field(default_factory=dict)
