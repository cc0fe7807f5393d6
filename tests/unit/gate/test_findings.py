"""Answers of the engine: what a companion tells, and which container a result is about."""

from __future__ import annotations

import pytest

from fleetgen.gate.findings import Result, container_at, results_of
from fleetgen.gate.questions import Answer
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import PolicySet
from fleetgen.model.resource import ResourceId
from tests.unit.policy.examples import constraint

SET = PolicySet(name="dev", environment="dev", values={}, constraints=(), companions={"x-waived": constraint("x")})


def said(name: str, action: str = "deny") -> dict[str, Json]:
    return {"policy": "FG-POD-001", "constraint": name, "action": action, "id": "1"}


def test_a_companion_tells_what_only_it_finds() -> None:
    undecided = "unable to match constraint x%s: its namespaceSelector needs the Namespace object"
    results: list[tuple[str, dict[str, Json]]] = [
        ("a is bad", said("x")),
        ("a is bad", said("x-waived", "dryrun")),
        ("b is bad", said("x-waived", "dryrun")),
        ("b is bad", said("y", "warn")),
        (undecided % "", said("x")),
        (undecided % "-waived", said("x-waived", "dryrun")),
    ]
    assert [*results_of(SET, Answer(results=results, policies=["FG-POD-001"]))] == [
        Result(msg="a is bad", metadata=said("x")),
        Result(msg="b is bad", metadata=said("x"), exempt=True),
        Result(msg="b is bad", metadata=said("y", "warn")),
        Result(msg=undecided % "", metadata=said("x")),
    ]


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
def test_the_container_that_a_path_leads_to(path: list[Json], expected: tuple[str, str] | None) -> None:
    manifest = Manifest(id=ResourceId("apps", "Deployment", "shop", "web"), data=DEPLOYMENT, digest="d")
    assert container_at(manifest, ["spec", "template", "spec", *path]) == expected
