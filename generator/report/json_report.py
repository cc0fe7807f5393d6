"""Findings for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from generator.model.finding import Finding, Severity
from generator.model.inventory import API_VERSION
from generator.model.plain import Json, JsonObject


def finding_data(finding: Finding) -> JsonObject:
    """One finding as JSON data."""
    place: Json = (
        {"path": finding.place.path, "line": finding.place.line, "column": finding.place.column} if finding.place else None
    )
    identity = finding.object
    object_: Json = (
        {"group": identity.group, "kind": identity.kind, "namespace": identity.namespace, "name": identity.name}
        if identity
        else None
    )
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "fix": finding.fix,
        "place": place,
        "object": object_,
        "clusters": [*finding.clusters],
    }


def document(findings: Sequence[Finding], summary: JsonObject) -> str:
    """`{apiVersion, findings, summary}` with one line break at the end."""
    counts: JsonObject = {severity.value + "s": sum(f.severity is severity for f in findings) for severity in Severity}
    data: JsonObject = {
        "apiVersion": API_VERSION,
        "findings": [finding_data(f) for f in findings],
        "summary": {**counts, **summary},
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
