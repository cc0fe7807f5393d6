"""Where a running site may go from a version: the rules of the makers, which the catalog has, and the hops of a longer way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from fleetgen.model.catalog import Catalog, Release
from fleetgen.words import listed


@dataclass(frozen=True, slots=True)
class UpgradeProblem:
    """Why a running site cannot take a change in one step, and what to do instead."""

    message: str
    fix: str


def hops(catalog: Catalog, old: str, new: str) -> tuple[str, ...]:
    """The versions that a site takes one after the other, `new` the last; empty if one is unknown or `new` is not newer.

    Between two series it takes the newest version of each.
    """
    ranks = _ranks(catalog)
    if old not in ranks or new not in ranks or ranks[new] <= ranks[old]:
        return ()
    series = list(dict.fromkeys(release.series for release in catalog.releases))
    first, last = (series.index(_release(catalog, version).series) for version in (old, new))
    between = series[first + 1 : last] if catalog.steps and catalog.steps.to == "next-series" else []
    newest = {release.series: release.versions[-1] for release in catalog.releases}
    return (*(newest[name] for name in between), new)


def version_problem(catalog: Catalog, name: str, old: str, new: str) -> UpgradeProblem | None:
    """What is wrong with going from `old` to `new`; None without rules, or for versions that the catalog does not know."""
    ranks = _ranks(catalog)
    if catalog.steps is None or old not in ranks or new not in ranks or old == new:
        return None
    way = hops(catalog, old, new)
    if not way:
        fix = f"keep {old}, or a newer version; a site that has nothing yet may get {new}"
        return UpgradeProblem(f"{name} goes back from {old} to {new} on running sites", fix)
    if len(way) == 1:
        return None
    fix = f"publish {listed(way)}, each when the sites have taken the one before"
    return UpgradeProblem(f"{name} goes from {old} to {new}, but a running site goes to the next series only", fix)


def setting_problems(catalog: Catalog, old: str, new: str, changed: Collection[str]) -> Iterator[UpgradeProblem]:
    """What is wrong with settings that change on running sites, by themselves or together with the version."""
    if catalog.steps is None:
        return
    ranks = _ranks(catalog)
    apart = sorted({*catalog.steps.apart} & {*changed}) if old != new else []
    for setting in apart:
        fix = f"publish {new} with the setting as it is; change it when the sites have taken that"
        yield UpgradeProblem(f"{setting} changes together with the version, from {old} to {new}", fix)
    for fixed in catalog.steps.fixed:
        if fixed.field not in changed or fixed.field in apart or _is_free(fixed.until, old, ranks):
            continue
        way = f"; from {fixed.until} on it may be changed by itself" if fixed.until else ""
        yield UpgradeProblem(f"{fixed.field} changes on running sites: {fixed.reason}", f"keep it as it is{way}")


def _is_free(until: str, version: str, ranks: dict[str, int]) -> bool:
    return bool(until) and version in ranks and ranks[version] >= ranks.get(until, len(ranks))


def _ranks(catalog: Catalog) -> dict[str, int]:
    """Version -> its place in the order of the catalog, the oldest first."""
    return {version: rank for rank, version in enumerate(v for release in catalog.releases for v in release.versions)}


def _release(catalog: Catalog, version: str) -> Release:
    return next(release for release in catalog.releases if version in release.versions)
