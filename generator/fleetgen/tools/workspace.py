"""A temporary folder that a tool reads: texts in, nothing out, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


@contextmanager
def workspace() -> Iterator[Path]:
    """A new folder, without symbolic links in its own path, so that a tool's words about it can be recognised."""
    with tempfile.TemporaryDirectory(prefix="fleetgen-") as folder:
        yield Path(folder).resolve()


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write relative POSIX path -> text below `folder`. ValueError for a path that would leave it: a bug of the caller."""
    made: set[Path] = set()
    for name, text in files.items():
        target = folder / checked(name)
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_text(text, encoding="utf-8", newline="\n")


def checked(name: str) -> str:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name:
        raise ValueError(f"not a path below the folder: {name!r}")
    return name
