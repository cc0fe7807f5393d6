from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.inputs.repository import checkout_prefix


@pytest.mark.parametrize(
    ("git", "folder", "prefix"),
    [
        (".git", ".", ""),
        (".git", "sites/eu", "sites/eu"),
        ("sites/.git", "sites/eu", "eu"),  # a work tree or a submodule, where .git is a file
        (None, "sites/eu", ""),
    ],
)
def test_the_way_from_the_top_of_the_checkout(tmp_path: Path, git: str | None, folder: str, prefix: str) -> None:
    (tmp_path / "sites" / "eu").mkdir(parents=True)
    if git:
        (tmp_path / git).write_text("gitdir: elsewhere\n")
    assert checkout_prefix(tmp_path / folder) == prefix
