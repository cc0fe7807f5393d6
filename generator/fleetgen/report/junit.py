"""JUnit XML, in the elements and attributes that the Jenkins schema junit-10.xsd has.

A test case is a finding; a policy without findings is a test case that passed, so a run that found nothing still lists what it
looked at. Many findings of a policy as one test case would show the first only. A warning does not fail, as in the gate: its text
is the output of a test case that passed; a note is skipped. Policies that were not evaluated are skipped, never passed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from fleetgen.model.finding import Finding, Severity
from fleetgen.report.report import Report, title
from fleetgen.report.text import finding_lines

# what XML 1.0 cannot hold, however it is written
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INPUTS: Final = "the inputs can be used"


def document(report: Report) -> str:
    """`testsuites` with one suite for the inputs and one for the policies."""
    others = [finding for finding in report.findings if finding.policy not in report.policies]
    judged = [finding for finding in report.findings if finding.policy in report.policies]
    inputs = [_finding_case(finding) for finding in others]
    if not any(finding.severity is Severity.ERROR for finding in others):
        inputs.append(f"    <testcase{_attributes(classname='fleetgen', name=_INPUTS)}/>\n")
    clean = sorted(report.policies.keys() - {finding.policy for finding in judged})
    cases = [*map(_finding_case, judged), *(_policy_case(report, code) for code in clean)]
    suites = [_suite("inputs", inputs, others), _suite("policies", cases, judged, skipped=0 if report.judged else len(clean))]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="fleetgen">\n{"".join(suites)}</testsuites>\n'


def _suite(name: str, cases: Sequence[str], findings: Sequence[Finding], *, skipped: int = 0) -> str:
    failures = sum(finding.severity is Severity.ERROR for finding in findings)
    skipped += sum(finding.severity is Severity.NOTE for finding in findings)
    counts = _attributes(name=name, tests=str(len(cases)), failures=str(failures), errors="0", skipped=str(skipped))
    return f"  <testsuite{counts}>\n{''.join(cases)}  </testsuite>\n"


def _finding_case(finding: Finding) -> str:
    name = f"{finding.object}: {finding.message}" if finding.object else finding.message
    text = _escaped(finding_lines(finding))
    inner = f"<system-out>{text}</system-out>"
    if finding.severity is Severity.ERROR:
        inner = f"<failure{_attributes(message=finding.message, type=finding.code)}>{text}</failure>"
    elif finding.severity is Severity.NOTE:
        inner = f"<skipped{_attributes(message='not enforced')}/>{inner}"
    return f"    <testcase{_attributes(classname=finding.code, name=name)}>{inner}</testcase>\n"


def _policy_case(report: Report, code: str) -> str:
    attributes = _attributes(classname=code, name=title(report, code))
    if report.judged:
        return f"    <testcase{attributes}/>\n"
    return f'    <testcase{attributes}><skipped message="the run ended before the gate had a verdict"/></testcase>\n'


def _attributes(**values: str) -> str:
    """A parser turns line breaks and tabs of an attribute into blanks unless they are written as references."""
    quoted = {key: _escaped(value).replace("\n", "&#10;").replace("\t", "&#9;") for key, value in values.items()}
    return "".join(f' {key}="{value}"' for key, value in quoted.items())


def _escaped(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text)).replace("\r", "&#13;")
