"""One cache and several processes at once, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fleetgen.inputs.cache import Cache, key
from fleetgen.model.plain import Json
from tests.conftest import ROOT

_PROGRAM = """
import resource, sys, time
from pathlib import Path
from tests.contract.cache.test_two_runs import wanted
from fleetgen.inputs.cache import Cache
folder, seconds, first, limit, largest = Path(sys.argv[1]), *map(int, sys.argv[2:])
if largest:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
cache = Cache(folder, limit)
print("ready", flush=True)
end, number = time.monotonic() + seconds, first
while time.monotonic() < end:
    values = wanted(number % 200)
    found = cache.get_many(values)
    assert found == {name: values[name] for name in found}
    cache.put_many(values)
    number += 1
print(number - first)
"""


def wanted(number: int) -> dict[str, Json]:
    """Some results: short ones that other numbers have, too, and a long one."""
    short: dict[str, Json] = {key("gate", str(each)): [each] for each in range(number, number + 50)}
    return short | {key("build", str(number)): [f"line {each} of {number}" for each in range(2000)]}


@contextmanager
def run(folder: Path, *, first: int = 0, limit: int = 2**29, largest: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process that asks and writes for three seconds, once it is ready; `largest` is the most that a file may hold."""
    argv = [sys.executable, "-c", _PROGRAM, str(folder), *map(str, (3, first, limit, largest))]
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}/generator:{ROOT}"}
    process = subprocess.Popen(argv, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.stderr
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> int:
    """How many rounds it made."""
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return int(out)


def is_sound(folder: Path) -> bool:
    """Whether SQLite finds no fault with the only file."""
    (path,) = (folder / "results").glob("*.sqlite3")
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_two_runs_and_a_kill(tmp_path: Path) -> None:
    with run(tmp_path) as first, run(tmp_path, first=100) as second, run(tmp_path, first=150) as killed:
        time.sleep(1)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert min(ended(first), ended(second)) > 1
    assert is_sound(tmp_path)
    values = wanted(0) | wanted(100)
    assert Cache(tmp_path).get_many(values) == values
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["1.sqlite3"]


def test_two_runs_that_both_make_room(tmp_path: Path) -> None:
    limit = 300_000
    with run(tmp_path, limit=limit) as first, run(tmp_path, first=100, limit=limit) as second:
        assert min(ended(first), ended(second)) > 1
    assert is_sound(tmp_path)
    assert (tmp_path / "results/1.sqlite3").stat().st_size <= limit


@pytest.mark.parametrize("start", [0, 4096], ids=["header", "rows"])
def test_a_file_that_is_damaged_under_two_runs(tmp_path: Path, start: int) -> None:
    with run(tmp_path) as first, run(tmp_path, first=100) as second:
        time.sleep(1)
        with (tmp_path / "results/1.sqlite3").open("r+b") as file:
            file.seek(start)
            file.write(b"garbage " * 10_000)
        assert min(ended(first), ended(second)) > 1
    values = wanted(0)
    cache = Cache(tmp_path)
    found = cache.get_many(values)
    assert found == {name: values[name] for name in found}
    cache.put_many(values)
    assert Cache(tmp_path).get_many(values) == values


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    with run(tmp_path, largest=100_000) as first:
        assert ended(first) > 1
    assert is_sound(tmp_path)
