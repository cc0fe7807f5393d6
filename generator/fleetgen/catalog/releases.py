"""Which release of a component a version is, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.model.component import Component, Release, meets
from fleetgen.model.facts import fact_token
from fleetgen.model.plain import Json
from fleetgen.model.settings import Table
from fleetgen.schemas.validate import suggest


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a cluster is and a component does not support. `known`: what it supports instead, empty if that depends."""

    what: str
    fix: str
    known: str = ""


# a card of a vendor that is not supported is no supported product either; that would only be said twice
_FOLLOWS: Final = {"gpu.products": "gpu.vendors"}


def release_of(component: Component, version: str) -> Release | None:
    """The release that `version` belongs to; None for a component without releases, or for an unknown version."""
    return next((release for release in component.releases if version in release.versions), None)


def unknown_version(component: Component, version: str) -> str:
    """What to use instead of a version that no release has; empty if it is known or the component lists none."""
    if not component.releases or release_of(component, version) is not None:
        return ""
    known = [name for release in component.releases for name in release.versions]
    near = suggest(version, known)
    return f"{near}; known are {', '.join(known)}" if near.startswith("did you mean") else f"use one of {', '.join(known)}"


def unmet(component: Component, version: str, facts: Mapping[str, Json], settings: Table) -> Iterator[Unmet]:
    """What does not hold for a cluster with these facts: of what any version needs, else of what this version needs.

    `settings` are those of the unit: a condition may depend on them.
    """
    found: set[str] = set()
    for support in component.supports:
        value = facts[support.fact]
        if _FOLLOWS.get(support.fact) in found:
            continue
        if support.applies(settings.entries.get("values")) and not support.holds(value):
            found.add(support.fact)
            because = f" with {support.when}" if support.when else ""
            yield Unmet(f"{support.fact} {fact_token(value)}{because}", support.message, support.wanted)
    release = release_of(component, version)
    if found or release is None or not release.supports or any(meets(each, facts) for each in release.supports):
        return
    names = list(dict.fromkeys(name for each in release.supports for name in each))
    shown = " with ".join(f"{name} {fact_token(facts[name])}" for name in names)
    yield Unmet(f"{shown} in version {version}", _nearest(component, release, facts, names))


def _nearest(component: Component, release: Release, facts: Mapping[str, Json], names: Sequence[str]) -> str:
    """Versions of other releases that run here, and what this release would run on."""
    others = [
        other.versions[-1]
        for other in component.releases
        if other is not release and any(meets(each, facts) for each in other.supports)
    ]
    here = f"use version {' or '.join(others)}" if others else "no known version runs there"
    last = names[-1]
    fitting = [each for each in release.supports if meets({k: v for k, v in each.items() if k != last}, facts)]
    near = sorted({value for each in fitting for value in each.get(last, ())})
    return f"{here}; {release.line} runs on {last} {', '.join(near)}" if near else here
