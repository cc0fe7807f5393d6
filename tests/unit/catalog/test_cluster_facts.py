"""Facts are functions of what they declare, because clusters that are equal there are not looked at one by one."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.catalog.cluster_facts import READS, fact_value
from fleetgen.model.facts import ENUM_FACTS, STRUCTURED_FACTS
from fleetgen.model.inventory import ClusterSpec
from tests.fleets import spec

SPEC = spec(
    "[{name: a, gpu: {product: L4, count: 1}}, {name: b, gpu: {product: MI210, count: 1}}]",
    ", kubernetes: {distribution: openshift, version: 4.20.3}",
)


class _Only:
    """A spec that has nothing but these fields."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        for field in fields:
            setattr(self, field, getattr(SPEC, field))


@pytest.mark.parametrize("fact", [*(fact.name for fact in ENUM_FACTS), *STRUCTURED_FACTS])
def test_a_fact_reads_what_it_declares(fact: str) -> None:
    assert fact_value(cast("ClusterSpec", _Only(READS[fact])), fact) == fact_value(SPEC, fact)
