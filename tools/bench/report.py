"""The page of a benchmark: a table for each fleet, the goals beside what was measured, and how the work grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tools.bench.measure import Measurement
from tools.bench.yardstick import Yardstick

_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Seconds, and MB of the largest process where memory has a goal."""

    seconds: float
    memory: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRuns:
    """What was measured on one fleet: the name of a scenario -> its run, in order."""

    title: str
    clusters: int
    runs: Mapping[str, Measurement]
    yardstick: Yardstick


# Name of a scenario -> clusters -> what we want on 2 cores.
GOALS: Final[Mapping[str, Mapping[int, Goal]]] = {
    "check, everything cold": {1000: Goal(seconds=6, memory=250), 10000: Goal(seconds=20, memory=600)},
    "check, nothing changed": {1000: Goal(seconds=0.3), 10000: Goal(seconds=0.8)},
    "check, one setting of a ring changed": {1000: Goal(seconds=1.2, memory=200), 10000: Goal(seconds=4, memory=500)},
    "check, one cluster moved to another ring": {1000: Goal(seconds=1), 10000: Goal(seconds=3)},
    "diff, one setting": {1000: Goal(seconds=1.5), 10000: Goal(seconds=5)},
    "diff, nothing changed": {1000: Goal(seconds=0.4)},
    "render, one setting": {1000: Goal(seconds=1.5), 10000: Goal(seconds=5)},
    "verify": {1000: Goal(seconds=2), 10000: Goal(seconds=10)},
    "show of one cluster": {1000: Goal(seconds=0.5), 10000: Goal(seconds=1)},
    "explain of one cluster": {1000: Goal(seconds=0.5), 10000: Goal(seconds=1)},
    "--help": {1000: Goal(seconds=0.06)},
}
_HEAD: Final = """\
| run | seconds | goal | ratio | processor | largest process | goal | all together |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def fleet_section(fleet: FleetRuns) -> str:
    """The table of one fleet. `ratio`: to one kustomize and one conftest process."""
    unit = fleet.yardstick
    rows = "".join(_row(name, run, GOALS.get(name, {}).get(fleet.clusters), unit.both) for name, run in fleet.runs.items())
    measure = f"One kustomize process takes {unit.kustomize:.3f} s, one conftest process {unit.conftest:.3f} s."
    return f"## {fleet.title}\n\n{measure}\n\n{_HEAD}{rows}"


def _row(name: str, run: Measurement, goal: Goal | None, unit: float) -> str:
    wanted = f"{goal.seconds:g}" if goal else ""
    memory = f"{goal.memory} MB" if goal and goal.memory else ""
    return (
        f"| {name} | {run.seconds:.2f} | {wanted} | {run.seconds / unit:.1f} | {run.cpu:.2f} "
        f"| {run.largest / _MIB:.0f} MB | {memory} | {run.together / _MIB:.0f} MB |\n"
    )


def growth_section(fleets: Sequence[FleetRuns]) -> str:
    """The exponent e of clusters^e in processor time between neighbouring sizes: 0 is independent of the size, 1 is linear."""
    pairs = [*pairwise(fleets)]
    head = "".join(f" {small.clusters} to {large.clusters} |" for small, large in pairs)
    lines = [f"| run |{head}", f"| --- |{' ---: |' * len(pairs)}"]
    for name in fleets[0].runs:
        cells = "".join(f" {_exponent(small, large, name):.2f} |" for small, large in pairs)
        lines.append(f"| {name} |{cells}")
    what = "The exponent of growth in processor time: 0 means that the number of clusters does not matter,\n1 is linear."
    return f"## Growth\n\n{what}\n\n" + "\n".join(lines) + "\n"


def _exponent(small: FleetRuns, large: FleetRuns, name: str) -> float:
    return math.log(large.runs[name].cpu / small.runs[name].cpu) / math.log(large.clusters / small.clusters)
