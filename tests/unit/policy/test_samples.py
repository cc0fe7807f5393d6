from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint
from fleetgen.model.rego import Asked, RegoTest
from fleetgen.policy.samples import asked, named_kinds, probed, sample, untested
from tests.fleets import POLICY_PATH, REGO, constraint, policy

PLACE = Place("policies/rego/pod/no_privileged/policy_test.rego", 3)


def naming(*kinds: JsonObject) -> Constraint:
    return constraint(match={"kinds": [*kinds]})


def ran(output: str, name: str = "test_failing") -> RegoTest:
    return RegoTest(place=PLACE, package="policies.pod.no_privileged_test", name=name, outcome="pass", cases=(), output=output)


def line(value: Json) -> str:
    return f"fleetgen-probe FG-POD-001 {json.dumps(value)}\n"


def request(value: Json, **more: Json) -> Asked:
    return Asked(policy="FG-POD-001", test="t.test_failing", place=PLACE, input={"review": {"object": value}, **more})


def test_a_probe_stands_at_the_end_of_a_policy() -> None:
    files = probed({POLICY_PATH: REGO, "other.rego": "package other\n"}, [policy()])
    assert files["other.rego"] == "package other\n"
    assert files[POLICY_PATH].startswith(REGO)
    assert 'print("fleetgen-probe", "FG-POD-001", json.marshal(input))' in files[POLICY_PATH].removeprefix(REGO)


def test_what_probes_recorded() -> None:
    output = (
        line({"a": 1}) + "other words\n" + line({"a": 1}) + line({"a": 2}) + "fleetgen-probe FG-POD-001 <undefined>\n" + line([])
    )
    name = "policies.pod.no_privileged_test.test_failing"
    assert asked([ran(output)]) == tuple(Asked(policy="FG-POD-001", test=name, place=PLACE, input={"a": n}) for n in (1, 2))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (request({"spec": 1}), {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sample"}, "spec": 1}),
        (
            request({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}),
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}},
        ),
        (request({"metadata": None}), {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sample"}}),
        (request("text"), "there is no object"),
        (Asked(policy="FG-POD-001", test="t", place=PLACE, input={}), "there is no object"),
        (request({}, parameters="x"), "no constraint can have these parameters"),
        (request({}, parameters={"limit": "x"}), "no constraint can have these parameters"),
        (request({}, parameters={"unknown": 1}), "no constraint can have these parameters"),
        (request({"metadata": "x"}), "no API server accepts the form of the metadata"),
        (request({"metadata": {"labels": {"a": 1}}}), "no API server accepts the form of the metadata"),
        (request({"metadata": {"annotations": "x"}}), "no API server accepts the form of the metadata"),
        (request({"metadata": {"ownerReferences": {}}}), "no API server accepts the form of the metadata"),
        (request({"metadata": {"name": 7}}), "no API server accepts the form of the metadata"),
    ],
    ids=lambda value: json.dumps(value.input if isinstance(value, Asked) else value)[:60],
)
def test_sample(given: Asked, expected: Json) -> None:
    made = sample(given, policy(), [naming({"apiGroups": [""], "kinds": ["Pod"]})])
    assert (made if isinstance(made, str) else made.object) == expected


def test_parameters_are_those_of_the_test_with_the_defaults_of_the_policy() -> None:
    made = sample(request({}, parameters={"registries": ["r"]}), policy(), [])
    assert not isinstance(made, str)
    assert (made.parameters, made.object["kind"]) == ({"registries": ["r"], "limit": 3, "exemptions": []}, "ConfigMap")


def test_named_kinds() -> None:
    entries: list[JsonObject] = [{"kinds": ["A", "*"]}, {"apiGroups": ["*", "g"], "kinds": ["B"]}, {"apiGroups": ["g"]}]
    other = replace(naming({"kinds": ["C"]}), policy=policy("FG-POD-002"))
    assert [*named_kinds([other, naming(*entries)], policy())] == [("", "A"), ("g", "B")]


def test_what_no_test_shows() -> None:
    inputs = asked([ran(line({"a": 1}), "test_passing_two"), ran("", "test_malformed"), ran(line({"a": 1}), "test_fail")])
    assert [word for _, word in untested([policy()], inputs)] == ["failing", "malformed"]
