"""Which release of a component a version is, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.model.catalog import Release
from fleetgen.model.component import Component
from fleetgen.model.conditions import meets
from fleetgen.model.facts import fact_token
from fleetgen.model.plain import Json
from fleetgen.model.settings import Table
from fleetgen.words import listed, suggest


@dataclass(frozen=True, slots=True)
class UnmetCondition:
    """A property of a cluster that a component does not support.

    `what`: the fact and its value, for people. `supported`: the values that would do, empty if that depends on other facts.
    """

    what: str
    fix: str
    supported: str = ""


# a card of an unsupported vendor is never a supported product; report it only once
_FOLLOWS: Final = {"gpu.products": "gpu.vendors"}


def release_of(component: Component, version: str) -> Release | None:
    """The release that `version` belongs to; None for a component without releases, or for an unknown version."""
    return next((release for release in component.releases if version in release.versions), None)


def unknown_version(component: Component, version: str) -> str:
    """The fix for a version that no release has; empty if the version is known or the component lists no releases."""
    if not component.releases or release_of(component, version) is not None:
        return ""
    versions = [name for release in component.releases[::-1] for name in release.versions[::-1]]
    near = suggest(version, versions)
    every = ", ".join(versions)
    return f"{near} The known versions are {every}" if near.startswith("did you mean") else f"use one of {every}"


def unmet_conditions(component: Component, version: str, facts: Mapping[str, Json], settings: Table) -> Iterator[UnmetCondition]:
    """What a component does not support of a cluster: of what any version needs, else of what this version needs.

    `facts`: all enum facts of the cluster. `settings`: the merged table of the unit, on which a condition may depend.
    """
    refused: set[str] = set()
    for support in component.supports:
        value = facts[support.fact]
        if _FOLLOWS.get(support.fact) in refused:
            continue
        if support.applies(settings.entries.get("values")) and not support.holds(value):
            refused.add(support.fact)
            because = f" with {support.when}" if support.when else ""
            yield UnmetCondition(f"{support.fact} {fact_token(value)}{because}", support.message, support.wanted)
    release = release_of(component, version)
    if refused or release is None or not release.supports or any(meets(conditions, facts) for conditions in release.supports):
        return
    names = list(dict.fromkeys(name for conditions in release.supports for name in conditions))
    shown = " with ".join(f"{name} {fact_token(facts[name])}" for name in names)
    yield UnmetCondition(f"{shown} in version {version}", _nearest(component, release, facts, names))


def _nearest(component: Component, release: Release, facts: Mapping[str, Json], names: Sequence[str]) -> str:
    """Versions of other releases that run here, and what this release would run on."""
    others = [
        other.versions[-1]
        for other in component.releases[::-1]
        if other is not release and any(meets(conditions, facts) for conditions in other.supports)
    ]
    here = f"use version {listed(others, 'or')}" if others else "no known version runs there"
    last = names[-1]
    but_last = [{fact: values for fact, values in conditions.items() if fact != last} for conditions in release.supports]
    fitting = [conditions for conditions, rest in zip(release.supports, but_last, strict=True) if meets(rest, facts)]
    near = sorted({value for conditions in fitting for value in conditions.get(last, ())})
    return f"{here}; {release.line} runs on {last} {', '.join(near)}" if near else here
