"""Findings for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fleetgen import API_VERSION
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.plain import JsonObject


def document(findings: Sequence[Finding], summary: JsonObject) -> str:
    """`{apiVersion, findings, summary}` with one line break at the end."""
    counts: JsonObject = {severity.value + "s": sum(f.severity is severity for f in findings) for severity in Severity}
    data: JsonObject = {
        "apiVersion": API_VERSION,
        "findings": [f.as_data() for f in findings],
        "summary": {**counts, **summary},
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
