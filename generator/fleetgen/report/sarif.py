"""SARIF 2.1.0 (OASIS, errata 01), the format of code scanning. Each policy and each other code in use becomes a rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from fleetgen import __version__
from fleetgen.errors import CODES
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.report.report import Report, fingerprints, line, message, policy_title

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "SRCROOT"
# GitHub sorts security alerts by this number: above 9 critical, from 7 high, from 4 medium
_SECURITY_SEVERITY: Final[Mapping[str, str]] = {"critical": "9.5", "high": "8.0", "medium": "5.5"}
_COMPLETED: Final = (0, 1)


def document(report: Report) -> str:
    """One run of one tool, as indented JSON."""
    rules = [_policy_rule(report.policies[code], code) for code in sorted(report.policies)]
    others = {finding.code: finding.policy for finding in report.findings if finding.code not in report.policies}
    rules += [
        _policy_rule(report.policies[policy], code) if policy in report.policies else _code_rule(code)
        for code, policy in sorted(others.items())
    ]
    index = {str(rule["id"]): number for number, rule in enumerate(rules)}
    marks = fingerprints(report.findings)
    results: list[Json] = [
        _result(report, finding, index[finding.code], mark) for finding, mark in zip(report.findings, marks, strict=True)
    ]
    run: JsonObject = {
        "tool": {"driver": {"name": "fleetgen", "semanticVersion": __version__, "rules": [*rules]}},
        "invocations": [{"executionSuccessful": report.exit_code in _COMPLETED, "exitCode": report.exit_code}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the checkout."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    data: JsonObject = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _policy_rule(policy: Policy, code: str) -> JsonObject:
    """`code`: the policy's id, or that and the code of one of its rules."""
    controls = ", ".join(policy.controls)
    shown = [f"**Fix:** {policy.remediation}", f"**Severity:** {policy.severity}"]
    shown += [f"**Controls:** {controls}"] if controls else []
    return {
        "id": code,
        "name": policy.kind,
        "shortDescription": {"text": policy_title(policy, code)},
        "fullDescription": {"text": policy.description},
        "help": {
            "text": "\n\n".join([policy.description, *shown]).replace("**", ""),
            "markdown": "\n\n".join([policy.description, *shown]),
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "severity": policy.severity,
            "security-severity": _SECURITY_SEVERITY[policy.severity],
            "problem.severity": "error",
            "controls": [*policy.controls],
            "tags": [*dict.fromkeys(("security", policy.area, *policy.controls))],
        },
    }


def _code_rule(code: str) -> JsonObject:
    text = CODES.get(code, code)
    return {
        "id": code,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": f"{text}. Each message names its fix.", "markdown": f"{text}. Each message names its fix."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"severity": "error", "controls": [], "tags": ["fleetgen"]},
    }


def _result(report: Report, finding: Finding, rule: int, mark: str) -> JsonObject:
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": message(finding)},
        "locations": [_location(report, finding)],
        # GitHub tells alerts apart by primaryLocationLineHash. The upload action would compute it from the line's text, which is
        # the same for all findings about one template file; a value that is there already is kept.
        "partialFingerprints": {"fleetgen/v1": mark, "primaryLocationLineHash": mark},
        "properties": {"fix": finding.fix, "clusters": [*finding.clusters]},
    }


def _location(report: Report, finding: Finding) -> JsonObject:
    path = report.path(finding)
    region: JsonObject = {"startLine": line(finding)}
    if finding.place and finding.place.column:
        region["startColumn"] = finding.place.column
    artifact: JsonObject = {"uri": quote(path), "uriBaseId": _ROOT}
    if path.startswith("/"):
        artifact = {"uri": f"file://{quote(path)}"}
    location: JsonObject = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if finding.object:
        named = finding.object
        location["logicalLocations"] = [{"name": named.name, "fullyQualifiedName": str(named), "kind": "resource"}]
    return location
