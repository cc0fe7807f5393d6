"""What the policy engine answers to one input, and the proof of what it evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetgen.model.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What one input was evaluated on. `policies` says for each policy id the ids of the items on which it ran.

    `ids` keeps duplicates, so that the caller can demand that it adds up with what was sent.
    """

    ids: tuple[str, ...]
    targets: int
    policies: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The engine's answer to one input: its results, and the proof of what was looked at."""

    results: tuple[Result, ...]
    coverage: Coverage
