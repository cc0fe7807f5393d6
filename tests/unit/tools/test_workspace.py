from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.tools.workspace import workspace, write_all


def test_files_are_written_as_given_and_gone_afterwards() -> None:
    with workspace() as folder:
        write_all(folder, {"a/b.yaml": "x: é\r\n", "a/c.yaml": ""})
        written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}
    assert written == {"a/b.yaml": "x: é\r\n".encode(), "a/c.yaml": b""}
    assert not folder.exists()


@pytest.mark.parametrize("name", ["", "/abs", "../up", "a/../../up", "a\\b", "a\0b"])
def test_no_path_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a path below the folder"):
        write_all(tmp_path / "inside", {name: "x"})
    assert list(tmp_path.iterdir()) == []
