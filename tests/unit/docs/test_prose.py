"""The Markdown pages: prose is wrapped at 100 columns, and every relative link leads to a page and a heading that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
COLUMNS: Final = 100
PAGES: Final = sorted(
    page.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "requirements/*.md", "templates/**/*.md", "policies/**/*.md", "tests/**/*.md")
    for page in ROOT.glob(pattern)
)
# the pages below docs/reference/ are made by `make docs`
WRITTEN: Final = [page for page in PAGES if not page.startswith("docs/reference/")]
_TARGET: Final = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
_UNBREAKABLE: Final = re.compile(r"\||\[[^\]]+\]: |\s*(- )?\S+$")
_HEADING: Final = re.compile(r"^#+ (.*)$", re.MULTILINE)


def outside_code(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of every line that is not in a fenced block."""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def too_long(text: str) -> list[int]:
    """Numbers of the lines that could be wrapped and are not. Tables, link definitions and single words (URLs) cannot be."""
    return [number for number, line in outside_code(text) if len(line) > COLUMNS and not _UNBREAKABLE.match(line)]


def targets(text: str) -> Iterator[str]:
    """Where the relative links of a page lead to."""
    prose = re.sub(r"`[^`\n]*`", "``", "\n".join(line for _, line in outside_code(text)))
    for found in _TARGET.finditer(prose):
        target = found[1] or found[2]
        if "://" not in target:
            yield target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    return {
        re.sub(r"[^\w\- ]", "", found[1]).strip().lower().replace(" ", "-")
        for found in _HEADING.finditer("\n".join(line for _, line in outside_code(text)))
    }


def broken(page: Path, root: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for target in targets(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.is_relative_to(root) or not to.exists() or (anchor and anchor not in anchors(to.read_text(encoding="utf-8"))):
            found.append(target)
    return found


@pytest.mark.parametrize("page", WRITTEN)
def test_prose_is_wrapped(page: str) -> None:
    assert too_long((ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_resolve(page: str) -> None:
    assert broken(ROOT / page, ROOT) == []


def test_what_counts_as_prose() -> None:
    words, word = "word " * 21, "x" * 101
    assert too_long(f"short\n{words}\n") == [2]
    assert too_long(f"```\n{words}\n```\n| {words} |\n- https://example.com/{word}\n[to]: {word}\n") == []
    assert too_long(f"  ```yaml\n{words}\n  ```\n{words}") == [4]


def test_what_counts_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# One `two` (three)\n", encoding="utf-8")
    page = tmp_path / "a.md"
    page.write_text(
        "# Here\n[a](b.md) [b](b.md#one-two-three) [c](#here) [d](https://example.com/x.md) `[e](f.md)`\n"
        "[f](c.md) [g](b.md#four) [h](../b.md) [i]\n\n[i]: d.md\n",
        encoding="utf-8",
    )
    assert broken(page, tmp_path) == ["c.md", "b.md#four", "../b.md", "d.md"]
