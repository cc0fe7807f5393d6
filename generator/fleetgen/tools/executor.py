"""Where work on many parts runs: on this machine, or behind the same port on others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

from fleetgen.tools import process
from fleetgen.tools.toolchain import Tool

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a part finds where it runs: the tool, and the environment to start it in."""

    tool: Tool
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[Shared, Part, Result]):
    """What is done with each part. `shared` is what all parts need.

    `function` is one of a module and reads nothing but its arguments, which are plain values, so that it can run on another
    machine with the same fleetgen and the same tool.
    """

    function: Callable[[Machine, Shared, Part], Result]
    tool: Tool
    shared: Shared


class Executor(Protocol):
    """Does the work on parts, several at a time."""

    def map(
        self,
        work: Work[Shared, Part, Result],
        divide: Callable[[int], Sequence[Part]],
        on_done: Callable[[Result], None] = lambda _result: None,
    ) -> list[Result]:
        """The results in the order of the parts. The first error, or ^C, ends the rest.

        `divide` makes the parts for an executor that works on so many at a time; `on_done` hears of each result when it is there.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalExecutor:
    """Processes of this machine: as many threads as `jobs`, each of which runs one command after the other."""

    environ: Mapping[str, str] = field(repr=False)
    jobs: int = 1

    def map(
        self,
        work: Work[Shared, Part, Result],
        divide: Callable[[int], Sequence[Part]],
        on_done: Callable[[Result], None] = lambda _result: None,
    ) -> list[Result]:
        """As the port says."""
        machine = Machine(tool=work.tool, environ=self.environ)
        calls = [partial(work.function, machine, work.shared, part) for part in divide(self.jobs)]
        return process.in_threads(calls, self.jobs, on_done)
