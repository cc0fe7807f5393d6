"""The programs of a site: where their binaries and files are, and how they are kept running."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from fleetgen.errors import ToolError, problem
from fleetgen.tools import guard as guarding
from fleetgen.tools import process
from fleetgen.tools.process import Command, Daemon

_LINES_OF_LOG: Final = 15


class Tools(Protocol):
    """Binaries by name, and the files that come with their modules. `prepare` builds all that are missing."""

    def prepare(self) -> None: ...

    def path(self, name: str) -> Path: ...

    def files(self, name: str) -> Path: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start. `ready` says when it serves; None: as soon as it runs. `cwd`: where it shall be."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready: Callable[[], bool] | None = None
    cwd: Path | None = None


class Guard:
    """A process that ends what was entered, and removes `folder`, however this process ends; `close` makes it do so now."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fleetgen-site-"))
        argv = (sys.executable, "-I", str(Path(guarding.__file__)), str(self.folder))
        self._daemon = Daemon(Command(argv=argv, env=process.scrubbed(os.environ)), self.folder / "guard.log", by_itself=True)

    def enter(self, pid: int) -> None:
        """A process group that must not outlive us."""
        self._daemon.write(f"+{pid}\n".encode())

    def leave(self, pid: int) -> None:
        """It has ended; its number may become somebody else's."""
        self._daemon.write(f"-{pid}\n".encode())

    def close(self) -> None:
        self._daemon.finish()


class Programs:
    """Runs programs until `close`; the guard ends them even if this process is killed. `folder` is the site's."""

    def __init__(self, guard: Guard, folder: Path) -> None:
        self.folder, self.logs = folder, folder / "logs"
        self.logs.mkdir(parents=True)
        self._guard = guard
        self._running: dict[str, Daemon] = {}

    def start(self, program: Program, seconds: float = 60) -> None:
        """Start it and wait until it is ready. ToolError E1301 with the end of its log if it ends or takes too long."""
        env = process.scrubbed(os.environ, program.env)
        daemon = Daemon(
            Command(argv=program.argv, env=env, cwd=program.cwd, title=program.name), self.logs / f"{program.name}.log"
        )
        self._running[program.name] = daemon
        self._guard.enter(daemon.pid)
        deadline = time.monotonic() + seconds
        while program.ready is not None and not program.ready():
            self.check()  # all of them: an API server waits for a store that has ended
            if time.monotonic() > deadline:
                raise self._failed(program.name, f"is not ready after {seconds:g} s")
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
                self._guard.leave(daemon.pid)

    def close(self) -> None:
        """End everything."""
        process.end_together(tuple(self._running.values()))
        for daemon in self._running.values():
            self._guard.leave(daemon.pid)
        self._running.clear()

    def _failed(self, name: str, what: str) -> ToolError:
        log = self.logs / f"{name}.log"
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_OF_LOG:] if log.exists() else []
        lines = "".join(f"\n    {line[:300]}" for line in tail)
        return ToolError(
            problem("E1301", f"{name} {what}; the end of its log:{lines}", fix="run again with --keep and read the logs")
        )
