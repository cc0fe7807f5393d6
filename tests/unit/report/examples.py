"""Findings of every kind that reports have to carry, and readers that turn each format back into what it says."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from fleetgen.model.finding import Finding, Severity
from fleetgen.model.place import Place
from fleetgen.model.policy import Policy
from fleetgen.model.resource import ResourceId
from fleetgen.report.report import NOWHERE, Report


def policy(code: str, **changes: Any) -> Policy:  # noqa: ANN401 - fields of a Policy
    given: dict[str, Any] = {
        "id": code,
        "kind": "FG" + code.replace("-", ""),
        "area": "pod",
        "rule": "rule",
        "title": f"Title of {code}",
        "description": "Why it is so.",
        "severity": "high",
        "scope": "object",
        "where": "both",
        "failure": "It fails.",
        "remediation": "Mend <it> & go on.",
        "controls": ("CIS-K8s-5.2.2", "NSA-1"),
        "facts": (),
        "parameters": {},
        "environment": {},
        "place": Place(f"policies/rego/pod/{code}/policy.rego", 1),
    }
    return Policy(**{**given, **changes})


POLICIES: Final = {
    p.id: p for p in (policy("FG-POD-001", severity="critical"), policy("FG-POD-002"), policy("FG-FLT-001", controls=()))
}
WEB: Final = ResourceId("apps", "Deployment", "shop", "web")
FINDINGS: Final = (
    Finding(
        "FG-POD-001", "spec.containers[0] (a): privileged", "remove it", Place("templates/web/overlay/d.yaml.j2"), object=WEB
    ),
    Finding(
        "FG-POD-001", "spec.containers[1] (b): privileged", "remove it", Place("templates/web/overlay/d.yaml.j2"), object=WEB
    ),
    Finding("FG-POD-001", "the same", "remove it", Place("a.yaml", 3, 5), object=WEB),
    Finding("FG-POD-001", "the same", "remove it", Place("a.yaml", 9, 5), object=WEB),
    Finding(
        "FG-FLT-001", "2 versions", "agree", Place("fleet/clusters/ä b,c.yaml", 7, 3), Severity.WARNING, None, tuple("abcde")
    ),
    Finding("E0803", "waiver 'x' expires on 2026-12-01", "ask", Place("policies/waivers/x.yaml", 4), Severity.NOTE),
    Finding(
        "E0202",
        "unknown key '<a> & \"b\"', 100%::no, \\really\r\n\tsecond line",
        "did you mean 'c'?",
        Place("fleet/x.yaml", 2, 1),
    ),
    Finding("E1101", "kustomize is missing"),
)
REPORT: Final = Report(findings=FINDINGS, summary={"clusters": 5}, policies=POLICIES, judged=True, exit_code=1)

# code, message, path, line, object
Said = tuple[str, str, str, int, str]
_DETAIL: Final = re.compile(r"\n(?:  )?(?:object|clusters|fix): ")


def said(findings: tuple[Finding, ...]) -> Counter[Said]:
    return Counter(
        (f.code, f.message, f.place.path if f.place else NOWHERE, f.place.line or 1 if f.place else 1, str(f.object or ""))
        for f in findings
    )


def _parted(text: str) -> tuple[str, str]:
    """The message, and the object that its details name."""
    named = re.search(r"\n(?:  )?object: (.*)", text)
    return _DETAIL.split(text)[0], named[1] if named else ""


def read_json(text: str) -> Counter[Said]:
    found = tuple(Finding.from_data(entry) for entry in json.loads(text)["findings"])
    return said(found)


def read_text(text: str) -> Counter[Said]:
    entries = re.findall(
        r"(?:(\S.*?): )?(?:error|warning|note)\[(.*?)\]: ((?:.|\n)*?)(?=\n\S.*\[[EF][^ ]*\]: |\n\d+ error|\Z)", text
    )
    return Counter(_entry(where, code, rest) for where, code, rest in entries)


def _entry(where: str, code: str, rest: str) -> Said:
    message, named = _parted(rest)
    path, line = _place(where)
    return (code, message, path, line, named)


def _place(where: str) -> tuple[str, int]:
    match = re.fullmatch(r"(.*?)(?::(\d+))?(?::\d+)?", where)
    assert match
    return match[1] or NOWHERE, int(match[2] or 1)


def read_junit(text: str) -> Counter[Said]:
    result: Counter[Said] = Counter()
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314 - written by ourselves
        body = case.findtext("failure") or case.findtext("system-out")
        if body is None:
            continue
        where, code = re.match(r"(?:(.*?): )?(?:error|warning|note)\[(.*?)\]: ", body).groups()  # type: ignore[union-attr]
        message, named = _parted(body[body.index("]: ") + 3 :])
        assert case.get("classname") == code
        assert case.get("name") == (f"{named}: {message}" if named else message)
        path, line = _place(where or "")
        result[(code, message, path, line, named)] += 1
    return result


def read_sarif(text: str) -> Counter[Said]:
    (run,) = json.loads(text)["runs"]
    result: Counter[Said] = Counter()
    for entry in run["results"]:
        assert run["tool"]["driver"]["rules"][entry["ruleIndex"]]["id"] == entry["ruleId"]
        (location,) = entry["locations"]
        physical = location["physicalLocation"]
        message, named = _parted(entry["message"]["text"])
        assert [one["fullyQualifiedName"] for one in location.get("logicalLocations", [])] == ([named] if named else [])
        path = unquote(physical["artifactLocation"]["uri"])
        result[(entry["ruleId"], message, path, physical["region"]["startLine"], named)] += 1
    return result


def read_github(text: str) -> Counter[Said]:
    result: Counter[Said] = Counter()
    for line in text.splitlines():
        properties, _, data = line.partition(" ")[2].partition("::")
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        values = {key: _decoded(value.replace("%3A", ":").replace("%2C", ",")) for key, value in pairs.items()}
        message, named = _parted(_decoded(data))
        code, _, titled = values["title"].partition(" ")
        assert titled == named
        result[(code, message, values.get("file", NOWHERE), int(values.get("line", 1)), named)] += 1
    return result


def _decoded(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def read_gitlab(text: str) -> Counter[Said]:
    result: Counter[Said] = Counter()
    for issue in json.loads(text):
        message, named = _parted(issue["description"])
        location = issue["location"]
        result[(issue["check_name"], message, location["path"], location["lines"]["begin"], named)] += 1
    return result
