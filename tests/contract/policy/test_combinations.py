"""Combinations of releases, platforms, drivers and cards from the makers' tables, through the real gate.

The table is not made from the catalog: it says what the makers say, so that the two are held against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, cast

import pytest

from fleetgen.build.plan import Plan
from fleetgen.catalog.cluster_facts import enum_facts
from fleetgen.catalog.pools import pool_mistakes, pools_data
from fleetgen.catalog.releases import release_of, unmet_conditions
from fleetgen.gate.models import Judged, questions_about
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint
from fleetgen.model.settings import Table
from fleetgen.policy.gate_plan import gate_plan
from fleetgen.stages.gate import model_batches
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.yamlfile import parse
from tests.fleets import for_environments, spec

TABLE: Final = Path(__file__).with_name("combinations.txt")
POLICIES: Final = ("FG-GPU-005", "FG-GPU-006")
# a repository for the driver that AMD's operator builds
SETTINGS: Final = cast("Table", parse("{values: {driver: {image: registry.example.com/amdgpu}}}", "settings.yaml")[0])
SUFFIXES: Final = {"k3s": "+k3s1", "rke2": "+rke2r1", "k0s": "+k0s.0"}


@dataclass(frozen=True)
class Combination:
    """A row of the table."""

    name: str
    component: str
    version: str
    cluster: ClusterSpec
    said: str


def combinations() -> Iterator[Combination]:
    """The rows; a dash is not said, an underscore is a blank."""
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            continue
        component, version, where, minor, *rest = line.split()
        system, runtime, kernel, card, source, driver, arch, *said = (word.replace("_", " ") for word in rest)
        gpu = f"{{product: {card}, count: 1, driver: {source}" + (f", driverVersion: '{driver}'" if driver != "-" else "") + "}"
        named = {"os": system, "runtime": runtime, "kernel": f"'{kernel}'" if kernel != "-" else "-"}
        node = "".join(f", {key}: {value}" for key, value in named.items() if value != "-")
        kubernetes = f"{{distribution: {where}, version: {written(where, minor)}}}"
        pools = f"[{{name: main, arch: {arch}, gpu: {gpu}{node}}}]"
        yield Combination(f"c{number:04}", component, version, spec(pools, f", kubernetes: {kubernetes}"), " ".join(said))


def written(distribution: str, minor: str) -> str:
    """A version as the distribution prints it; OpenShift 4.N is Kubernetes 1.(N+13)."""
    if distribution == "openshift":
        return f"4.{int(minor.partition('.')[2]) - 13}.3"
    return f"v{minor}.4{SUFFIXES.get(distribution, '')}"


def model(plan: Plan, one: Combination) -> JsonObject:
    """What the policies read of a cluster with this unit."""
    release = release_of(plan.fleet.components[one.component], one.version)
    assert release is not None
    unit: JsonObject = {
        "component": one.component,
        "version": one.version,
        "values": {"driver": {"version": "", "repoConfig": {"files": {}}}},
        "release": release.data,
    }
    return {
        "name": one.name,
        "ring": "early",
        "facts": {**enum_facts(one.cluster)},
        "network": {"airGapped": False},
        "nodePools": cast("Json", pools_data(one.cluster)),
        "units": {one.component: unit},
    }


def before_the_gate(plan: Plan, one: Combination) -> str:
    """The error that the inventory or the component's support gives; empty if neither does."""
    component = plan.fleet.components[one.component]
    if [*pool_mistakes(one.cluster)]:
        return "E0307"
    return "E0507" if [*unmet_conditions(component, one.version, enum_facts(one.cluster), SETTINGS)] else ""


@pytest.fixture(scope="module")
def codes(plan: Plan, engine: ConftestCli, rego: Mapping[str, str], constraints: Sequence[Constraint]) -> Mapping[str, str]:
    """Cluster -> the codes of the rules that find something, sorted."""
    judged = [constraint for constraint in constraints if constraint.policy.id in POLICIES]
    (policy_set,) = for_environments(judged, {"production": {}}).values()
    known = {one.name: model(plan, one) for one in combinations() if not before_the_gate(plan, one)}
    asking = Judged(policy_set=policy_set, clusters=sorted(known), environment={})
    asked = questions_about([asking], known, {c.policy.id: c.policy.id for c in judged}, date(2026, 11, 24))
    where = {(each.constraint.policy.id, each.question): each.clusters for each in asked.inquiries}
    found: dict[str, set[str]] = {name: set() for name in known}
    for verdict in engine.evaluate(rego, {"plan": gate_plan({"production": policy_set})}, [*model_batches(asked.questions)]):
        for result in verdict.results:
            for name in where[result.policy, result.id]:
                found[name].add(result.rule)
    return {name: " ".join(sorted(rules)) or "valid" for name, rules in found.items()}


def test_the_table_is_large_and_has_every_verdict() -> None:
    said = [one.said for one in combinations()]
    assert len(said) >= 200
    assert {word for verdict in said for word in verdict.split()} >= {"valid", "E0307", "E0507", "not-validated", "no-arm64"}


def test_known_combinations(plan: Plan, codes: Mapping[str, str]) -> None:
    lines = {f"c{number:04}": line for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines())}
    wrong = [
        f"{lines[one.name]}  <- here: {verdict}"
        for one in combinations()
        if (verdict := before_the_gate(plan, one) or codes[one.name]) != one.said
    ]
    assert wrong == []
