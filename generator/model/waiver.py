"""A dated, owned exception, ready to be matched."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`clusters` are the names that the scope's environments, groups and clusters come to; `expires` is an ISO date."""

    name: str
    policy: str
    clusters: frozenset[str]
    unit: str
    object: tuple[str, str, str] | None
    owner: str
    expires: str
    place: Place
