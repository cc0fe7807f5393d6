"""What Gatekeeper's own tools are asked and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleetgen.model.plain import JsonObject
from fleetgen.model.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One violation that `gator test` reports. `object` is the one that was given, also where a generated Pod was judged.

    The result has no policy and no id: gator names neither.
    """

    object: JsonObject
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of a suite for `gator verify`: exactly these messages are expected. `name` is unique in its run."""

    name: str
    object: JsonObject
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Cases of one constraint."""

    template: JsonObject
    constraint: JsonObject
    cases: Sequence[Case]
