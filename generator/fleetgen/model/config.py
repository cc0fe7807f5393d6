"""fleetgen.toml, the settings of a fleet repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """How much one publish may take away without `--allow-removal` (design sections 7 and 12)."""

    max_removed_units: int = 2
    max_removed_clusters_percent: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`library` is `.` (this repository's templates/ and policies/) or `builtin`; `tools` maps a tool to a configured path."""

    library: str = "."
    tools: Mapping[str, str] = field(default_factory=dict)
    guards: Guards = Guards()
    schemas: tuple[str, ...] = ()
    as_of: str = ""
