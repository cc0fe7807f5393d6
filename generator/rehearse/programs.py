"""The programs of a site: where their binaries and files are, and how they are kept running."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from generator.errors import ToolError, problem
from generator.tools import guard, process
from generator.tools.process import Command, Daemon

_LINES_OF_LOG: Final = 15


class Tools(Protocol):
    """Binaries by name, and the files that come with their modules."""

    def path(self, name: str) -> Path: ...

    def files(self, name: str) -> Path: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start. `ready` says when it serves; None: as soon as it runs."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready: Callable[[], bool] | None = None


class Programs:
    """Runs programs until `close`, and ends them even if this process is killed."""

    def __init__(self, folder: Path, *, kept: bool) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        argv = (sys.executable, "-I", str(Path(guard.__file__)), "" if kept else str(folder))
        self._guard = Daemon(Command(argv=argv, env=process.scrubbed(os.environ)), self.logs / "guard.log")
        self._running: dict[str, Daemon] = {}

    def start(self, program: Program, seconds: float = 60) -> None:
        """Start it and wait until it is ready. ToolError E1301 with the end of its log if it ends or takes too long."""
        env = process.scrubbed(os.environ, program.env)
        daemon = Daemon(Command(argv=program.argv, env=env, title=program.name), self.logs / f"{program.name}.log")
        self._running[program.name] = daemon
        self._guard.write(f"+{daemon.pid}\n".encode())
        deadline = time.monotonic() + seconds
        while program.ready is not None and not program.ready():
            if not daemon.running() or time.monotonic() > deadline:
                raise self._failed(
                    program.name, "ended by itself" if not daemon.running() else f"is not ready after {seconds:g} s"
                )
            time.sleep(0.1)

    def names(self) -> tuple[str, ...]:
        """What was started and not ended, in the order of the start."""
        return tuple(self._running)

    def pids(self) -> dict[str, int]:
        """Process ids of what runs."""
        return {name: daemon.pid for name, daemon in self._running.items() if daemon.running()}

    def check(self) -> None:
        """ToolError E1301 if something ended by itself."""
        for name, daemon in self._running.items():
            if not daemon.running():
                raise self._failed(name, "ended by itself")

    def kill(self, *names: str) -> None:
        """As a power cut would; all programs if no names are given."""
        for name in names or tuple(self._running):
            daemon = self._running.pop(name, None)
            if daemon:
                daemon.kill()
                self._guard.write(f"-{daemon.pid}\n".encode())

    def close(self) -> None:
        """End everything, last started first."""
        for name in reversed(tuple(self._running)):
            daemon = self._running.pop(name)
            daemon.end()
            self._guard.write(f"-{daemon.pid}\n".encode())
        self._guard.finish()

    def _failed(self, name: str, what: str) -> ToolError:
        log = self.logs / f"{name}.log"
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_OF_LOG:] if log.exists() else []
        lines = "".join(f"\n    {line[:300]}" for line in tail)
        return ToolError(
            problem("E1301", f"{name} {what}; the end of its log:{lines}", fix="run again with --keep and read the logs")
        )
