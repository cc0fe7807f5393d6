"""What is composed for the sites' Argo CD: objects until the end. `stages/compose/output_files.py` makes text of them, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetgen.model.fleet import Cluster
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
    """What a cluster's root Application pulls: what clusters share, and what its own objects are made of when they are needed.

    `units` is the bill of materials, `namespaces` are those that ask for the cluster's identity.
    """

    cluster: Cluster
    delivery: Delivery
    project: Manifest
    units: tuple[VariantKey, ...]
    namespaces: tuple[str, ...]

    @property
    def key(self) -> ClusterKey:
        """The cluster within the rendered tree."""
        return self.cluster.key


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A variant in the index: who gets it, and the waivers whose scope matches, whatever their date."""

    clusters: tuple[str, ...]
    version: str
    waivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedFleet:
    """Everything that output/ holds. Clusters go by name, indexes by environment.

    What is only planned is left out, with everything that only it uses.
    """

    bases: Mapping[BaseKey, Overlay]
    variants: Mapping[VariantKey, ComposedVariant]
    clusters: Mapping[str, ClusterFolder]
    indexes: Mapping[str, Mapping[VariantKey, IndexEntry]]
