"""Start foreign programs. The only module that does; everything else builds a `Command` and reads a `Ran`."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from fleetgen.errors import ToolError, problem

T = TypeVar("T")

# Nothing else of the user's environment reaches a tool: what a tool does must not depend on an exported variable.
_ALLOWED = ("PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "SYSTEMROOT")
# Where the network is reached: git push and fetch, the Go proxy, the Python index.
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
_PINNED = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_LINES_OF_OUTPUT = 100
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start. `env` is the whole environment (see `scrubbed`); exit codes outside `ok` are an error of `run`.

    `stdin` is what it reads, or a file that holds it. `title` is how messages name the command, where its arguments say less.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    cwd: Path | None = None
    stdin: bytes | IO[bytes] = field(default=b"", repr=False)
    ok: frozenset[int] = frozenset({0})
    timeout: float | None = None
    fix: str = ""
    title: str = ""

    def __str__(self) -> str:
        return self.title or " ".join((Path(self.argv[0]).name, *self.argv[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command. A negative code is the signal that ended it, as in `subprocess`."""

    command: Command
    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode("utf-8", errors="replace")

    @property
    def err(self) -> str:
        return self.stderr.decode("utf-8", errors="replace")


def scrubbed(
    environ: Mapping[str, str], extra: Mapping[str, str] | None = None, *, network: bool = False, keep: Sequence[str] = ()
) -> dict[str, str]:
    """An environment for a tool: an allow-list of `environ`, a fixed locale and time zone, and `extra`."""
    names = (*_ALLOWED, *(_NETWORK if network else ()), *keep)
    return {**{name: environ[name] for name in names if name in environ}, **_PINNED, **(extra or {})}


def run(command: Command) -> Ran:
    """Run to the end. ToolError E1101 if it cannot be started, E1103 if it crashes, takes too long, or its code is not `ok`."""
    process = _start(command, subprocess.PIPE)
    with _Watched(process):
        try:
            said = command.stdin if isinstance(command.stdin, bytes) else None
            stdout, stderr = process.communicate(said, timeout=command.timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            stdout, stderr = process.communicate()
            raise failure(
                Ran(command=command, code=process.returncode, stdout=stdout, stderr=stderr),
                f"took longer than {command.timeout:g} s",
            ) from None
    ran = Ran(command=command, code=process.returncode, stdout=stdout, stderr=stderr)
    if ran.code not in command.ok:
        raise failure(ran)
    return ran


def run_all(commands: Sequence[Command], jobs: int) -> list[Ran]:
    """Run `jobs` at a time; results in the order of `commands`. The first failure, or ^C, ends the others."""
    return in_threads([partial(run, command) for command in commands], jobs)


def in_threads(calls: Sequence[Callable[[], T]], jobs: int, on_done: Callable[[T], None] = lambda _result: None) -> list[T]:
    """As `run_all`, for functions that run commands. `on_done` hears of each result when it is there."""
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(call) for call in calls]
        try:
            for future in as_completed(futures):
                on_done(future.result())
            return [future.result() for future in futures]
        finally:
            # Again and again: a thread may start the next command between the look and the end.
            while not all(future.cancel() or future.done() for future in futures):
                end_children()
                wait(futures, timeout=0.05)


def stream(command: Command, on_line: Callable[[str], None]) -> Ran:
    """Run a long command and hand on each line (stdout and stderr together) as it comes."""
    process = _start(command, subprocess.STDOUT)
    lines: list[str] = []
    with _Watched(process):
        if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
            raise AssertionError
        process.stdin.close()
        for raw in process.stdout:
            line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
            lines.append(line)
            on_line(line)
        process.wait()
    ran = Ran(command=command, code=process.returncode, stdout="\n".join(lines).encode(), stderr=b"")
    if ran.code not in command.ok:
        raise failure(ran)
    return ran


class Daemon:
    """A program that runs beside us, with stdout and stderr in a file. It ends with its whole group.

    `by_itself`: it ends when its standard input does, and has work to do then, so `end_children` leaves it alone.
    """

    def __init__(self, command: Command, log: Path, *, by_itself: bool = False) -> None:
        """Start it. ToolError E1101 if that is impossible."""
        self.command, self.log = command, log
        with log.open("ab") as file:
            self._process = _start(command, file, file)
        if not by_itself:
            with _lock:
                _running.add(self._process)

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def write(self, data: bytes) -> None:
        """To its standard input, which it reads to the end only when it is closed."""
        if self._process.stdin is None:  # pragma: no cover - always a pipe
            raise AssertionError
        with suppress(BrokenPipeError):
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def finish(self) -> None:
        """Close its standard input and wait until it ends by itself."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._forget(lambda process: process.wait())

    def kill(self) -> None:
        """As a power cut would: no program of the group gets to tidy up."""
        self._forget(_kill)

    def _forget(self, how: Callable[[subprocess.Popen[bytes]], object]) -> None:
        how(self._process)
        with _lock:
            _running.discard(self._process)
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def end_together(daemons: Sequence[Daemon]) -> None:
    """Ask all of them to end, then insist: one that does not listen costs the time once, not once for each."""
    _end(*(daemon._process for daemon in daemons))  # noqa: SLF001 - of this module
    for daemon in daemons:
        daemon._forget(_kill)  # noqa: SLF001 - of this module


def failure(ran: Ran, why: str = "") -> ToolError:
    """A failed tool explains itself: the command, how it ended, and what it wrote, indented."""
    reason = why or (f"was stopped by {_signal_name(-ran.code)}" if ran.code < 0 else f"failed with exit code {ran.code}")
    text = f"`{ran.command}` {reason}{_block('stdout', ran.out)}{_block('stderr', ran.err)}"
    return ToolError(problem("E1103", text, fix=ran.command.fix))


def started() -> int:
    """How many programs this process has started."""
    return len(_started)


def end_children() -> None:
    """End every program that was started here and still runs, with everything that it started itself."""
    with _lock:
        running = tuple(_running)
    _end(*running)


def exit_on_sigterm() -> None:
    """Make SIGTERM unwind the stack as ^C does, so that children are ended and temporary files removed. Main thread only."""

    def unwind(_number: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, unwind)


_running: set[subprocess.Popen[bytes]] = set()
_started: list[str] = []  # what the programs are called
_lock = threading.Lock()
atexit.register(end_children)


class _Watched:
    """While a program runs it is known to `end_children`; on the way out nothing of it survives."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __enter__(self) -> None:
        with _lock:
            _running.add(self._process)

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            _end(self._process)
        with _lock:
            _running.discard(self._process)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError, ValueError):
                    pipe.close()


def _start(command: Command, stderr: int | IO[bytes], stdout: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
    _started.append(Path(command.argv[0]).name)
    try:
        return subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=dict(command.env),
            stdin=subprocess.PIPE if isinstance(command.stdin, bytes) else command.stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,  # a group of its own that can be ended as one, and no terminal to ask questions on
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ToolError(problem("E1101", f"cannot start `{command.argv[0]}`: {reason}", fix=command.fix)) from error


def _end(*processes: subprocess.Popen[bytes]) -> None:
    """Ask the whole groups to end, then insist: also when a leader is gone, for what it left behind in its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
        deadline = time.monotonic() + _GRACE_SECONDS
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            time.sleep(0.01)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _block(name: str, text: str) -> str:
    lines = text.strip("\n").splitlines()
    if not lines:
        return f"\n  {name}: (none)"
    left_out = len(lines) - _LINES_OF_OUTPUT
    head = [f"({left_out} lines left out)"] if left_out > 0 else []
    return f"\n  {name}:" + "".join(f"\n    {line}" for line in (*head, *lines[-_LINES_OF_OUTPUT:]))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
