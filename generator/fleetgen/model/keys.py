"""Names with several parts that are folders below the output root; the key of a variant is in `model/variant.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ClusterKey:
    """A cluster of a rendered tree."""

    environment: str
    name: str

    def __str__(self) -> str:
        return f"{self.environment}/{self.name}"

    @property
    def folder(self) -> str:
        """What the cluster's root Application pulls."""
        return f"clusters/{self}"


@dataclass(frozen=True, slots=True, order=True)
class BaseKey:
    """The Kustomize base that all overlays of a component's version share. `revision` is empty so far."""

    component: str
    version: str
    revision: str = ""

    @property
    def folder(self) -> str:
        """Where the base is written."""
        return f"bases/{self.component}/{self.version}"
