"""The runs that are measured on one fleet, each from the same state: committed output, and a cache that knows it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fleetgen.inputs.cache import results_folder
from fleetgen.tools.toolchain import cache_folder
from tools.bench.fleets import ONE_MOVED, ONE_OWN_SETTING, ONE_SETTING, Change, apply, commit, generate, restore
from tools.bench.measure import Measurement, measured, median

AS_OF: Final = "--as-of=2026-11-24"
_CHANGED: Final = (0, 1)  # `diff` ends with 1 where something changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A command, after a change. `cold`: the cache is empty."""

    name: str
    argv: tuple[str, ...]
    change: Change | None = None
    cold: bool = False


SCENARIOS: Final = (
    Scenario(name="check, everything cold", argv=("check", AS_OF), cold=True),
    Scenario(name="check, nothing changed", argv=("check", AS_OF)),
    Scenario(name="check, one setting of a ring changed", argv=("check", AS_OF), change=ONE_SETTING),
    Scenario(name="check, one cluster moved to another ring", argv=("check", AS_OF), change=ONE_MOVED),
    Scenario(name="diff, one setting", argv=("diff", AS_OF), change=ONE_SETTING),
    Scenario(name="diff, nothing changed", argv=("diff", AS_OF)),
    Scenario(name="render, one setting", argv=("render", AS_OF), change=ONE_SETTING),
    Scenario(name="verify", argv=("verify", AS_OF)),
    Scenario(name="show of one cluster", argv=("show", "bench-00001")),
    Scenario(name="explain of one cluster", argv=("explain", "cluster", "bench-00001")),
    Scenario(name="--help", argv=("--help",)),
)
WORST: Final = (
    SCENARIOS[0],
    SCENARIOS[1],
    Scenario(name="check, one setting of a cluster changed", argv=("check", AS_OF), change=ONE_OWN_SETTING),
    Scenario(name="diff, one setting of a cluster", argv=("diff", AS_OF), change=ONE_OWN_SETTING),
)


class Bench:
    """A generated fleet below `folder`, with a cache of its own in which the tools are the user's."""

    def __init__(self, folder: Path, count: int, cluster: Callable[[int], str]) -> None:
        self.root, self._cache, self._kept = folder / "fleet", folder / "cache", folder / "kept"
        self.root.mkdir()
        self._cache.mkdir()
        (self._cache / "tools").symlink_to(cache_folder(os.environ) / "tools")
        self._env = {**os.environ, "FLEETGEN_CACHE_DIR": str(self._cache), "FLEETGEN_CACHE_SIZE": "4GiB"}
        generate(self.root, count, cluster)

    def measure(self, scenarios: Sequence[Scenario], repeat: int, on_run: Callable[[str], None]) -> dict[str, Measurement]:
        """Name -> median of `repeat` runs."""
        runs = {}
        for scenario in scenarios:
            if scenario.cold:
                on_run(scenario.name)
                runs[scenario.name] = median([self._cold(scenario) for _ in range(repeat)])
        self._settle()
        for scenario in scenarios:
            if not scenario.cold:
                on_run(scenario.name)
                runs[scenario.name] = median([self._warm(scenario) for _ in range(repeat)])
        return {scenario.name: runs[scenario.name] for scenario in scenarios}

    def _cold(self, scenario: Scenario) -> Measurement:
        shutil.rmtree(results_folder(self._cache), ignore_errors=True)
        return self._run(scenario.argv)

    def _settle(self) -> None:
        """Commit output/ and remember the cache."""
        self._run(("render", "--quiet", AS_OF))
        commit(self.root)
        self._run(("check", AS_OF))
        shutil.copytree(results_folder(self._cache), self._kept)

    def _warm(self, scenario: Scenario) -> Measurement:
        shutil.rmtree(results_folder(self._cache))
        shutil.copytree(self._kept, results_folder(self._cache))
        if scenario.change:
            apply(self.root, scenario.change)
        run = self._run(scenario.argv)
        restore(self.root)
        return run

    def _run(self, argv: Sequence[str]) -> Measurement:
        program = str(Path(sys.executable).with_name("fleetgen"))
        return measured((program, *argv), self.root, self._env, _CHANGED if argv[0] == "diff" else (0,))
