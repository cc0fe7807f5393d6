"""Reading a table: header and rows, each cell with the line and column where a person finds it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One record. `line` is the line of the file on which it starts; quoted cells may span several lines."""

    path: str
    line: int
    header: tuple[str, ...]
    cells: tuple[str, ...]

    def cell(self, column: str) -> str:
        """The text under `column`, without the blanks around it."""
        return self.cells[self.header.index(column)].strip()

    def place(self, column: str = "") -> Place:
        """The place of a cell, or of the whole row; columns are counted in cells, from 1."""
        return Place(self.path, self.line, self.header.index(column) + 1 if column else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table that was read; rows that cannot be used are in the problems instead."""

    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]


def decode(data: bytes, path: str, problems: list[Finding]) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Other bytes: empty, and E0106 is appended to `problems`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8"
        problems.append(problem("E0106", message, fix="export the table as UTF-8", place=Place(path, line)))
        return ""


def read(text: str, path: str, delimiter: str, problems: list[Finding]) -> Sheet:
    """The header and rows of `text`; blank lines are left out, everything else that is no row is appended to `problems`."""
    records = _records(text.removeprefix("\ufeff"), path, delimiter, problems)
    _, first = next(records, (0, []))
    header = tuple(name.strip() for name in first)
    if not header:
        if not problems:
            problems.append(problem("E1002", "the table is empty", fix="the first line names the columns", place=Place(path)))
        return Sheet(header=(), rows=())
    problems.extend(_header_problems(header, path))
    rows = []
    for line, cells in records:
        if len(cells) == len(header):
            rows.append(CsvRow(path=path, line=line, header=header, cells=tuple(cells)))
        else:
            message = f"the row has {count(len(cells), 'cell')}, the header has {len(header)}"
            fix = f"quote cells that contain '{delimiter}'; give every row {count(len(header), 'cell')}"
            problems.append(problem("E1002", message, fix=fix, place=Place(path, line, min(len(cells), len(header)) + 1)))
    return Sheet(header=header, rows=tuple(rows))


def _records(text: str, path: str, delimiter: str, problems: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fix = 'close every quote; a quote inside a quoted cell is written twice ("")'
            problems.append(
                problem("E1002", f"the table cannot be read from this row on: {error}", fix=fix, place=Place(path, line))
            )
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header_problems(header: Sequence[str], path: str) -> Iterator[Finding]:
    for position, name in enumerate(header, 1):
        if not name:
            yield problem(
                "E1002", f"column {position} has no name", fix="name it in the first line", place=Place(path, 1, position)
            )
        elif name in header[: position - 1]:
            message = f"the header has the column '{name}' twice"
            yield problem("E1002", message, fix="rename one of the two", place=Place(path, 1, position))
