from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from fleetgen.build import output_tree
from fleetgen.errors import InputError, LockedError, ToolError
from fleetgen.model.blob import blob_ids
from tests.fleets import read

OLD = {"a.yaml": "a: 1\n", "d/b.yaml": "b: 1\n"}
NEW = {"a.yaml": "a: 1\n", "d/c.yaml": "c: 1\n"}


def _tree(root: Path) -> Path:
    with output_tree.locked(root, 1) as state:
        output_tree.replace(root, "output", OLD, blob_ids(OLD), state)
    return root / "output"


def test_the_tree_becomes_exactly_the_files(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    with output_tree.locked(tmp_path, 1) as state:
        difference = output_tree.replace(tmp_path, "output", NEW, blob_ids(NEW), state)
        assert list(state.glob("output-*")) == []
    assert difference == output_tree.TreeDifference(added=("d/c.yaml",), removed=("d/b.yaml",), changed=())
    assert read(tree) == NEW


DEEP = {"a.yaml": "a: 1\n", "d/b/c.yaml": "c: 1\n", "d/b/e.yaml": "e: 1\n", "d/f/g.yaml": "g: 1\n"}


@pytest.mark.parametrize(
    ("changed", "exchanged"),
    [
        ({"d/b/c.yaml": "c: 2\n"}, "d/b"),
        ({"d/b/c.yaml": ""}, "d/b"),
        ({"d/b/c.yaml": "c: 2\n", "d/f/g.yaml": "g: 2\n"}, "d"),
        ({"d/new/h.yaml": "h: 1\n"}, "d"),
        ({"d/f/g.yaml": ""}, "d"),
        ({"a.yaml": "a: 2\n"}, ""),
        ({"a.yaml": "", "d/b/c.yaml": "", "d/b/e.yaml": "", "d/f/g.yaml": "", "z/z.yaml": "z: 1\n"}, ""),
    ],
    ids=["a file", "a file that goes", "two folders", "a new folder", "the last file of a folder", "at the top", "everything"],
)
def test_only_the_folder_that_holds_all_changes_is_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], exchanged: str
) -> None:
    """An empty text stands for a file that goes."""
    new = {path: text for path, text in {**DEEP, **changed}.items() if text}
    real, folders = output_tree._swap, []

    def swap(fresh: Path, target: Path) -> None:
        folders.append(target.relative_to(tmp_path / "output").as_posix())
        real(fresh, target)

    with output_tree.locked(tmp_path, 1) as state:
        output_tree.replace(tmp_path, "output", DEEP, blob_ids(DEEP), state)
        monkeypatch.setattr(output_tree, "_swap", swap)
        output_tree.replace(tmp_path, "output", new, blob_ids(new), state)
    assert folders == [exchanged or "."]
    assert read(tmp_path / "output") == new
    assert [*(tmp_path / "output").rglob("*")] == [
        each for each in (tmp_path / "output").rglob("*") if each.is_file() or any(each.iterdir())
    ]


@pytest.mark.parametrize("step", ["mkdtemp", "_fill", "_swap", "_exchange"])
def test_a_failure_at_any_step_leaves_the_old_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    tree = _tree(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile if step == "mkdtemp" else output_tree, step, fail)
    with output_tree.locked(tmp_path, 1) as state, pytest.raises(ToolError) as caught:
        output_tree.replace(tmp_path, "output", NEW, blob_ids(NEW), state)
    assert str(caught.value) == "output: E0907: cannot write the tree: No space left on device"
    assert read(tree) == OLD


@pytest.mark.parametrize("failing", [1, 2])
def test_two_renames_are_undone_where_the_kernel_cannot_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    tree = _tree(tmp_path)
    calls, real = [0], Path.rename

    def rename(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == failing:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(output_tree, "_exchange", lambda *_: False)
    with output_tree.locked(tmp_path, 1) as state:
        monkeypatch.setattr(Path, "rename", rename)
        with pytest.raises(ToolError):
            output_tree.replace(tmp_path, "output", NEW, blob_ids(NEW), state)
    assert read(tree) == OLD


def test_a_second_run_waits_and_then_says_so(tmp_path: Path) -> None:
    with output_tree.locked(tmp_path, 1), pytest.raises(LockedError) as caught, output_tree.locked(tmp_path, 0.01):
        pass
    assert str(caught.value) == ".fleetgen/lock: E0905: another run still holds the lock after 0.01 seconds"


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    os.symlink("a.yaml", tree / "link.yaml")  # noqa: PTH211
    with pytest.raises(InputError) as caught:
        output_tree.ids_on_disk(tree)
    assert str(caught.value) == "output/link.yaml: E0907: the rendered tree contains a symbolic link"
