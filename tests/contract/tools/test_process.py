"""Programs end when we do: by ^C, by SIGTERM, by a time limit, and with what they started themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fleetgen.errors import ToolError
from fleetgen.tools.process import Command, run, run_all, scrubbed, stream

ENV = scrubbed(os.environ)


def sh(script: str, *, stdin: bytes = b"", ok: frozenset[int] = frozenset({0}), timeout: float | None = None) -> Command:
    return Command(argv=("/bin/sh", "-c", script), env=ENV, stdin=stdin, ok=ok, timeout=timeout)


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_run_gives_all_that_was_written() -> None:
    ran = run(sh("cat; echo err >&2; exit 3", stdin=b"in", ok=frozenset({3})))
    assert (ran.code, ran.out, ran.err) == (3, "in", "err\n")


def test_nothing_is_inherited_but_the_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "x")
    names = {line.partition("=")[0] for line in run(Command(argv=("/usr/bin/env",), env=scrubbed(os.environ))).out.splitlines()}
    assert names <= {"PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"}


def test_a_large_input_and_output_do_not_block() -> None:
    content = b"x" * (4 << 20)
    assert run(sh("cat", stdin=content)).stdout == content


def test_run_all_keeps_the_order() -> None:
    commands = [sh(f"sleep 0.{9 - number}; echo {number}") for number in range(4)]
    assert [ran.out for ran in run_all(commands, 4)] == ["0\n", "1\n", "2\n", "3\n"]


def test_the_first_failure_ends_the_others() -> None:
    started = time.monotonic()
    with pytest.raises(ToolError, match="exit code 7"):
        run_all([sh("sleep 0.2; exit 7"), sh("sleep 60"), sh("sleep 60")], 2)
    assert time.monotonic() - started < 20


def test_stream_hands_on_lines_as_they_come() -> None:
    seen: list[str] = []
    ran = stream(sh("echo one; echo two >&2; printf three"), seen.append)
    assert (seen, ran.code) == (["one", "two", "three"], 0)
    with pytest.raises(ToolError, match="`sh -c echo why; exit 1` failed with exit code 1\n  stdout:\n    why"):
        stream(sh("echo why; exit 1"), seen.append)


def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(ToolError, match=r"took longer than 0\.5 s"):
        run(sh(f"trap '' TERM; sleep 60 & echo $! > {note}; wait", timeout=0.5))
    assert wait_until(lambda: not is_running(int(note.read_text())))


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM], ids=["^C", "SIGTERM"])
@pytest.mark.parametrize(
    "call", ["run(command)", "run_all([command, command], 2)", "stream(command, print)"], ids=["run", "all", "stream"]
)
def test_an_interrupt_ends_children_and_grandchildren(tmp_path: Path, way: signal.Signals, call: str) -> None:
    note = tmp_path / "pid"
    program = f"""
import os
from fleetgen.tools.process import *
exit_on_sigterm()
command = Command(argv=("/bin/sh", "-c", "sleep 60 & echo $! >> {note}; wait"), env=scrubbed(os.environ))
{call}
"""
    root = Path(__file__).resolve().parents[3] / "generator"
    ours = subprocess.Popen([sys.executable, "-c", program], cwd=root, stderr=subprocess.DEVNULL, start_new_session=True)
    count = 2 if "all" in call else 1
    assert wait_until(lambda: note.exists() and len(note.read_text().split()) == count)
    ours.send_signal(way)
    assert ours.wait(timeout=20) != 0
    assert wait_until(lambda: not any(is_running(int(pid)) for pid in note.read_text().split()))
