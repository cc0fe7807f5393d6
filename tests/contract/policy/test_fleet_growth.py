"""Policies over the fleet take time in proportion to its clusters: counts of what opa evaluates, because seconds vary."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.policy.tree import as_list, as_object, head_of, rules
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.toolchain import Tool

FEW: Final = 100
MANY: Final = 800


def network(number: int) -> JsonObject:
    first, last = (f"4:{0x0A000000 + 256 * number + host:08x}" for host in (0, 255))
    return {"kind": "nodeCIDRs", "cidr": str(number), "first": first, "last": last}


def row(number: int, spread: int) -> JsonObject:
    """A cluster like no other; of numbers that are equal below `spread`, two are the same."""
    model: JsonObject = {
        "component": "tf-serving",
        "instance": "gap",
        "values": {"models": {"gap": {"version": number % spread}}},
    }
    return {
        "names": [f"c{number:06d}"],
        "ring": "broad",
        "facts": {"distribution": "k3s", "kubernetes.minor": f"1.{20 + number % min(spread, 20)}"},
        "ranges": [network(number % spread)],
        "site": {"securityDomain": "retail"},
        "units": {"tf-serving.gap": model},
    }


PARAMETERS: Final[Mapping[str, JsonObject]] = {
    "FG-FLT-001": {"unique": ["nodeCIDRs"]},
    "FG-FLT-002": {"components": {"tf-serving": "models"}},
    "FG-FLT-003": {"skew": 2, "longer": [], "endOfLife": {}},
    "FG-FLT-005": {"apart": [["platform-admin", "security"]]},
}


def asked(policy: str, size: int, spread: int) -> JsonObject:
    groups: list[Json] = [f"g{number % spread}" for number in range(size)]
    return {
        "asOf": "2026-11-24",
        "environment": {"roles": {"platform-admin": groups, "security": groups}},
        "clusters": [row(number, spread) for number in range(size)],
        "parameters": PARAMETERS[policy],
    }


def of_fleet(policies: Mapping[str, Policy]) -> list[Policy]:
    return [policy for policy in policies.values() if policy.scope == "fleet"]


def test_every_policy_over_the_fleet_is_measured(policies: Mapping[str, Policy]) -> None:
    assert sorted(policy.id for policy in of_fleet(policies)) == sorted(PARAMETERS)


@pytest.fixture
def work(
    root: Path, policies: Mapping[str, Policy], tools: Callable[[str], Tool], tmp_path: Path
) -> Callable[[str, JsonObject], int]:
    """What opa evaluates to judge an input by a policy."""

    def evaluated(id_: str, data: JsonObject) -> int:
        given = tmp_path / "input.json"
        given.write_text(json.dumps(data), "utf-8")
        policy = policies[id_]
        rego = ["--data", "policies/rego/lib", "--data", policy.place.path, "--input", str(given)]
        query = f"count(data.policies.{policy.area}.{policy.rule}.violation)"
        argv = [str(tools("opa").path), "eval", "--profile", "--profile-limit", "1000", "--format", "json", *rego, "--", query]
        done = subprocess.run(argv, cwd=root, env=os.environ, capture_output=True, check=True)
        return sum(line["num_eval"] + line["num_redo"] for line in json.loads(done.stdout)["profile"])

    return evaluated


@pytest.mark.parametrize("id_", PARAMETERS)
@pytest.mark.parametrize("kinds", [4, MANY], ids=["many equal", "all different"])
def test_work_grows_with_the_clusters(id_: str, kinds: int, work: Callable[[str, JsonObject], int]) -> None:
    few, many = (work(id_, asked(id_, size, kinds)) for size in (FEW, MANY))
    assert many <= 1.1 * MANY / FEW * few


def test_no_rule_of_them_takes_quadratic_time(policies: Mapping[str, Policy], root: Path, tools: Callable[[str], Tool]) -> None:
    """opa copies what it has so far of `rule[key] contains x` and of `rule[key] := x` for each element."""
    paths = [policy.place.path for policy in of_fleet(policies)]
    trees = OpaCli(tool=tools("opa"), root=root, environ=os.environ).parse(paths)
    keyed = [
        (path, rule["location"])
        for path, tree in trees.items()
        for rule in rules(tree)
        if any(as_object(part).get("type") != "string" for part in as_list(head_of(rule).get("ref"))[1:])
    ]
    assert keyed == []
