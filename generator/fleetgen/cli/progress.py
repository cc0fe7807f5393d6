"""Progress of a run on stderr: one updated line on a terminal, occasional plain lines elsewhere.

Written here, because a library for terminals would bring four packages and 0.1 s of import for this one line.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TextIO

ERASE: Final = "\x1b[K"  # from the cursor to the end of the line
_BAR: Final = 20
_BLOCK: Final = 4
_REDRAW_SECONDS: Final = 0.1
_EVERY_SECONDS: Final = 10.0

Clock = Callable[[], float]


def silent(_what: str, _done: int, _total: int) -> None:
    """As `StatusLine`, for a run that shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What is being done, and how much of it is done."""

    what: str
    done: int
    total: int

    def counted(self) -> str:
        """` 23/65`; nothing where there is only one part."""
        return f" {self.done}/{self.total}" if self.total > 1 else ""


def status(stage: Activity, seconds: float) -> str:
    """`12 s  build  [#######.............] 23/65`. A block moves along the bar until the first part is done."""
    if stage.done:
        start, end = 0, stage.done * _BAR // stage.total
    else:
        start = int(seconds / _REDRAW_SECONDS) % (_BAR - _BLOCK + 1)
        end = start + _BLOCK
    bar = "." * start + "#" * (end - start) + "." * (_BAR - end)
    return f"{seconds:.0f} s  {stage.what}  [{bar}]{stage.counted()}"


def is_live(stream: TextIO) -> bool:
    """Whether a line of `stream` can be written again."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class StatusLine:
    """Draws the stage again and again, so that the clock moves while a tool is silent.

    The cursor always rests at the start of the line: who writes there erases first, and is followed by a new status line.
    """

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        self._stream, self._clock, self._started = stream, clock, clock()
        self._lock = threading.Lock()
        self._stage: Activity | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """A stage began, went on, or is finished (`done` is `total`)."""
        with self._lock:
            self._stage = Activity(what=what, done=done, total=total) if done < total else None
            self._draw()
        if self._stage and self._thread is None:
            self._thread = threading.Thread(target=self._keep_moving, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Leave an empty line."""
        self._ended.set()
        if self._thread:
            self._thread.join()
            with self._lock:
                self._stage = None
                self._draw()

    def _keep_moving(self) -> None:
        while not self._ended.wait(_REDRAW_SECONDS):
            with self._lock:
                if self._stage:
                    self._draw()

    def _draw(self) -> None:
        columns = os.get_terminal_size(self._stream.fileno()).columns or 80
        line = status(self._stage, self._clock() - self._started)[: columns - 1] if self._stage else ""
        self._stream.write(f"{ERASE}{line}\r")
        self._stream.flush()


class PlainLines:
    """A line for a log, when there was none for some seconds."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._started = self._last = clock()

    def __call__(self, what: str, done: int, total: int) -> None:
        """As `StatusLine`."""
        now = self._clock()
        if done < total and now - self._last > _EVERY_SECONDS:
            self._last = now
            stage = Activity(what=what, done=done, total=total)
            self._stream.write(f"{now - self._started:.0f} s  {what}{stage.counted()}\n")
