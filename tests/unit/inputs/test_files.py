"""Files are read under their paths from the root, however a folder is written; what is hidden or no plain file is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.inputs.files import read_tree
from fleetgen.model.finding import Finding

TEXTS = {"parts/deep/b.yaml": "b", "parts/a.yaml": "a", "parts/c.txt": "c"}
HIDDEN = ("parts/.git/x.yaml", "parts/.x.yaml", "parts/__pycache__/x.yaml")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in (*TEXTS, *HIDDEN):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(TEXTS.get(path, "hidden"))
    return tmp_path


@pytest.mark.parametrize("folder", ["", ".", "parts", "parts/", "./parts"])
def test_paths_start_at_the_root(root: Path, folder: str) -> None:
    problems: list[Finding] = []
    assert read_tree(root, [folder], problems) == TEXTS
    assert problems == []


def test_only_suffixes_that_are_asked_for(root: Path) -> None:
    assert [*read_tree(root, ["parts"], [], suffixes=(".yaml",))] == ["parts/a.yaml", "parts/deep/b.yaml"]


def test_a_folder_that_is_not_there_has_no_files(root: Path) -> None:
    problems: list[Finding] = []
    assert read_tree(root, ["none", "parts/a.yaml"], problems) == {}
    assert problems == []


def test_links_are_refused(root: Path) -> None:
    for name, target in {"file.yaml": "a.yaml", "folder": "deep", "nowhere.txt": "none", ".hidden": "a.yaml"}.items():
        (root / "parts" / name).symlink_to(target)
    problems: list[Finding] = []
    assert read_tree(root, ["parts"], problems, suffixes=(".yaml",)) == {"parts/a.yaml": "a", "parts/deep/b.yaml": "b"}
    said = "E0107: is a symbolic link; inputs must be plain files"
    assert [f"{found.place}: {found.code}: {found.message}" for found in problems] == [
        f"parts/{name}: {said}" for name in ("folder", ".hidden", "file.yaml", "nowhere.txt")
    ]
