"""Files of a repository: read without following anything out of it, written all or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place

MAX_FILE: Final = 32 * 1024 * 1024


def read_tree(root: Path, folders: Iterable[str], problems: list[Finding], suffixes: tuple[str, ...] = ()) -> dict[str, str]:
    """Path -> text of the files below `folders`, hidden ones left out; symbolic links are refused, wherever they lead."""
    files: dict[str, str] = {}
    for folder in folders:
        top = root / folder
        prefix = "" if top == root else f"{top.relative_to(root).as_posix()}/"
        _read_folder(str(top), prefix, suffixes, files, problems)
    return files


def _read_folder(folder: str, prefix: str, suffixes: tuple[str, ...], files: dict[str, str], problems: list[Finding]) -> None:
    """Put the texts of the files below `folder` under `prefix`; what cannot be listed is not there."""
    entries = sorted_entries(folder)
    folders = [each for each in entries if _is_folder(each) and not each.name.startswith((".", "__pycache__"))]
    others = [each for each in entries if not _is_folder(each)]
    for entry in (*folders, *others):
        if entry.is_symlink():
            fact, fix = "is a symbolic link; inputs must be plain files", "replace it with the file itself"
            problems.append(problem("E0107", fact, fix=fix, place=Place(prefix + entry.name)))
    for entry in others:
        if not entry.is_symlink() and not entry.name.startswith(".") and (not suffixes or entry.name.endswith(suffixes)):
            read_file(entry.path, prefix + entry.name, files, problems)
    for entry in folders:
        if not entry.is_symlink():
            _read_folder(entry.path, f"{prefix}{entry.name}/", suffixes, files, problems)


def sorted_entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; nothing if it cannot be listed."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)
    return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.is_dir()
    return False


def read_file(path: Path | str, shown: str, files: dict[str, str], problems: list[Finding]) -> None:
    """Put the text of one file under its shown name, or say why it cannot be read (E0106)."""
    data = b""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path for each of thousands of files takes longer than reading them
            data = file.read()
        if len(data) > MAX_FILE:
            problems.append(
                problem("E0106", f"the file has {len(data)} bytes; the limit is {MAX_FILE}", fix="split it", place=Place(shown))
            )
            return
        files[shown] = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except OSError as error:
        fix = "check the path" if isinstance(error, FileNotFoundError) else "check its permissions"
        problems.append(problem("E0106", f"cannot be read: {error.strerror}", fix=fix, place=Place(shown)))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(problem("E0106", "is not UTF-8", fix="save it as UTF-8", place=Place(shown, line)))


def place_files(root: Path, files: Mapping[str, str], *, replace: bool = False) -> None:
    """Write all `files` (path below `root` -> text) or none. Without `replace` an existing file is refused with E1204.

    Everything is written beside its place first; only renames follow, and a failed one takes back those before it.
    """
    clashes = [path for path in files if (root / path).exists() or (root / path).is_symlink()]
    if clashes and not replace:
        fix = "choose another name or folder, or move the existing file"
        raise InputError([problem("E1204", "exists already", fix=fix, place=Place(path)) for path in clashes])
    existing = next(folder for folder in (root, *root.parents) if folder.is_dir())
    made: list[Path] = []
    done: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".fleetgen-", dir=existing) as staging:
            for number, text in enumerate(files.values()):
                Path(staging, str(number)).write_text(text, encoding="utf-8", newline="\n")
            for number, path in enumerate(files):
                target = root / path
                _make_folders(target.parent, made)
                if replace:
                    Path(staging, str(number)).replace(target)
                else:
                    os.link(Path(staging, str(number)), target)  # unlike a rename it never replaces
                    done.append(target)
    except OSError as error:
        for target in done:
            target.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        where = Place(str(root))
        raise InputError(
            problem("E0106", f"cannot be written: {error.strerror}", fix="check its permissions", place=where)
        ) from error


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        made.append(parent)


def shown_path(root: Path, path: Path) -> str:
    """A path as messages name it: from the repository's root where it lies below it."""
    absolute = path.absolute().resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(path)
