"""The guard of a rehearsal: when its standard input ends, so does everything that was entered."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleetgen.tools import guard

# Ignores being asked to end, and writes on: into a folder that is being removed.
_STUBBORN = """
import pathlib, sys
while True:
    (pathlib.Path(sys.argv[1]) / "a" / "b").mkdir(parents=True, exist_ok=True)
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen((sys.executable, "-c", _STUBBORN, str(tmp_path / "site")), start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def guarded(folder: str, lines: str) -> int:
    argv = (sys.executable, "-I", str(Path(guard.__file__)), folder)
    return subprocess.run(argv, input=lines, text=True, check=False, timeout=30).returncode


def test_programs_and_the_folder_go(program: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert guarded(str(tmp_path / "site"), f"+{program.pid}\n") == 0
    assert program.wait(timeout=5) == -9
    assert list(tmp_path.iterdir()) == []


def test_what_ended_before_and_a_folder_that_is_kept_stay(program: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (tmp_path / "site").mkdir(exist_ok=True)
    assert guarded("", f"+{program.pid}\n-{program.pid}\n") == 0
    assert (program.poll(), (tmp_path / "site").is_dir()) == (None, True)
