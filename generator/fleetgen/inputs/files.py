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
        for directory, names, entries in os.walk(root / folder):
            names[:] = sorted(name for name in names if not name.startswith((".", "__pycache__")))
            for name in [*names, *sorted(entries)]:
                path = Path(directory, name)
                shown = path.relative_to(root).as_posix()
                if path.is_symlink():
                    problems.append(
                        problem(
                            "E0107",
                            "is a symbolic link; inputs must be plain files",
                            fix="replace it with the file itself",
                            place=Place(shown),
                        )
                    )
                elif name in entries and not name.startswith(".") and (not suffixes or name.endswith(suffixes)):
                    read_file(path, shown, files, problems)
    return files


def read_file(path: Path, shown: str, files: dict[str, str], problems: list[Finding]) -> None:
    """Put the text of one file under its shown name, or say why it cannot be read (E0106)."""
    data = b""
    try:
        data = path.read_bytes()
        if len(data) > MAX_FILE:
            problems.append(
                problem("E0106", f"the file has {len(data)} bytes; the limit is {MAX_FILE}", fix="split it", place=Place(shown))
            )
            return
        files[shown] = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except OSError as error:
        problems.append(problem("E0106", f"cannot be read: {error.strerror}", fix="check its permissions", place=Place(shown)))
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
