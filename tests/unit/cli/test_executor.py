"""The option --executor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fleetgen.cli import common
from fleetgen.tools.dask_cluster import DaskExecutor
from fleetgen.tools.executor import LocalExecutor
from tests.unit.cli.conftest import Ran, Run

FIX = "  fix: write local, or dask: and the address of a scheduler, for example dask:tcp://scheduler.example.com:8786\n"


@pytest.mark.parametrize("where", ["", "dask", "dask:", "ray:x", "Local"])
def test_an_executor_that_does_not_exist(fleet: Path, run: Run, where: str) -> None:
    said = f"error[E1201]: --executor: there is no executor '{where}'\n{FIX}1 error\n"
    assert run("check", "--inventory", "--executor", where) == Ran(code=2, out="", err=said)


def test_dask_needs_its_package(fleet: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "find_spec", lambda _name: None)
    said = "error[E1401]: --executor dask needs the Python package distributed\n  fix: pip install 'fleetgen[dask]'\n1 error\n"
    assert run("check", "--inventory", "--executor", "dask:tcp://x:1") == Ran(code=3, out="", err=said)


def test_what_is_chosen() -> None:
    assert common.executor_of("local")() == LocalExecutor(environ=os.environ, jobs=os.cpu_count() or 1)
    assert common.executor_of("dask:tls://x:8786")() == DaskExecutor(address="tls://x:8786")
