"""Conditions over the facts of a cluster."""

from __future__ import annotations

from collections.abc import Mapping

from fleetgen.model.plain import Json

# enum fact -> values, one of which a cluster must have; all facts must fit
Conditions = Mapping[str, tuple[str, ...]]


def meets(conditions: Conditions, facts: Mapping[str, Json]) -> bool:
    """Whether every named fact has one of the listed values; no conditions are always met."""
    return all(values_of(facts[name]) & set(wanted) for name, wanted in conditions.items())


def values_of(fact: Json) -> set[str]:
    """The values of an enum fact, one or several, as texts."""
    return {str(item) for item in fact} if isinstance(fact, list) else {str(fact)}
