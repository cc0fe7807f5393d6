from __future__ import annotations

import sys

import pytest

from tests.unit.cli.conftest import Run


def test_the_group_lists_its_commands_without_loading_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "fleetgen.cli.policy.whatif", raising=False)
    out = run("policy", "--help").out
    assert out.splitlines()[-2:] == [
        "  advance  Apply the stages of enforcement that are due.",
        "  whatif   Show what other policies would change before you enforce them.",
    ]
    assert "fleetgen.cli.policy.whatif" not in sys.modules


def test_a_wrong_name_in_the_group(run: Run) -> None:
    ran = run("policy", "whatiff")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no command 'whatiff': did you mean 'whatif'?" in ran.err
