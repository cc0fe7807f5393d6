"""The committed policies and the real tools that judge with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fleetgen.build.plan import Plan
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.rules import PolicyLibrary, knowing_policies
from fleetgen.library import COMPONENTS
from fleetgen.model.policy import Constraint, Policy
from fleetgen.policies.test_suite import PolicyTools
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.metadata import read_policies
from fleetgen.stages.resolve import resolve
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.gator_cli import GatorCli
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.regal_cli import RegalCli
from fleetgen.tools.toolchain import Tool
from tests.fleets import load


def texts(root: Path, pattern: str) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.glob(pattern))}


@pytest.fixture(scope="session")
def rego(root: Path) -> Mapping[str, str]:
    return {path: text for path, text in texts(root, "policies/rego/**/*.rego").items() if not path.endswith("_test.rego")}


@pytest.fixture(scope="session")
def policies(rego: Mapping[str, str]) -> Mapping[str, Policy]:
    return read_policies(rego)


@pytest.fixture(scope="session")
def constraints(root: Path, policies: Mapping[str, Policy]) -> tuple[Constraint, ...]:
    return read_constraints(texts(root, "policies/constraints/*.yaml"), policies, ["production"])


@pytest.fixture(scope="session")
def engine(tools: Callable[[str], Tool], root: Path) -> ConftestCli:
    capabilities = root / "policies" / "capabilities.json"
    executor = LocalExecutor(environ=os.environ)
    return ConftestCli(tool=tools("conftest"), capabilities=capabilities, executor=executor)


@pytest.fixture(scope="session")
def gator(tools: Callable[[str], Tool]) -> GatorCli:
    return GatorCli(tool=tools("gator"), environ=os.environ, jobs=2)


@pytest.fixture(scope="session")
def bench(tools: Callable[[str], Tool], gator: GatorCli) -> PolicyTools:
    return PolicyTools(
        opa=lambda folder: OpaCli(tool=tools("opa"), root=folder, environ=os.environ, jobs=2),
        regal=lambda folder, config: RegalCli(tool=tools("regal"), root=folder, config=config, environ=os.environ),
        gator=lambda: gator,
    )


@pytest.fixture(scope="session")
def repository(root: Path) -> Repository:
    return Repository.find(root)


@pytest.fixture(scope="session")
def plan(repository: Repository) -> Plan:
    """The example fleet."""
    inputs = repository.read()
    fleet = load(inputs.inventory, inputs.with_prefix(*COMPONENTS))
    library = PolicyLibrary(inputs.library, tuple(fleet.environments))
    fleet = knowing_policies(fleet, library)
    return Plan(inputs=inputs, fleet=fleet, library=library, resolved=resolve(fleet))
