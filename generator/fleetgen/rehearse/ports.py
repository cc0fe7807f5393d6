"""Free TCP ports on loopback that no other rehearsal gets while this one runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from fleetgen.errors import ToolError, problem

_HOST: Final = "127.0.0.1"
# Below the ranges from which Linux (32768) and macOS (49152) take the ports of outgoing connections.
FIRST: Final = 21000
BLOCKS: Final = 400
BLOCK_SIZE: Final = 25


@contextmanager
def reserved(start: int) -> Iterator[Iterator[int]]:
    """A block of ports for as long as the context is open, looked for from block `start` on. ToolError E1305 if all are taken.

    The block's first port is the lock: whoever listens there has the block. Other than a file it needs no folder that all users
    and all values of TMPDIR share, nothing of it is left behind, and the kernel gives it back after a `kill -9`.
    """
    for step in range(BLOCKS):
        first = FIRST + (start + step) % BLOCKS * BLOCK_SIZE
        lock = _listening(first)
        if lock is None:
            continue
        with closing(lock):
            ports = range(first + 1, first + BLOCK_SIZE)
            if all(_is_free(port) for port in ports):
                yield iter(ports)
                return
    fix = "end other rehearsals, or what holds the ports"
    raise ToolError(problem("E1305", f"no {BLOCK_SIZE} free ports in a row from {FIRST} on", fix=fix))


def _listening(port: int) -> socket.socket | None:
    """A socket that nobody talks to; None if somebody else has the port."""
    lock = socket.socket()
    try:
        lock.bind((_HOST, port))
        lock.listen(1)
    except OSError:
        lock.close()
        return None
    return lock


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True
