"""A constraint is Gatekeeper's form, minus everything that Gatekeeper would take without doing what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fleetgen.errors import InputError
from fleetgen.model.place import Place
from fleetgen.model.policy import Constraint, Policy
from fleetgen.policy.constraints import read_constraints
from tests.fleets import CONSTRAINT, policy

PATH = "policies/constraints/pod.yaml"
ENVIRONMENTS = ("dev", "production")
POLICIES: Mapping[str, Policy] = {"FG-POD-001": policy()}


def problems(text: str, policies: Mapping[str, Policy] = POLICIES) -> list[tuple[str, str, str, str]]:
    with pytest.raises(InputError) as caught:
        read_constraints({PATH: text}, policies, ENVIRONMENTS)
    return [(found.code, str(found.place), found.message, found.fix) for found in caught.value.findings]


def test_constraint() -> None:
    expected = Constraint(
        name="no-privileged",
        policy=policy(),
        action="deny",
        match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]},
        parameters={"limit": 5},
        environments=("production", "dev"),
        required=True,
        place=Place(PATH, 1, 1),
    )
    assert read_constraints({PATH: CONSTRAINT}, POLICIES, ENVIRONMENTS) == (expected,)


def test_short_constraint() -> None:
    text = CONSTRAINT.partition("  match:")[0].replace("  annotations:", "  # ")
    (got,) = read_constraints({PATH: text}, POLICIES, ENVIRONMENTS)
    assert (got.match, got.parameters, got.environments, got.required) == ({}, {}, (), False)


def test_exemptions_belong_to_every_object_policy() -> None:
    text = CONSTRAINT.replace("{limit: 5}", "{exemptions: [{namespace: shop, container: web}]}")
    (got,) = read_constraints({PATH: text}, POLICIES, ENVIRONMENTS)
    assert got.parameters == {"exemptions": [{"namespace": "shop", "container": "web"}]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "enforcementAction: deny",
            "enforcementAction: denyy",
            (
                "E0801",
                ":7:22",
                "spec.enforcementAction is 'denyy', which is not one of the 3 known values",
                "did you mean 'deny'?",
            ),
            id="action",
        ),
        pytest.param(
            "  match:",
            "  mach:",
            ("E0801", ":8:3", "unknown key 'mach' in spec", "did you mean 'match'?"),
            id="unknown key",
        ),
        pytest.param(
            "    kinds: [{",
            "    kind: [{",
            ("E0801", ":9:5", "unknown key 'kind' in spec.match", "did you mean 'kinds'?"),
            id="unknown matcher",
        ),
        pytest.param(
            "kind: FGPodNoPrivileged",
            "kind: FGPodNoPriviliged",
            ("E0801", ":2:7", "no policy has the kind 'FGPodNoPriviliged'", "did you mean 'FGPodNoPrivileged'?"),
            id="kind",
        ),
        pytest.param(
            "name: no-privileged",
            "name: No-Privileged",
            (
                "E0801",
                ":4:9",
                "metadata.name is 'No-Privileged', which has the wrong form",
                "the form is ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            ),
            id="name",
        ),
        pytest.param(
            "production, dev",
            "production, produktion",
            ("E0301", ":5:73", "there is no environment 'produktion'", "did you mean 'production'?"),
            id="environment",
        ),
        pytest.param(
            'required: "true"',
            'required: "yes"',
            (
                "E0801",
                ":5:39",
                "metadata.annotations.fleetgen.io/required is 'yes', which is not one of the 2 known values",
                "use one of: false, true",
            ),
            id="required",
        ),
        pytest.param(
            "limit: 5",
            "limt: 5",
            ("E0801", ":10:16", "unknown key 'limt' in spec.parameters", "did you mean 'limit'?"),
            id="unknown parameter",
        ),
        pytest.param(
            "limit: 5",
            "limit: five",
            ("E0801", ":10:23", "spec.parameters.limit must be a whole number, not text", "How many"),
            id="parameter type",
        ),
        pytest.param(
            "limit: 5",
            "exemptions: [{}]",
            (
                "E0801",
                ":10:29",
                "spec.parameters.exemptions[0]: {} has less than 1 property",
                "change the value",
            ),
            id="empty exemption",
        ),
    ],
)
def test_broken_constraint(old: str, new: str, expected: tuple[str, str, str, str]) -> None:
    assert CONSTRAINT.count(old) == 1
    code, place, message, fix = expected
    assert problems(CONSTRAINT.replace(old, new)) == [(code, PATH + place, message, fix)]


def test_a_list_is_no_constraint() -> None:
    assert problems("- a\n") == [("E0801", f"{PATH}:1:1", "the document must be a mapping, not a list", "change the value")]


def test_broken_yaml_does_not_hide_the_other_files() -> None:
    files = {PATH: "a: [", "policies/constraints/z.yaml": CONSTRAINT.replace("denyy", "deny").replace("deny", "denyy")}
    with pytest.raises(InputError) as caught:
        read_constraints(files, POLICIES, ENVIRONMENTS)
    assert [found.code for found in caught.value.findings] == ["E0101", "E0801"]


def test_all_documents_of_a_file_are_looked_at() -> None:
    broken = CONSTRAINT.replace("enforcementAction: deny", "enforcementAction: x")
    assert [place for _, place, _, _ in problems(f"{broken}---\n{broken}")] == [f"{PATH}:7:22", f"{PATH}:18:22"]


def test_names_are_unique() -> None:
    expected = ("E0801", f"{PATH}:12:1", f"two constraints are named 'no-privileged'; the first is in {PATH}:1:1", "rename one")
    assert problems(f"{CONSTRAINT}---\n{CONSTRAINT}") == [expected]


def test_a_policy_without_constraint_would_never_run() -> None:
    fix = "add a constraint to policies/constraints/, or remove the policy"
    expected = ("E0805", f"{policy().place}", "FG-POD-002 has no constraint, so it would never run", fix)
    assert problems(CONSTRAINT, {**POLICIES, "FG-POD-002": replace(policy("FG-POD-002"), kind="FGOther")}) == [expected]


def test_a_fleet_has_no_match() -> None:
    expected = (
        "E0801",
        f"{PATH}:8:3",
        "FG-FLT-001 judges a fleet, where a match has no effect",
        "remove spec.match; use the annotation fleetgen.io/environments",
    )
    assert problems(CONSTRAINT, {"FG-FLT-001": policy("FG-FLT-001", scope="fleet")}) == [expected]
