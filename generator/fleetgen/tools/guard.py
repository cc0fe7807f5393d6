"""Ends what a rehearsal started if the rehearsal itself is gone: `python guard.py FOLDER`, process ids on standard input.

A line `+PID` adds a process group, `-PID` takes it back. When standard input ends, for whatever reason (kill -9 included), the
groups that are left are killed and FOLDER is removed (none if it is empty). Started as a file: it needs nothing but Python.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

_SECONDS = 10.0


def main(folder: str) -> None:
    """Read until the end, then clean up."""
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + _SECONDS
    gone = 0
    while folder and gone < 2 and time.monotonic() < deadline:  # twice: a program that is being killed may end one more write
        gone = 0 if os.path.lexists(folder) else gone + 1
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    main(sys.argv[1])
