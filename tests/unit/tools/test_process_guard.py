from __future__ import annotations

import subprocess

import pytest


def test_a_unit_test_cannot_start_a_process() -> None:
    with pytest.raises(AssertionError) as caught:
        subprocess.run(["true"], check=False)
    assert str(caught.value) == "a unit test started ['true']; move it to tests/contract"
