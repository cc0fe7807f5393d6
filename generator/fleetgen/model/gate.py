"""What the policy engine answers, and what it means once its JSON is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fleetgen.model.plain import Json

Rule = Literal["deny", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResult:
    """One result as the engine printed it.

    `metadata` is everything beside `msg`: policy, constraint, action, details, source, template, id.
    """

    rule: Rule
    msg: str
    metadata: Mapping[str, Json]


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

    results: tuple[RawResult, ...]
    coverage: Coverage
