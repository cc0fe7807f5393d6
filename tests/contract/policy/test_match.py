"""Gatekeeper's match in the gate: the cases of match_cases.json, whose answers were compared with gator test and gator verify.

A hit is `Kind/name` of an object; `pod` behind it means the Pod that the workload would create.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from fleetgen.errors import InputError
from fleetgen.model.plain import Json, JsonObject
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.gate_plan import gate_plan
from fleetgen.policy.metadata import read_policies
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.yamlfile import dump
from tests.fleets import for_environments

CASES = cast("dict[str, list[JsonObject]]", json.loads(Path(__file__).with_name("match_cases.json").read_text("utf-8")))
POLICY = "policies/rego/test/always/policy.rego"
ALWAYS = """# METADATA
# scope: package
# title: Always
# description: Finds something in everything.
# custom:
#   id: FG-TST-001
#   kind: FGAlways
#   severity: medium
#   scope: object
#   where: both
#   failure: It is there.
#   remediation: Remove it.
#   controls: []
#   facts: []
#   parameters: {type: object}
package policies.test.always

violation contains {"msg": "found", "details": {}}
"""


def document(name: str, case: JsonObject) -> str:
    match: JsonObject = {"match": case["match"]} if "match" in case else {}
    return dump(
        {
            "apiVersion": "constraints.gatekeeper.sh/v1beta1",
            "kind": "FGAlways",
            "metadata": {"name": name},
            "spec": {"enforcementAction": "deny", **match},
        }
    )


def name(o: Json) -> str:
    described = cast("dict[str, dict[str, str]]", o)
    return f"{described['kind']}/{described['metadata']['name']}"


@pytest.fixture(scope="module")
def answers(engine: ConftestCli, rego: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Constraint -> `hits` and `unmatchable`."""
    accepted = {f"case-{number}": case for number, case in enumerate(CASES["cases"]) if "hits" in case}
    files = {f"{key}.yaml": document(key, case) for key, case in accepted.items()}
    constraints = read_constraints(files, read_policies({POLICY: ALWAYS}), [])
    default: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    spaces = {name(o).removeprefix("Namespace/"): o for o in [*CASES["objects"], default] if o["kind"] == "Namespace"}
    items: list[Json] = []
    for o in CASES["objects"]:
        space = cast("JsonObject", o["metadata"]).get("namespace")
        items.append({"id": name(o), "policySet": "test", "namespace": space if space in spaces else None, "object": o})
    batch: JsonObject = {"kind": "GateBatch", "namespaces": cast("JsonObject", spaces), "items": items}
    (verdict,) = engine.evaluate(
        {**rego, POLICY: ALWAYS}, {"plan": gate_plan(for_environments(constraints, {"test": {}}))}, [batch]
    )
    found: dict[str, dict[str, list[str]]] = {key: {"hits": [], "unmatchable": []} for key in accepted}
    for result in verdict.results:
        pod = " pod" if result.message.startswith("[Implied by ") else ""
        kind = "unmatchable" if "unable to match constraint" in result.message else "hits"
        found[result.constraint][kind].append(f"{result.id}{pod}")
    return found


@pytest.mark.parametrize(
    "number", [n for n, case in enumerate(CASES["cases"]) if "hits" in case], ids=lambda n: str(CASES["cases"][n]["name"])
)
def test_match(number: int, answers: Mapping[str, Mapping[str, list[str]]]) -> None:
    case, got = CASES["cases"][number], answers[f"case-{number}"]
    assert sorted(got["hits"]) == case["hits"]
    assert sorted(got["unmatchable"]) == case.get("unmatchable", [])


@pytest.mark.parametrize("case", [case for case in CASES["cases"] if "refused" in case], ids=lambda case: str(case["name"]))
def test_refused(case: JsonObject) -> None:
    with pytest.raises(InputError) as caught:
        read_constraints({"c.yaml": document("c", case)}, read_policies({POLICY: ALWAYS}), [])
    assert [found.message for found in caught.value.findings] == case["refused"]
