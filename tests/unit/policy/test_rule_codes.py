"""Codes that a policy declares, returns, and exempts from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.policy import Policy
from fleetgen.model.rego import Asked
from fleetgen.policy.rule_codes import findings, inputs_of, query
from tests.fleets import policy

CODED = replace(policy(), codes={"host-path": "A path.", "host-port": "A port."})
HOW = "ask with the code of the rule: exempt.is_object_exempt_from(input, code), or exempt.is_container_exempt_from"


def asked(given: Json, number: str = "FG-POD-001") -> Asked:
    return Asked(policy=number, test="t", place=Place("t"), input=given)


def test_query() -> None:
    assert query([policy()]) == (
        '{"FG-POD-001": [{exempt: [object.get(found, ["details", "rule"], "") | '
        'some found in data.policies["pod"]["no_privileged"].violation with input as one] | '
        'some exempt, one in given} | some given in input["FG-POD-001"]]}'
    )


@pytest.mark.parametrize(
    ("judging", "given", "expected"),
    [
        (policy(), {"parameters": {}}, {"": {"parameters": {}}}),
        (replace(CODED, scope="cluster"), {}, {"": {}}),
        (CODED, {"parameters": "text"}, {"": {"parameters": "text"}}),
        (
            CODED,
            {"review": 1, "parameters": {"limit": 3, "exemptions": [{"namespace": "shop"}]}},
            {
                "": {"review": 1, "parameters": {"limit": 3, "exemptions": [{"namespace": "shop"}]}},
                **{
                    code: {"review": 1, "parameters": {"limit": 3, "exemptions": [{"namespace": "shop"}, {"rule": code}]}}
                    for code in ("host-path", "host-port")
                },
            },
        ),
    ],
    ids=["no codes", "nothing to exempt", "no parameters", "codes"],
)
def test_inputs(judging: Policy, given: Json, expected: Json) -> None:
    assert inputs_of([judging], [asked(given), asked({}, "FG-POD-002")]) == {"FG-POD-001": [expected]}


@pytest.mark.parametrize(
    ("judging", "returned", "expected"),
    [
        (policy(), [{"": ["", ""]}], []),
        (
            policy(),
            [{"": ["host-port"]}],
            [
                (
                    "FG-POD-001 returns the code 'host-port', which its METADATA does not declare",
                    "add it to custom.rules, with what the rule finds",
                )
            ],
        ),
        (
            CODED,
            [{"": ["host-path"]}, {"": ["host-prot"]}],
            [
                (
                    "FG-POD-001 returns the code 'host-prot', which its METADATA does not declare",
                    "did you mean 'host-port'?",
                ),
                (
                    "FG-POD-001 declares the code 'host-port', which no test makes it return",
                    "add a failing test, or remove the code",
                ),
            ],
        ),
        (
            CODED,
            [
                {
                    "": ["host-path", "host-path", "host-port", ""],
                    "host-path": ["host-port", ""],
                    "host-port": ["host-path", "host-path", ""],
                },
                {"": [""], "host-path": [""], "host-port": [""]},
            ],
            [],
        ),
        (
            CODED,
            [{"": ["host-path", "host-port"], "host-path": ["host-path", "host-port"], "host-port": []}],
            [
                ("FG-POD-001 finds 'host-path' in spite of an exemption from it", HOW),
                ("FG-POD-001 exempts from more than 'host-port' where an exemption names it", HOW),
            ],
        ),
    ],
    ids=["no codes", "undeclared", "misspelt", "all is well", "exemptions"],
)
def test_findings(judging: Policy, returned: Json, expected: list[tuple[str, str]]) -> None:
    found = [*findings([judging], {"FG-POD-001": returned})]
    assert [(finding.message, finding.fix) for finding in found] == expected
    assert {(finding.code, finding.place) for finding in found} <= {("E0821", judging.place)}
