"""The formats of reports by name. All of them say the same findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fleetgen.report import github, gitlab, json_report, junit, sarif, text
from fleetgen.report.report import Report


def _text(report: Report) -> str:
    lines = [text.finding_lines(finding) for finding in report.findings]
    return "\n".join([*lines, text.summary(report.findings)]) + "\n"


def _json(report: Report) -> str:
    return json_report.document(report.findings, report.summary)


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    "text": _text,
    "json": _json,
    "junit": junit.document,
    "sarif": sarif.document,
    "github": github.document,
    "gitlab": gitlab.document,
}
