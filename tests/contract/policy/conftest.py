"""The committed policies and the real tools that judge with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from generator.model.policy import Constraint, Policy
from generator.policy.constraints import read_constraints
from generator.policy.metadata import read_policies
from generator.tools.conftest_cli import ConftestCli
from generator.tools.opa_cli import OpaCli
from generator.tools.toolchain import Tool


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
    return ConftestCli(tool=tools("conftest"), capabilities=root / "policies" / "capabilities.json", environ=os.environ)


@pytest.fixture(scope="session")
def opa(tools: Callable[[str], Tool], root: Path) -> OpaCli:
    return OpaCli(tool=tools("opa"), root=root, environ=os.environ)
