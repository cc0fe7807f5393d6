"""Cohorts: clusters that are equal in everything that resolving looks at. What holds of one of them holds of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fleetgen.catalog.cluster_facts import READS, enum_facts
from fleetgen.model.facts import ENUM_FACTS, STRUCTURED_FACTS
from fleetgen.model.fleet import Cluster, Fleet
from fleetgen.model.plain import JsonObject


@dataclass(frozen=True, eq=False)
class Cohort:
    """The names of its clusters, sorted; `first` stands for all of them."""

    first: Cluster
    clusters: list[str]

    @cached_property
    def facts(self) -> JsonObject:
        """All enum facts of its clusters."""
        return enum_facts(self.first.spec)


def cohorts_of(fleet: Fleet) -> Mapping[str, Cohort]:
    """Each cluster that is not retired, sorted by name, with its cohort.

    Clusters share what is equal, so objects are compared by identity. Equal ones that are not shared make more cohorts, which
    takes time and changes nothing.
    """
    declared = {fact for component in fleet.components.values() for fact in component.facts}
    structured = [fact for fact in STRUCTURED_FACTS if fact in declared]
    # Of a site with a proxy, the token names the cluster; sites without one share the fact, whatever their networks are.
    by_field = [fact for fact in structured if fact != "proxy"]
    read = sorted({field for fact in (*by_field, *(each.name for each in ENUM_FACTS)) for field in READS[fact]})
    found: dict[tuple[object, ...], Cohort] = {}
    result = {}
    for name in sorted(fleet.clusters):
        cluster = fleet.clusters[name]
        spec = cluster.spec
        if spec.lifecycle == "retired":
            continue
        key = (
            spec.environment,
            spec.ring,
            id(cluster.layers),
            *(cluster.fact_tokens[fact] for fact in structured),
            *(id(getattr(spec, field)) for field in read),
        )
        if key not in found:
            found[key] = Cohort(cluster, [])
        found[key].clusters.append(name)
        result[name] = found[key]
    return result
