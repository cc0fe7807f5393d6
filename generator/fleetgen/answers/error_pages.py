"""Pages of the error codes, from pages/<area>.toml: what `explain CODE` prints and docs/reference/errors.md is made of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fleetgen.errors import CODES

PAGES: Final = Path(__file__).resolve().parent / "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What is said about a code. `meaning` is the line of `CODES`, `message` an example as it is printed.

    `wrong` and `right` are parts of an input, of `file` where it is one; empty where an example would not help.
    """

    code: str
    meaning: str
    description: str
    cause: str
    message: str
    fix: str
    file: str = ""
    wrong: str = ""
    right: str = ""

    def sections(self) -> tuple[tuple[str, str], ...]:
        """Title and text of what follows the description, in the order in which it is read."""
        where = f" ({self.file})" if self.file else ""
        found = (
            ("Usual cause", self.cause),
            ("Message", self.message),
            (f"Wrong{where}", self.wrong),
            ("Right", self.right),
            ("Fix", self.fix),
        )
        return tuple((title, text) for title, text in found if text)

    def lines(self) -> Iterator[str]:
        """The page for people."""
        yield f"{self.code}: {self.meaning}"
        yield from _indented(self.description)
        for title, text in self.sections():
            yield from ("", f"{title}:", *_indented(text))


def page(code: str) -> ErrorPage:
    """The page of a code. Raises KeyError for one that has none."""
    return ErrorPage(code=code, meaning=CODES[code], **_texts(code[:3])[code])


@cache
def _texts(area: str) -> dict[str, dict[str, str]]:
    """Code -> field -> text, of the area's file; a text has no empty line at its end."""
    found = tomllib.loads((PAGES / f"{area}.toml").read_text(encoding="utf-8"))
    return {code: {field: text.rstrip("\n") for field, text in texts.items()} for code, texts in found.items()}


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in text.split("\n"))
