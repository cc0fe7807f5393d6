"""Answers of the engine: what a companion tells, and which container a result is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.gate.findings import container_at, finding_of, results_of
from fleetgen.inputs.rules import Rules
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import PolicySet
from fleetgen.model.resource import ResourceId
from fleetgen.model.result import Answer, Result, Step
from tests.fleets import constraint, policy

SET = PolicySet(name="dev", environment="dev", values={}, constraints=(), companions={"x-waived": constraint("x")})


def said(message: str, name: str, action: str = "deny", *, exempt: bool = False) -> Result:
    return Result(policy="FG-POD-001", constraint=name, action=action, id="1", message=message, exempt=exempt)


def test_a_companion_tells_what_only_it_finds() -> None:
    undecided = "unable to match constraint x%s: its namespaceSelector needs the Namespace object"
    results = (
        said("a is bad", "x"),
        said("a is bad", "x-waived", "dryrun"),
        said("b is bad", "x-waived", "dryrun"),
        said("b is bad", "y", "warn"),
        said(undecided % "", "x"),
        said(undecided % "-waived", "x-waived", "dryrun"),
    )
    assert [*results_of(SET, Answer(results=results, policies=("FG-POD-001",)))] == [
        said("a is bad", "x"),
        said("b is bad", "x", exempt=True),
        said("b is bad", "y", "warn"),
        said(undecided % "", "x"),
    ]


@pytest.mark.parametrize(("rule", "code"), [("", ""), ("host-port", ".host-port"), ("undeclared", "")])
def test_a_finding_names_the_code_that_the_policy_declares(rule: str, code: str) -> None:
    coded = replace(policy(), codes={"host-port": "A port of the host."})
    rules = Rules(policies={"FG-POD-001": coded}, constraints=(), files={}, sets={}, of={}, data={})
    finding = finding_of(rules, replace(said("bad", "x"), rule=rule), None, ())
    assert (finding.code, finding.policy) == (f"FG-POD-001{code}", "FG-POD-001")


POD: JsonObject = {
    "containers": [{"name": "web", "image": "web:1", "ports": [{"name": "http"}]}],
    "initContainers": [{"name": "first"}],
    "volumes": [{"name": "data"}],
}
DEPLOYMENT: JsonObject = {"spec": {"template": {"spec": POD}}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["containers", 0], ("web", "web:1")),
        (["containers", 0, "ports", 0, "name"], ("web", "web:1")),
        (["containers", 0, "securityContext", "privileged"], ("web", "web:1")),
        (["initContainers", 0], ("first", "")),
        (["containers", 1], None),
        (["containers"], None),
        (["volumes", 0], None),
        ([], None),
    ],
)
def test_the_container_that_a_path_leads_to(path: list[Step], expected: tuple[str, str] | None) -> None:
    manifest = Manifest(id=ResourceId("apps", "Deployment", "shop", "web"), data=DEPLOYMENT, digest="d")
    assert container_at(manifest, ["spec", "template", "spec", *path]) == expected
