"""GitLab's Code Quality report: a subset of the Code Climate format, shown in the merge request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from fleetgen.model.finding import Finding, Severity
from fleetgen.model.plain import Json, JsonObject
from fleetgen.report.report import Report, fingerprints, line, message

_BLOCKING: Final[Mapping[str, str]] = {"critical": "blocker", "high": "critical", "medium": "major"}


def document(report: Report) -> str:
    """A list of issues; an empty one says that there are none."""
    marks = fingerprints(report.findings)
    issues: list[Json] = [_issue(report, finding, mark) for finding, mark in zip(report.findings, marks, strict=True)]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(report: Report, finding: Finding, mark: str) -> JsonObject:
    return {
        "description": message(finding),
        "check_name": finding.code,
        "fingerprint": mark,
        "severity": _severity(report, finding),
        "location": {"path": report.path(finding), "lines": {"begin": line(finding)}},
    }


def _severity(report: Report, finding: Finding) -> str:
    if finding.severity is Severity.WARNING:
        return "minor"
    if finding.severity is Severity.NOTE:
        return "info"
    policy = report.policies.get(finding.policy)
    return _BLOCKING[policy.severity] if policy else "critical"
