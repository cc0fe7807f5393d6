"""output/ on disk: compares it, and replaces it as a whole or not at all, under a lock.

The new tree is written beside the old one and the two are exchanged in one system call (renameat2 with RENAME_EXCHANGE), so that
a reader, a crash or a kill sees either all of the old tree or all of the new one. Where all changes lie in one folder, only that
folder is exchanged. Unchanged files are linked, not written.
"""

from __future__ import annotations

import ctypes
import errno
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filelock

from fleetgen.errors import InputError, LockedError, ToolError, problem
from fleetgen.inputs.files import sorted_entries
from fleetgen.model.blob import blob_id, is_sha256
from fleetgen.model.place import Place

STATE: Final = ".fleetgen"
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


@dataclass(frozen=True, slots=True)
class TreeDifference:
    """Paths below the output root."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


NO_DIFFERENCE: Final = TreeDifference((), (), ())


@contextmanager
def locked(root: Path, seconds: float) -> Iterator[Path]:
    """Hold the repository's lock; yields the folder for temporary files. Raises LockedError E0905 after `seconds`."""
    state = root / STATE
    try:
        state.mkdir(exist_ok=True)
        (state / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise ToolError(
            problem(
                "E0907",
                f"cannot write {state.name}/: {error.strerror}",
                fix="check the permissions and the free space",
                place=Place(STATE),
            )
        ) from error
    try:
        with filelock.FileLock(state / "lock", timeout=seconds):
            _clean(state)
            yield state
    except filelock.Timeout as error:
        fix = "wait for the other run to end, or wait longer with --lock-timeout SECONDS"
        raise LockedError(
            problem(
                "E0905",
                f"another run still holds the lock after {seconds:g} seconds",
                fix=fix,
                place=Place(f"{STATE}/lock"),
            )
        ) from error


def _clean(state: Path) -> None:
    """Remove what a killed run left behind. Only the holder of the lock may do this."""
    for leftover in state.glob("output-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def ids_on_disk(folder: Path, *, like: str = "") -> dict[str, str]:
    """Path -> git's id of the content of every file of the tree, in the object format of the id `like`.

    A tree with links or other things in it is refused (E0907).
    """
    sha256 = is_sha256(like)
    return {path: blob_id(_content(f"{folder}/{path}"), sha256=sha256) for path in list(_paths(str(folder)))}


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - a Path takes as long as reading the file
        return file.read()


def _paths(folder: str, prefix: str = "") -> Iterator[str]:
    for entry in sorted_entries(folder):
        path = prefix + entry.name
        if entry.is_symlink():
            raise InputError(
                problem(
                    "E0907",
                    "the rendered tree contains a symbolic link",
                    fix="remove it and run 'fleetgen render'",
                    place=Place(f"output/{path}"),
                )
            )
        if entry.is_dir():
            yield from _paths(entry.path, f"{path}/")
        else:
            yield path


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> TreeDifference:
    """What has to change to make `old` equal `new`; both are path -> id."""
    return TreeDifference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(path for path in new if path in old and new[path] != old[path])),
    )


def difference(folder: Path, ids: Mapping[str, str]) -> TreeDifference:
    """What has to change to make the tree on disk hold the contents with these ids."""
    return compare(ids_on_disk(folder, like=next(iter(ids.values()), "")), ids)


def replace(root: Path, name: str, files: Mapping[str, str], ids: Mapping[str, str], state: Path) -> TreeDifference:
    """Make the folder `root/name` hold exactly `files`; the ids tell which texts are there already.

    Raises ToolError E0907 and changes nothing then.
    """
    target = root / name
    if target.is_symlink():
        raise InputError(problem("E0107", "output/ is a symbolic link", fix="replace it with a folder", place=Place(name)))
    found = difference(target, ids)
    if not found:
        return found
    part = _smallest_folder(target, files, found)
    try:
        fresh = Path(tempfile.mkdtemp(prefix="output-", dir=state))
        _fill(fresh, target, files, found, part)
        _swap(fresh, target / part)
    except OSError as error:
        raise ToolError(
            problem(
                "E0907",
                f"cannot write the tree: {error.strerror}",
                fix="check the permissions and the free space",
                place=Place(name),
            )
        ) from error
    shutil.rmtree(fresh, ignore_errors=True)
    return found


def _smallest_folder(target: Path, files: Mapping[str, str], found: TreeDifference) -> str:
    """The folder, below the target, that holds all that differs, now and then. The whole target is an empty path.

    Exchanging it is as atomic as exchanging the target, and nothing has to be linked that is elsewhere.
    """
    paths = [*found.added, *found.removed, *found.changed]
    part = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    while part and not ((target / part).is_dir() and any(path.startswith(f"{part}/") for path in files)):
        part = posixpath.dirname(part)
    return part


def _fill(fresh: Path, target: Path, files: Mapping[str, str], found: TreeDifference, part: str) -> None:
    """Make `fresh` what `target/part` has to be."""
    different = {*found.added, *found.changed}
    paths = {path: path.removeprefix(f"{part}/") for path in files if not part or path.startswith(f"{part}/")}
    fresh.chmod(0o755)
    for folder in sorted({posixpath.dirname(inner) for inner in paths.values()}):
        (fresh / folder).mkdir(parents=True, exist_ok=True)
    for path, inner in paths.items():
        if path in different or not _linked(f"{target}/{path}", f"{fresh}/{inner}"):
            (fresh / inner).write_bytes(files[path].encode())


def _linked(source: str, link: str) -> bool:
    try:
        os.link(source, link)
    except OSError:
        return False
    return True


def _swap(fresh: Path, target: Path) -> None:
    """Put `fresh` in place of `target`; afterwards `fresh` holds the old tree."""
    if not target.exists():
        fresh.rename(target)
        return
    if _exchange(fresh, target):
        return
    aside = fresh.with_name(fresh.name + "-old")  # no exchange on this file system: two renames, the second undone if it fails
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    aside.rename(fresh)


def _exchange(first: Path, second: Path) -> bool:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
        return False
    raise OSError(number, os.strerror(number))
