"""Work for the workers of a test, where they can import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from fleetgen.tools.executor import Machine


def nap(_machine: Machine, notes: Path, part: int) -> int:
    """Half a second of work that leaves a note when it starts; two minutes of it on a worker that is `SLOW`."""
    (notes / f"{part}-{os.getpid()}").touch()
    time.sleep(120 if "SLOW" in os.environ else 0.5)
    return part * part


def die(_machine: Machine, _shared: None, _part: int) -> int:
    """Work that is too much for any worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def fill_the_disk(_machine: Machine, _shared: None, _part: int) -> int:
    """Work that the machine refuses."""
    raise OSError(28, "No space left on device")
