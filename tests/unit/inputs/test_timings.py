"""What `--timings` says about the stages of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from fleetgen.inputs.timings import Counters, Memory, StageTiming, Timings, table_text, timed

MEMORY = Memory(own=50 * 2**20, tool=2**20)


@dataclass
class Machine:
    """A clock and a cache that move when a test says so."""

    now: float = 0.0
    hits: int = 0
    misses: int = 0
    timings: Timings = field(init=False)

    def __post_init__(self) -> None:
        self.timings = Timings(lambda: (self.hits, self.misses), lambda: self.now, lambda: MEMORY)

    def work(self, seconds: float, hits: int = 0, misses: int = 0) -> None:
        self.now += seconds
        self.hits += hits
        self.misses += misses


def row(stage: str, seconds: float, hits: int = 0, misses: int = 0) -> StageTiming:
    return StageTiming(stage=stage, seconds=seconds, counters=Counters(hits=hits, misses=misses), memory=MEMORY)


@timed("gate")
def judge(machine: Machine, seconds: float) -> str:
    machine.work(seconds, misses=1)
    return "judged"


@timed("check")
def check(machine: Machine) -> None:
    machine.work(1)
    judge(machine, 2)
    judge(machine, 4)
    machine.work(8, hits=3)


def test_a_stage_is_measured_without_the_stages_inside_it() -> None:
    machine = Machine()
    machine.work(16)
    check(machine)
    assert judge(machine, 32) == "judged"
    assert machine.timings.table() == (
        row("gate", 38, misses=3),
        row("check", 9, hits=3),
        row("other", 16),
        row("total", 63, hits=3, misses=3),
    )


def test_a_stage_that_fails_is_measured() -> None:
    machine = Machine()

    @timed("load")
    def load(machine: Machine) -> Iterator[str]:
        machine.work(2)
        raise ValueError(machine)

    with pytest.raises(ValueError, match="Machine"):
        load(machine)
    assert machine.timings.table() == (row("load", 2), row("other", 0), row("total", 2))


def test_the_table_leaves_out_what_did_not_happen() -> None:
    machine = Machine()
    machine.work(0.25)
    check(machine)
    assert table_text(machine.timings.table()) == (
        "stage  seconds  distinct  hits  misses  processes  memory  tool memory\n"
        "gate      6.00         2             2             50 MiB        1 MiB\n"
        "check     9.00         3     3                     50 MiB        1 MiB\n"
        "other     0.25                                     50 MiB        1 MiB\n"
        "total    15.25         5     3       2             50 MiB        1 MiB\n"
    )


def test_a_stage_as_data_for_programs() -> None:
    assert row("build", 1.23456, hits=2, misses=3).as_data() == {
        "stage": "build",
        "seconds": 1.235,
        "distinct": 5,
        "hits": 2,
        "misses": 3,
        "processes": 0,
        "memory": 50 * 2**20,
        "toolMemory": 2**20,
    }
