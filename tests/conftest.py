"""Fixtures for every test: unit tests cannot start a process, contract tests have the real tools."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from fleetgen.tools.toolchain import Tool, Toolchain, cache_folder

pytest.register_assert_rewrite("tests.e2e.fleet", "tests.e2e.sites")
ROOT = Path(__file__).resolve().parent.parent
_NO_PROCESS = tuple(ROOT / "tests" / name for name in ("unit", "property", "golden"))

# Reproducible, and no failure because the machine is busy.
settings.register_profile("fleetgen", deadline=None, derandomize=True, print_blob=True, database=None)
settings.load_profile("fleetgen")


def pytest_configure() -> None:
    """A background job of a script ignores ^C and hands that down to what it starts; the tests of ^C need it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit test that starts a program is not a unit test: here it cannot."""
    if not any(request.path.is_relative_to(folder) for folder in _NO_PROCESS):
        return

    def refuse(argv: object, *_: object, **__: object) -> None:
        raise AssertionError(f"a unit test started {argv}; move it to tests/contract")

    monkeypatch.setattr(subprocess, "Popen", refuse)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def user_tools() -> Toolchain:
    """Where the real binaries are."""
    return Toolchain(library=ROOT, cache=cache_folder(os.environ), environ=os.environ)


@pytest.fixture(scope="session")
def tools(user_tools: Toolchain) -> Callable[[str], Tool]:
    """Give a real binary by its name. One that is missing fails the test: a skipped contract proves nothing."""

    def need(name: str) -> Tool:
        tool = user_tools.find(name)
        if tool is None:
            pytest.fail(f"{name} {user_tools.pin(name).version} is not here; run: fleetgen tools install {name}", pytrace=False)
        return tool

    return need
