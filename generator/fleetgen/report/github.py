"""Workflow commands of GitHub Actions: each finding becomes an annotation at its line of the pull request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fleetgen.model.finding import Finding, Severity
from fleetgen.report.report import Report, message

_COMMANDS: Final[Mapping[Severity, str]] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def document(report: Report) -> str:
    """`::error file=F,line=L,col=C,title=T::M`, one line a finding."""
    return "".join(f"{_command(report, finding)}\n" for finding in report.findings)


def _command(report: Report, finding: Finding) -> str:
    place = finding.place
    title = f"{finding.code} {finding.object}" if finding.object else finding.code
    properties = {"file": report.path(finding) if place else "", "line": place.line if place else 0}
    properties |= {"col": place.column if place else 0, "title": title}
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{_COMMANDS[finding.severity]} {shown}::{_data(message(finding))}"


def _data(text: str) -> str:
    """The runner ends a command at the line and decodes these three."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Inside a property, `:` and `,` would end it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
