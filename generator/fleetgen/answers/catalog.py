"""`fleetgen catalog`: what is known of versions, where they run, and the way of a site to a newer one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fleetgen.build.plan import Plan
from fleetgen.catalog.cluster_facts import enum_facts
from fleetgen.catalog.releases import release_of
from fleetgen.catalog.stale import stale_note, warning
from fleetgen.catalog.upgrades import hops
from fleetgen.errors import InputError, problem
from fleetgen.model.catalog import Catalog, Release
from fleetgen.model.component import Component
from fleetgen.model.conditions import meets
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.stages.load.components import KUBERNETES
from fleetgen.words import count, shortened, suggest


def release_rows(components: Mapping[str, Component], name: str = "") -> list[tuple[str, ...]]:
    """A row for each line of releases, the newest first; of one component, or of all."""
    rows: list[tuple[str, ...]] = [("COMPONENT", "LINE", "VERSIONS", "SERIES", "SUPPORT ENDS", "ISSUES", "CHECKED")]
    for component in _chosen(components, name):
        for release in component.releases[::-1]:
            issues = ", ".join(sorted({issue.id for issue in release.issues})) or "-"
            ends, checked = release.support_ends or "-", component.catalog.checked or "-"
            rows.append((component.name, release.line, ", ".join(release.versions), release.series, ends, issues, checked))
    return rows


def matrix_rows(components: Mapping[str, Component], name: str) -> list[tuple[str, ...]]:
    """Where the releases of a component run: one row for each combination of facts that a release supports."""
    (component,) = _chosen(components, name)
    facts = list(dict.fromkeys(fact for release in component.releases for conditions in release.supports for fact in conditions))
    rows: list[tuple[str, ...]] = [("LINE", "VERSIONS", *(fact.upper() for fact in facts))]
    for release in component.releases[::-1]:
        for conditions in release.supports or ({},):
            values = (", ".join(conditions[fact]) if fact in conditions else "any" for fact in facts)
            rows.append((release.line, ", ".join(release.versions), *values))
    return rows


def lint(components: Mapping[str, Component], as_of: date) -> Iterator[Finding]:
    """What the catalog lacks: dates, known ways out of issues. Warnings; a file that cannot be used is an error before."""
    for name, component in sorted(components.items()):
        catalog = component.catalog
        if catalog.place is None:
            continue
        if not catalog.checked:
            message = f"the catalog of {name} does not say when it was checked"
            yield warning(message, "set spec.checked to the date on which it was held against its sources", catalog)
        elif stale := stale_note(name, catalog, as_of):
            yield stale
        known = {version for release in catalog.releases for version in release.versions}
        for release in catalog.releases:
            yield from _issues(name, release, known, catalog)


def _issues(name: str, release: Release, known: set[str], catalog: Catalog) -> Iterator[Finding]:
    for issue in release.issues:
        for version in issue.versions:
            if version not in release.versions:
                message = f"{name} {release.line}: {issue.id} names version {version}, which the line does not have"
                yield warning(message, f"name versions of the line: {', '.join(release.versions)}", catalog)
        if issue.fixed_in and issue.fixed_in not in known:
            message = f"{name} {release.line}: {issue.id} is fixed in {issue.fixed_in}, which is not in the catalog"
            yield warning(message, "add the version, or name the first one here that has the fix", catalog)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHop:
    """One step of a rollout: a version for the clusters that have an older one, ring by ring. `needs`: what goes with it."""

    version: str
    rings: tuple[tuple[str, tuple[str, ...]], ...]
    needs: tuple[str, ...]


def plan_of_hops(plan: Plan, target: str, name: str, version: str) -> tuple[PlannedHop, ...]:
    """The steps by which the clusters of an environment, or one cluster, come to a version of a component, or of Kubernetes.

    Raises InputError E0301 for a name that is neither, E0305 where nothing has to be done, E0508 for an unknown version.
    """
    catalog = _catalog(plan.fleet, name)
    clusters = _targets(plan.fleet, target)
    known = [v for release in catalog.releases for v in release.versions]
    if version not in known:
        fix = suggest(version, known)
        raise InputError(problem("E0508", f"there is no release {version} of '{name}' here", fix=fix))
    ways = {cluster: way for cluster in clusters if (way := hops(catalog, _current(plan, cluster, name), version))}
    if not ways:
        fix = f"choose a version that is newer than those of: fleetgen list units ({name})"
        message = f"no cluster of '{target}' has an older version of {name} than {version}"
        raise InputError(problem("E0305", message, fix=fix))
    order = {v: rank for rank, v in enumerate(known)}
    versions = sorted({v for way in ways.values() for v in way}, key=order.__getitem__)
    return tuple(_hop(plan, name, v, [cluster for cluster, way in ways.items() if v in way]) for v in versions)


def _catalog(fleet: Fleet, name: str) -> Catalog:
    if name == KUBERNETES:
        return fleet.kubernetes
    if name not in fleet.components:
        fix = suggest(name, [*fleet.components, KUBERNETES])
        raise InputError(problem("E0301", f"there is no component '{name}'", fix=fix))
    return fleet.components[name].catalog


def _hop(plan: Plan, name: str, version: str, clusters: Sequence[str]) -> PlannedHop:
    """Rings in the order of their environments and rollout."""
    by_ring: dict[tuple[int, str, int, str], list[str]] = {}
    for cluster in clusters:
        spec = plan.fleet.clusters[cluster].spec
        environment = plan.fleet.environments[spec.environment].spec
        by_ring.setdefault((environment.rank, spec.environment, environment.rings.index(spec.ring), spec.ring), []).append(
            cluster
        )
    rings = tuple((f"{key[1]}/{key[3]}", tuple(sorted(names))) for key, names in sorted(by_ring.items()))
    if name == KUBERNETES:
        return PlannedHop(version=version, rings=rings, needs=tuple(_units_in_the_way(plan, version, clusters)))
    release = next(each for each in plan.fleet.components[name].releases if version in each.versions)
    return PlannedHop(version=version, rings=rings, needs=tuple(_needs(plan, release, clusters)))


def _units_in_the_way(plan: Plan, minor: str, clusters: Sequence[str]) -> Iterator[str]:
    """The units that the clusters have in a version that does not run with a minor of Kubernetes."""
    found: dict[tuple[str, str], list[str]] = {}
    for cluster in clusters:
        facts = {**enum_facts(plan.fleet.clusters[cluster].spec), "kubernetes.minor": minor}
        for unit, key in sorted(plan.resolved.bills.get(cluster, {}).items()):
            variant = plan.resolved.variants[key]
            release = release_of(variant.component, variant.version)
            if release and release.supports and not any(meets(each, facts) for each in release.supports):
                found.setdefault((unit, variant.version), []).append(cluster)
    for (unit, version), names in sorted(found.items()):
        yield f"another version of {unit} than {version}: {count(len(names), 'cluster')} ({shortened(names, 3)})"


def _needs(plan: Plan, release: Release, clusters: Sequence[str]) -> Iterator[str]:
    """Kubernetes where the release does not run with what a cluster has, and a driver that the release was validated with."""
    minors = sorted({value for conditions in release.supports for value in conditions.get("kubernetes.minor", ())}, key=_minor)
    short = [name for name in clusters if minors and _kubernetes(plan, name) not in minors]
    if short:
        yield f"Kubernetes {minors[0]} to {minors[-1]}: {count(len(short), 'cluster')} ({', '.join(short[:3])})"
    driver = release.data.get("driver")
    if isinstance(driver, dict) and driver.get("recommended"):
        yield f"a driver of this release; its maker recommends {driver['recommended']}"
    if release.issues:
        yield f"a look at its known issues: {', '.join(sorted({issue.id for issue in release.issues}))}"


def _minor(text: str) -> int:
    return int(text.partition(".")[2])


def _kubernetes(plan: Plan, name: str) -> str:
    return str(enum_facts(plan.fleet.clusters[name].spec)["kubernetes.minor"])


def _current(plan: Plan, cluster: str, name: str) -> str:
    """The version that the cluster has; empty without one."""
    if name == KUBERNETES:
        return _kubernetes(plan, cluster)
    bill = plan.resolved.bills.get(cluster, {})
    return next((plan.resolved.variants[key].version for unit, key in bill.items() if unit == name), "")


def _targets(fleet: Fleet, target: str) -> list[str]:
    if target in fleet.clusters:
        return [target]
    found = sorted(name for name, cluster in fleet.clusters.items() if target in (cluster.spec.environment, _ring(fleet, name)))
    if not found:
        fix = suggest(target, [*fleet.environments, *fleet.clusters])
        raise InputError(problem("E0301", f"'{target}' is neither an environment nor a ring nor a cluster", fix=fix))
    return found


def _ring(fleet: Fleet, name: str) -> str:
    spec = fleet.clusters[name].spec
    return f"{spec.environment}/{spec.ring}"


def _chosen(components: Mapping[str, Component], name: str) -> list[Component]:
    if name and name not in components:
        raise InputError(problem("E0301", f"there is no component '{name}'", fix=suggest(name, components)))
    chosen = [components[name]] if name else [component for _, component in sorted(components.items()) if component.releases]
    if name and not chosen[0].releases:
        fix = f"list them in policies/catalog/{name}/releases.yaml"
        raise InputError(problem("E0301", f"the catalog has no releases of '{name}'", fix=fix))
    return chosen
