from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.errors import InputError
from fleetgen.model.place import Place
from fleetgen.model.policy import Policy
from fleetgen.policy.metadata import read_policies
from fleetgen.policy.scaffolding import next_id, policy_files
from tests.fleets import constraint, policy


def known(*ids: str, area: str = "pod") -> dict[str, Policy]:
    return {name: replace(policy(name), area=area) for name in ids}


@pytest.mark.parametrize(
    ("area", "policies", "expected"),
    [
        ("pod", {}, "FG-POD-001"),
        ("shop_floor", {}, "FG-SHOPFLOOR-001"),
        ("pod", known("FG-POD-001", "FG-POD-009", "FG-POD-003"), "FG-POD-010"),
        ("fleet", known("FG-FLT-001", "FG-FLT-002", "FG-RSD-001", area="fleet"), "FG-FLT-003"),
        ("gpu", known("FG-GPU-001", area="resources"), "FG-GPU-002"),
    ],
    ids=["first", "long name", "after the last", "as the others of the area", "taken elsewhere"],
)
def test_next_id(area: str, policies: dict[str, Policy], expected: str) -> None:
    assert next_id(area, policies) == expected


def test_what_is_written_is_read() -> None:
    files = policy_files("till_floor/no_odd_things", {}, [])
    assert list(files) == [
        "policies/rego/till_floor/no_odd_things/policy.rego",
        "policies/rego/till_floor/no_odd_things/policy_test.rego",
        "policies/constraints/till-floor-no-odd-things.yaml",
    ]
    (made,) = read_policies(files).values()
    assert (made.id, made.kind, made.place) == ("FG-TILLFLOOR-001", "FGTillFloorNoOddThings", Place(next(iter(files)), 1))


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        ("pod", ["'pod' cannot be the name of a policy"]),
        ("Pod/x", ["'Pod/x' cannot be the name of a policy"]),
        ("pod/a-b", ["'pod/a-b' cannot be the name of a policy"]),
        ("pod/../x", ["'pod/../x' cannot be the name of a policy"]),
        ("pod/some_test", ["'pod/some_test' cannot be the name of a policy"]),
        ("pod/default", ["'default' has a special meaning in Rego or in policies/rego"]),
        ("lib/x", ["'lib' has a special meaning in Rego or in policies/rego"]),
        (f"pod/{'x' * 60}", [f"'pod/{'x' * 60}' has more than 56 characters"]),
        ("pod/no_privileged", ["there is already a policy pod/no_privileged: FG-POD-001"]),
        ("pod_no/privileged", ["FG-POD-001 already has the kind FGPodNoPrivileged"]),
        ("pod/taken", ["there is already a constraint 'pod-taken'"]),
    ],
)
def test_what_cannot_be_written(name: str, messages: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        policy_files(name, {"FG-POD-001": policy()}, [constraint("pod-taken")])
    assert [found.message for found in caught.value.findings] == messages
