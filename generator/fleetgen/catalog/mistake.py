"""A mistake in the description of a cluster's hardware."""

from __future__ import annotations

from dataclasses import dataclass

from fleetgen.model.settings import Path


@dataclass(frozen=True, slots=True)
class Mistake:
    """A combination that cannot work. `path` leads to the value to change, below `spec` of the Cluster; `fix` says how."""

    path: Path
    message: str
    fix: str
