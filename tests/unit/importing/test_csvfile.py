from __future__ import annotations

import pytest

from fleetgen.importing import csvfile
from fleetgen.model.finding import Finding

QUOTES = 'close every quote; a quote inside a quoted cell is written twice ("")'

RAGGED = "quote cells that contain ','; give every row 2 cells"


def _lines(problems: list[Finding]) -> list[str]:
    return [f"{p.place}: {p.code}: {p.message} | {p.fix}" for p in problems]


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        pytest.param("a,b\n1,2\n", ",", [(2, ("1", "2"))], id="plain"),
        pytest.param("\ufeffa,b\n1,2\n", ",", [(2, ("1", "2"))], id="byte order mark"),
        pytest.param("a,b\r\n1,2\r\n", ",", [(2, ("1", "2"))], id="Windows line ends"),
        pytest.param("a;b\n1,5;2\n", ";", [(2, ("1,5", "2"))], id="semicolon"),
        pytest.param('a,b\n"1,2",3\n', ",", [(2, ("1,2", "3"))], id="quoted separator"),
        pytest.param('a,b\n"x\ny",1\nz,2\n', ",", [(2, ("x\ny", "1")), (4, ("z", "2"))], id="a cell of two lines"),
        pytest.param("a,b\n\n1,2\n,\n", ",", [(3, ("1", "2"))], id="blank rows"),
        pytest.param("a,b\n", ",", [], id="header alone"),
    ],
)
def test_rows_keep_the_line_on_which_they_start(text: str, delimiter: str, expected: list[tuple[int, tuple[str, ...]]]) -> None:
    problems: list[Finding] = []
    sheet = csvfile.read(text, "sites.csv", delimiter, problems)
    assert (sheet.header, [(row.line, row.cells) for row in sheet.rows], problems) == (("a", "b"), expected, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", ["sites.csv: E1002: the table is empty | the first line names the columns"], id="empty"),
        pytest.param(
            "a,b\n1\n1,2,3\n",
            [
                f"sites.csv:2:2: E1002: the row has 1 cell, the header has 2 | {RAGGED}",
                f"sites.csv:3:3: E1002: the row has 3 cells, the header has 2 | {RAGGED}",
            ],
            id="ragged rows",
        ),
        pytest.param(
            "a,,a\n",
            [
                "sites.csv:1:2: E1002: column 2 has no name | name it in the first line",
                "sites.csv:1:3: E1002: the header has the column 'a' twice | rename one of the two",
            ],
            id="header",
        ),
        pytest.param(
            'a,b\n"1,2\n',
            [f"sites.csv:2: E1002: the table cannot be read from this row on: unexpected end of data | {QUOTES}"],
            id="open quote",
        ),
    ],
)
def test_what_is_no_row_is_reported(text: str, expected: list[str]) -> None:
    problems: list[Finding] = []
    csvfile.read(text, "sites.csv", ",", problems)
    assert _lines(problems) == expected


@pytest.mark.parametrize(
    ("data", "text", "expected"),
    [
        pytest.param("a\nbü\n".encode(), "a\nbü\n", [], id="UTF-8"),
        pytest.param("a\n".encode("utf-8-sig"), "a\n", [], id="with byte order mark"),
        pytest.param(
            b"a\nb\xfc\n", "", ["sites.csv:2: E0106: byte 4 (0xfc) is not UTF-8 | export the table as UTF-8"], id="Latin 1"
        ),
    ],
)
def test_decode(data: bytes, text: str, expected: list[str]) -> None:
    problems: list[Finding] = []
    assert csvfile.decode(data, "sites.csv", problems) == text
    assert _lines(problems) == expected
