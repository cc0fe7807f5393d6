"""Free TCP ports on loopback that no other rehearsal gets while this one runs."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from generator.errors import ToolError, problem

# Below the ranges from which Linux (32768) and macOS (49152) take the ports of outgoing connections.
_FIRST: Final = 21000
_BLOCKS: Final = 400
_BLOCK_SIZE: Final = 25


@contextmanager
def reserved() -> Iterator[Iterator[int]]:
    """A block of ports, locked for as long as the context is open. ToolError E1305 if all are taken."""
    folder = Path(tempfile.gettempdir()) / f"fleetgen-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    offset = os.getpid() * 7
    for step in range(_BLOCKS):
        first = _FIRST + (offset + step) % _BLOCKS * _BLOCK_SIZE
        lock = FileLock(folder / f"{first}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        try:
            ports = range(first, first + _BLOCK_SIZE)
            if all(_is_free(port) for port in ports):
                yield iter(ports)
                return
        finally:
            lock.release()
    raise ToolError(
        problem(
            "E1305", f"no {_BLOCK_SIZE} free ports in a row from {_FIRST} on", fix="end other rehearsals, or what holds the ports"
        )
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
