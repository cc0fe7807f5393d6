from __future__ import annotations

import itertools
import os
import pty
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

import click
import pytest

from fleetgen.cli import output
from fleetgen.cli.progress import Activity, PlainLines, StatusLine, silent, status
from tests.unit.cli.conftest import Run


@pytest.mark.parametrize(
    ("what", "done", "total", "seconds", "line"),
    [
        ("load", 0, 1, 0.0, "0 s  load  [####................]"),
        ("load", 0, 1, 1.6, "2 s  load  [................####]"),
        ("gate", 0, 1298, 1.75, "2 s  gate  [####................] 0/1298"),
        ("build", 1, 65, 3.0, "3 s  build  [....................] 1/65"),
        ("build", 23, 65, 12.4, "12 s  build  [#######.............] 23/65"),
        ("build", 64, 65, 75.0, "75 s  build  [###################.] 64/65"),
    ],
)
def test_the_line_of_a_terminal(what: str, done: int, total: int, seconds: float, line: str) -> None:
    assert status(Activity(what=what, done=done, total=total), seconds) == line


@dataclass(frozen=True)
class Terminal:
    """A pseudo-terminal: where a program writes, and what a person gets to see."""

    stream: TextIO
    screen: int

    def text(self) -> str:
        parts = []
        with suppress(BlockingIOError):
            while True:
                parts.append(os.read(self.screen, 100_000))
        return b"".join(parts).decode()

    def lines(self) -> list[str]:
        """What was drawn, a line each time; equal ones that follow each other once."""
        return [line for line, _ in itertools.groupby(filter(None, re.split(r"\x1b\[K|\r+", self.text())))]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    screen, inside = pty.openpty()
    os.set_blocking(screen, False)
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(inside, "w") as stream:
        yield Terminal(stream, screen)
    os.close(screen)


@contextmanager
def command(monkeypatch: pytest.MonkeyPatch, stream: TextIO, format_: str = "text") -> Iterator[click.Context]:
    """As in a command whose standard error is `stream`."""
    with monkeypatch.context() as patch, click.Context(click.Command("check")) as ctx:
        patch.setattr(sys, "stderr", stream)
        output.use_format(format_)
        yield ctx


def test_on_a_terminal_a_line_moves_and_leaves_nothing_behind(terminal: Terminal) -> None:
    line = StatusLine(terminal.stream, clock=lambda: 0.0)
    line("build", 0, 2)
    line("build", 1, 2)
    line("build", 2, 2)
    line("gate", 0, 1)
    line.close()
    assert terminal.lines() == [
        "0 s  build  [####................] 0/2",
        "0 s  build  [##########..........] 1/2",
        "0 s  gate  [####................]",
    ]


def test_the_clock_moves_while_a_tool_is_silent(terminal: Terminal) -> None:
    line = StatusLine(terminal.stream)
    line("gate", 0, 1)
    time.sleep(0.5)
    line.close()
    assert len(set(terminal.lines())) > 1


def test_a_message_replaces_the_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with command(monkeypatch, terminal.stream) as ctx:
        output.progress(ctx, quiet=False)("build", 0, 1)
        output.say("kustomize: building")
    assert "\r\x1b[Kkustomize: building\r\n" in terminal.text()


def test_a_command_that_fails_leaves_an_empty_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        with command(monkeypatch, terminal.stream) as ctx:
            output.progress(ctx, quiet=False)("build", 0, 1)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert terminal.text().endswith("]\r\x1b[K\r")


def test_elsewhere_a_plain_line_after_some_seconds() -> None:
    log, now = StringIO(), iter([0.0, 2.0, 11.0, 12.0, 22.5, 40.0])
    lines = PlainLines(log, clock=lambda: next(now))
    for what, done, total in [("load", 0, 1), ("build", 3, 65), ("build", 4, 65), ("gate", 0, 1), ("gate", 1, 1)]:
        lines(what, done, total)
    assert log.getvalue() == "11 s  build 3/65\n22 s  gate\n"


@pytest.mark.parametrize(
    ("format_", "options", "term", "kind"),
    [
        ("text", {"quiet": False}, "xterm", StatusLine),
        ("github", {"quiet": False}, "xterm", StatusLine),
        ("text", {"quiet": False}, "dumb", PlainLines),
        ("text", {"quiet": True}, "xterm", type(silent)),
        ("json", {"quiet": False}, "xterm", type(silent)),
    ],
)
def test_who_gets_which(format_: str, options: dict[str, bool], term: str, kind: type, request: pytest.FixtureRequest) -> None:
    terminal: Terminal = request.getfixturevalue("terminal")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setenv("TERM", term)
    with command(monkeypatch, terminal.stream, format_) as ctx:
        assert type(output.progress(ctx, **options)) is kind


def test_a_quick_run_prints_no_progress_into_a_log(fleet: Path, run: Run) -> None:
    ran = run("check", "--inventory")
    assert (ran.code, ran.err) == (0, "inventory is valid: 2 clusters, 2 variants\n")
