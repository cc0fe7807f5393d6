"""A Dask cluster of real processes on this machine, started with the commands that the documentation shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dask
import pytest
from distributed import Client

from tests.conftest import ROOT

_QUIET = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "PYTHONPATH": str(ROOT)}


@dataclass
class Cluster:
    """A scheduler and its workers, each a process without a nanny that would start it again."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    settings: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    @contextmanager
    def worker(self, environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """One more worker with one thread."""
        arguments = ("--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        with _dask("worker", *arguments, environ={**_variables(self.settings), **(environ or {})}) as process:
            self.workers.append(process)
            yield process
            self.workers.remove(process)

    def wait(self, workers: int) -> None:
        """Until there are so many workers."""
        deadline = time.monotonic() + 60
        while not self.file.exists():
            assert self.scheduler.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with dask.config.set(self.settings), Client(self.address, set_as_default=False) as client:
            while len(client.nthreads()) != workers:
                assert time.monotonic() < deadline
                time.sleep(0.05)


@contextmanager
def _dask(*arguments: str, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    host = f"{'tls' if any('TLS' in name for name in environ) else 'tcp'}://127.0.0.1"
    argv = [sys.executable, "-m", "dask", *arguments, "--host", host, "--no-dashboard"]
    environment = {**os.environ, **_QUIET, **environ}
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of Dask as it reads them from the environment."""
    return {f"DASK_{name.replace('.', '__').replace('-', '_').upper()}": value for name, value in settings.items()}


@contextmanager
def _started(folder: Path, workers: int, settings: Mapping[str, str]) -> Iterator[Cluster]:
    with ExitStack() as stack:
        arguments = ("--port", "0", "--scheduler-file", str(folder / "scheduler.json"))
        found = Cluster(folder, stack.enter_context(_dask("scheduler", *arguments, environ=_variables(settings))), settings)
        for _ in range(workers):
            stack.enter_context(found.worker())
        found.wait(workers)
        yield found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers; a test that adds one ends it again."""
    with _started(tmp_path_factory.mktemp("cluster"), 2, {}) as found:
        yield found


@pytest.fixture
def new_cluster(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """A cluster of its own for a test that destroys it, or has settings of Dask: `new_cluster(workers, settings)`."""
    with ExitStack() as stack:
        yield lambda workers, settings=None: stack.enter_context(_started(tmp_path, workers, settings or {}))
