"""One run of a program: wall time, processor time, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_EVERY_SECONDS: Final = 0.05
_MAXRSS_UNIT: Final = 1024  # bytes; getrusage(2) on Linux


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A run with everything that it started. `cpu` in seconds; `largest` process and all `together` at one moment, in bytes."""

    seconds: float
    cpu: float
    largest: int
    together: int


def measured(argv: Sequence[str], cwd: Path, env: Mapping[str, str], codes: Collection[int] = (0,)) -> Measurement:
    """Run to the end. Stops everything if the exit code is none of `codes`: a failed run says nothing about time."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(argv, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        sampler = _Sampler(process.pid)
        sampler.start()
        # what the kernel adds up over the process and all that it waited for
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        sampler.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            out.seek(0)
            sys.stderr.write(out.read().decode(errors="replace"))
            raise SystemExit(f"{' '.join(argv)} ended with {process.returncode}")
    largest = usage.ru_maxrss * _MAXRSS_UNIT
    return Measurement(
        seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, largest=largest, together=max(largest, sampler.together)
    )


def median(runs: Sequence[Measurement]) -> Measurement:
    """The run with the median wall time; the memory is the highest of all."""
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return Measurement(
        seconds=middle.seconds,
        cpu=middle.cpu,
        largest=max(run.largest for run in runs),
        together=max(run.together for run in runs),
    )


class _Sampler(threading.Thread):
    """Looks again and again how much memory a process and its descendants use together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.together = 0
        self._pid = pid
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            with suppress(psutil.Error):
                process = psutil.Process(self._pid)
                self.together = max(self.together, sum(_rss(each) for each in (process, *process.children(recursive=True))))


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0
