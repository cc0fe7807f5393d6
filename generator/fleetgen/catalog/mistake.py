"""A mistake in the description of a cluster's hardware."""

from __future__ import annotations

from dataclasses import dataclass

from fleetgen.model.settings import Path


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that cannot be. `path` leads to the value below `spec` of the Cluster that has to change; `fix` says to what."""

    path: Path
    message: str
    fix: str
