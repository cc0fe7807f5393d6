from __future__ import annotations

import socket
from contextlib import ExitStack, closing

import pytest

from fleetgen.errors import ToolError
from fleetgen.rehearse import ports


def test_blocks_that_are_held_at_once_share_no_port() -> None:
    with ExitStack() as stack:
        blocks = [set(stack.enter_context(ports.reserved(7))) for _ in range(3)]
    assert [len(block) for block in blocks] == [ports.BLOCK_SIZE - 1] * 3
    assert len(set.union(*blocks)) == 3 * (ports.BLOCK_SIZE - 1)


def test_a_block_is_free_again_afterwards() -> None:
    with ports.reserved(11) as first:
        before = list(first)
    with ports.reserved(11) as second:
        assert list(second) == before


def test_a_block_with_a_busy_port_is_passed_over() -> None:
    with ports.reserved(13) as block:
        busy = list(block)[-1]
    with closing(socket.create_server(("127.0.0.1", busy))), ports.reserved(13) as block:
        assert busy not in set(block)


def test_all_busy_is_said_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "BLOCKS", 1)
    with ports.reserved(0), pytest.raises(ToolError, match="no 25 free ports in a row from 21000 on"), ports.reserved(0):
        pass
