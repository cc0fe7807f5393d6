"""Waivers in their simple form: what is waived leaves the findings, what has expired does not, what is unused is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from generator.model.finding import Finding, Severity
from generator.model.waiver import Waiver

SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding of a policy and the units that it is about."""

    finding: Finding
    units: frozenset[str]


def covers(waiver: Waiver, judged: Judged) -> bool:
    """Whether policy, unit and object fit; clusters are judged one by one.

    A finding about several units is not covered by a waiver of one of them: the others did not agree.
    """
    identity = judged.finding.object
    named = (identity.kind, identity.namespace, identity.name) if identity else None
    return (
        waiver.policy == judged.finding.code
        and (not waiver.unit or judged.units == {waiver.unit})
        and (waiver.object is None or waiver.object == named)
        and not waiver.clusters.isdisjoint(judged.finding.clusters)
    )


def apply(judged: Iterable[Judged], waivers: Sequence[Waiver], as_of: date) -> list[Finding]:
    """The findings that remain, plus what there is to say about the waivers themselves (E0803)."""
    remaining: list[Finding] = []
    used: set[str] = set()
    for entry in judged:
        finding = entry.finding
        for waiver in waivers:
            if not covers(waiver, entry):
                continue
            used.add(waiver.name)
            if date.fromisoformat(waiver.expires) >= as_of:
                finding = replace(finding, clusters=tuple(name for name in finding.clusters if name not in waiver.clusters))
            else:
                fix = f"{finding.fix}; waiver '{waiver.name}' ({waiver.place}) expired on {waiver.expires}"
                finding = replace(finding, fix=fix)
        if finding.clusters or not entry.finding.clusters:
            remaining.append(finding)
    return remaining + [note for waiver in waivers for note in _about(waiver, used, as_of)]


def _about(waiver: Waiver, used: set[str], as_of: date) -> Iterable[Finding]:
    expires = date.fromisoformat(waiver.expires)
    if waiver.name not in used:
        message, fix = f"waiver '{waiver.name}' waives nothing", "remove it"
        yield Finding(code="E0803", message=message, fix=fix, place=waiver.place, severity=Severity.WARNING)
    elif expires < as_of:
        message = f"waiver '{waiver.name}' expired on {waiver.expires}"
        yield Finding(
            code="E0803",
            message=message,
            fix=f"mend what it waives; ask {waiver.owner}",
            place=waiver.place,
            severity=Severity.WARNING,
        )
    elif expires <= as_of + SOON:
        message = f"waiver '{waiver.name}' expires on {waiver.expires}"
        yield Finding(
            code="E0803",
            message=message,
            fix=f"mend what it waives; ask {waiver.owner}",
            place=waiver.place,
            severity=Severity.NOTE,
        )
