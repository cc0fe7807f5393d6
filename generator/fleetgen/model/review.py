"""What a change does to a fleet: everything that a reviewer is told, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetgen.model.change import Change
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.variant import VariantKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedChange:
    """A distinct change with the variants that it is made in, and the input files whose edits cause it."""

    change: Change
    variants: tuple[VariantKey, ...]
    causes: tuple[str, ...]
    restarts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMove:
    """A cluster that has another name, environment or ring than before."""

    former: ClusterKey
    former_ring: str
    cluster: ClusterKey
    ring: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """Clusters whose unit goes from one version to another."""

    unit: str
    old: str
    new: str
    clusters: tuple[ClusterKey, ...]


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Risk:
    """Something that a reviewer should know before the change is merged. `flag` is a stable name for its kind."""

    flag: str
    reason: str
    units: tuple[str, ...] = ()
    clusters: tuple[ClusterKey, ...] = ()
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The difference between what a commit holds and what the inputs want.

    `rings`: cluster -> its ring, for all clusters of both sides. `redirects`: former folder -> the cluster that it leads to, or
    None where the redirect is gone. `files`: paths below output/ that differ although no object does. `rules`: what the change
    loosens. `refusal`: why the gate refused the change, empty if it passed.
    """

    ref: str
    rings: Mapping[ClusterKey, str]
    changes: tuple[ReviewedChange, ...] = ()
    added: tuple[ClusterKey, ...] = ()
    removed: tuple[ClusterKey, ...] = ()
    moved: tuple[ClusterMove, ...] = ()
    redirects: Mapping[ClusterKey, ClusterKey | None]
    versions: tuple[VersionChange, ...] = ()
    files: tuple[str, ...] = ()
    rules: tuple[Finding, ...] = ()
    risks: tuple[Risk, ...] = ()
    refusal: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing would be published, and the rules judge as before."""
        differs = self.changes or self.redirects or self.files or self.added or self.removed or self.moved
        return not (differs or self.rules)

    @property
    def reached(self) -> tuple[ClusterKey, ...]:
        """The clusters in which an object changes, comes or goes."""
        return tuple(sorted({c for each in self.changes if not each.change.moved for c in each.change.clusters}))
