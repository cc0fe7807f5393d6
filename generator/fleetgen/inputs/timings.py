"""Where the time of a run goes: seconds, lookups in the cache, tools and memory of each stage."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

from fleetgen.model.plain import JsonObject
from fleetgen.tools.process import started

Params = ParamSpec("Params")
Result_co = TypeVar("Result_co", covariant=True)

TOTAL: Final = "total"
_MAXRSS_UNIT: Final = 1024  # bytes; getrusage(2) on Linux
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What is counted from the start of the process: cache lookups and tool processes."""

    hits: int = 0
    misses: int = 0
    processes: int = 0

    @property
    def distinct(self) -> int:
        """Different results that were needed."""
        return self.hits + self.misses

    def __add__(self, other: Counters) -> Counters:
        return Counters(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    def __sub__(self, other: Counters) -> Counters:
        return Counters(**{each.name: getattr(self, each.name) - getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The highest use of memory so far in bytes: of this process, and of the largest tool that ended."""

    own: int
    tool: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTiming:
    """One stage without those inside it. `memory`: the peaks when it ended."""

    stage: str
    seconds: float
    counters: Counters
    memory: Memory

    def as_data(self) -> JsonObject:
        """For `--json`. `distinct`: different results that the stage needed; memory in bytes."""
        counters = self.counters
        return {
            "stage": self.stage,
            "seconds": round(self.seconds, 3),
            "distinct": counters.distinct,
            "hits": counters.hits,
            "misses": counters.misses,
            "processes": counters.processes,
            "memory": self.memory.own,
            "toolMemory": self.memory.tool,
        }


def peak_memory() -> Memory:
    """What the kernel says."""
    own, tool = (resource.getrusage(who).ru_maxrss * _MAXRSS_UNIT for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Memory(own=own, tool=tool)


class Timings:
    """Measures the stages of a run. `lookups`: hits and misses of the cache so far."""

    def __init__(
        self,
        lookups: Callable[[], tuple[int, int]] = lambda: (0, 0),
        clock: Callable[[], float] = time.perf_counter,
        memory: Callable[[], Memory] = peak_memory,
    ) -> None:
        self._lookups, self._clock, self._memory = lookups, clock, memory
        self._begin, self._first = clock(), self._counters()
        self._stages: dict[str, StageTiming] = {}
        # what was spent in stages inside the stage that runs
        self._inner = _Spent()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Everything inside belongs to this stage, except what another stage inside it measures."""
        before, self._inner = self._inner, _Spent()
        start, counters = self._clock(), self._counters()
        try:
            yield
        finally:
            whole = _Spent(self._clock() - start, self._counters() - counters)
            self._add(name, whole - self._inner)
            self._inner = before + whole

    def table(self) -> Sequence[StageTiming]:
        """The stages in the order in which they first ended, what belongs to none (`other`), and the total."""
        whole = _Spent(self._clock() - self._begin, self._counters() - self._first)
        memory = self._memory()
        other = whole - self._inner
        return (
            *self._stages.values(),
            StageTiming(stage="other", seconds=other.seconds, counters=other.counters, memory=memory),
            StageTiming(stage=TOTAL, seconds=whole.seconds, counters=whole.counters, memory=memory),
        )

    def _add(self, name: str, spent: _Spent) -> None:
        known = self._stages.get(name)
        if known:
            spent = _Spent(known.seconds, known.counters) + spent
        self._stages[name] = StageTiming(stage=name, seconds=spent.seconds, counters=spent.counters, memory=self._memory())

    def _counters(self) -> Counters:
        hits, misses = self._lookups()
        return Counters(hits=hits, misses=misses, processes=started())


@dataclass(frozen=True, slots=True)
class _Spent:
    seconds: float = 0.0
    counters: Counters = Counters()

    def __add__(self, other: _Spent) -> _Spent:
        return _Spent(self.seconds + other.seconds, self.counters + other.counters)

    def __sub__(self, other: _Spent) -> _Spent:
        return _Spent(self.seconds - other.seconds, self.counters - other.counters)


class Timed(Protocol):
    """What is measured."""

    @property
    def timings(self) -> Timings:
        """Where the measurements go."""


Measured = TypeVar("Measured", bound=Timed)


def timed(
    stage: str,
) -> Callable[[Callable[Concatenate[Measured, Params], Result_co]], Callable[Concatenate[Measured, Params], Result_co]]:
    """Measure a function of a run as a stage of that run."""

    def measured(
        function: Callable[Concatenate[Measured, Params], Result_co],
    ) -> Callable[Concatenate[Measured, Params], Result_co]:
        @wraps(function)
        def call(run: Measured, /, *args: Params.args, **kwargs: Params.kwargs) -> Result_co:
            with run.timings.stage(stage):
                return function(run, *args, **kwargs)

        return call

    return measured


def table_text(stages: Sequence[StageTiming]) -> str:
    """The table for people; numbers that are zero are left out, except seconds."""
    head = ("stage", "seconds", "distinct", "hits", "misses", "processes", "memory", "tool memory")
    rows = [
        (
            row.stage,
            f"{row.seconds:.2f}",
            *(str(getattr(row.counters, name) or "") for name in ("distinct", "hits", "misses", "processes")),
            *(f"{number // _MIB} MiB" if number else "" for number in (row.memory.own, row.memory.tool)),
        )
        for row in stages
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for name, *numbers in (head, *rows):
        cells = (number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True))
        lines.append("  ".join((name.ljust(widths[0]), *cells)).rstrip() + "\n")
    return "".join(lines)
