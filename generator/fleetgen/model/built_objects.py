"""What was built of each variant, and where equal objects occur."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from fleetgen.model.manifest import Manifest
from fleetgen.model.variant import VariantKey

BuiltObjects: TypeAlias = Mapping[VariantKey, Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The variants that an object was built for, in the order in which they were met, and the clusters that get it."""

    _variants: dict[VariantKey, None] = field(default_factory=dict)
    # lists that many objects share: their names are put together when somebody asks, which is for findings only
    _clusters: list[Collection[str]] = field(default_factory=list)

    def add(self, variant: VariantKey, clusters: Collection[str]) -> None:
        """The object is one of the variant's, too, and these clusters get it with it."""
        self._variants[variant] = None
        self._clusters.append(clusters)

    @property
    def variants(self) -> tuple[VariantKey, ...]:
        """Each once."""
        return tuple(self._variants)

    @property
    def clusters(self) -> tuple[str, ...]:
        """Each once, sorted."""
        return tuple(sorted({name for names in self._clusters for name in names}))
