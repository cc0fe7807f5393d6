"""`make bench` writes docs/benchmarks.md; `make bench-quick` measures two small fleets once and prints the page."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.bench.fleets import ROOT, different, git, similar
from tools.bench.report import FleetRuns, fleet_section, growth_section
from tools.bench.scenarios import SCENARIOS, WORST, Bench, Scenario
from tools.bench.yardstick import yardstick

_PAGE: Final = """\
# Benchmarks

Made by `make bench` on {cores} cores at commit {commit}: whole processes, the median of {repeat} runs.
Seconds vary between machines, so compare the ratios: they count starts of the tools, one kustomize
and one conftest together, measured in the same run. "Processor" is the processor time of the run
and of all tools that it starts. "Goal" stands beside what it is a goal for.

The fleets have the layers of the example and {kinds} kinds of clusters in rotation. Each run starts
from committed `output/` and a cache that knows it, except the cold one.

"""
_KINDS: Final = 84
_WORST_TITLE: Final = "The worst fleet: {count} clusters, all different, 5 units each"


def _measure(title: str, count: int, cluster: Callable[[int], str], scenarios: tuple[Scenario, ...], repeat: int) -> FleetRuns:
    with tempfile.TemporaryDirectory(prefix="fleetgen-bench-") as folder:
        bench = Bench(Path(folder), count, cluster)
        runs = bench.measure(scenarios, repeat, lambda name: _say(f"{count} clusters: {name}"))
        return FleetRuns(title=title, clusters=count, runs=runs, yardstick=yardstick(bench.root, Path(folder)))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _page(sizes: tuple[int, ...], worst: int, repeat: int) -> str:
    fleets = [_measure(f"{count} clusters", count, similar, SCENARIOS, repeat) for count in sizes]
    sections = [fleet_section(fleet) for fleet in fleets]
    if worst:
        measured = _measure(_WORST_TITLE.format(count=worst), worst, different, WORST, 1)
        sections.append(fleet_section(measured))
    sections.append(growth_section(fleets))
    commit = git(ROOT, "rev-parse", "--short", "HEAD").strip()
    head = _PAGE.format(cores=os.cpu_count(), commit=commit, repeat=repeat, kinds=_KINDS)
    return head + "\n".join(sections)


def main(arguments: list[str]) -> int:
    """Measure and print; `--quick` writes nothing."""
    if arguments == ["--quick"]:
        sys.stdout.write(_page((30, 300), 0, 1))
        return 0
    text = _page((100, 1000, 10000), 2000, 3)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
