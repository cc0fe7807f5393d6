"""Where something was written: file, line, column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. `path` is relative to the fleet root, with `/`; `line` and `column` count from 1.

    Line 0 means the file as a whole; column 0 means the line as a whole (Jinja2 knows lines only).
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.path
        if self.column == 0:
            return f"{self.path}:{self.line}"
        return f"{self.path}:{self.line}:{self.column}"
