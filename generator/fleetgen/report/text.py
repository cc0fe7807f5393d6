"""Findings for people: place, fact, fix."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.finding import Finding, Severity
from fleetgen.words import count, shortened

_SHOWN_CLUSTERS = 3
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}


def finding_lines(finding: Finding, *, colour: bool = False) -> str:
    """`place: error[E0123]: fact` and, indented, object, clusters and fix."""
    word = f"{finding.severity.value}[{finding.code}]"
    if colour:
        word = f"\x1b[1;{_COLOURS[finding.severity]}m{word}\x1b[0m"
    place = f"{finding.place}: " if finding.place else ""
    lines = [f"{place}{word}: {finding.message}"]
    if finding.object:
        lines.append(f"  object: {finding.object}")
    if finding.clusters:
        lines.append(f"  clusters: {clusters_text(finding.clusters)}")
    if finding.fix:
        lines.append(f"  fix: {finding.fix}")
    return "\n".join(lines)


def clusters_text(clusters: Sequence[str]) -> str:
    """`3: a, b, c` or `40: a, b, c and 37 more`."""
    return f"{len(clusters)}: {shortened(clusters, _SHOWN_CLUSTERS)}"


def summary(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = [(sum(f.severity is severity for f in findings), severity.value) for severity in Severity]
    return ", ".join(count(number, word) for number, word in counts if number) or "no findings"
