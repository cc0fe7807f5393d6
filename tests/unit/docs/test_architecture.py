"""ARCHITECTURE.md names files and folders that exist, and has a line for every folder of the package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
PACKAGE: Final = ROOT / "generator" / "fleetgen"
# in code: a path with a slash, a Python module, or a settings file
_PATH: Final = re.compile(r"`(?=[^`]*/|[^`]*\.(?:py|toml)`)([A-Za-z_][\w./-]*)`")


def page() -> str:
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables of a section, without their heads."""
    section = re.split(r"^## ", page(), flags=re.MULTILINE)
    lines = next(part for part in section if part.startswith(f"{heading}\n")).splitlines()
    tables = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [cells for cells in tables if not cells[0].startswith("---") and cells[0] not in {"term", "question", "folder"}]


def exists(path: str) -> bool:
    return (ROOT / path).exists() or (PACKAGE / path).exists()


def test_every_path_exists() -> None:
    assert [path for path in _PATH.findall(page()) if not exists(path)] == []


def test_every_question_and_every_term_leads_to_one_file() -> None:
    answers = [cells[-1] for heading in ("Glossary", "Where to find what") for cells in rows(heading)]
    found = [_PATH.fullmatch(answer) for answer in answers]
    assert [answer for answer, match in zip(answers, found, strict=True) if match is None] == []
    assert all(
        next(top for top in (PACKAGE, ROOT) if (top / match[1]).exists()).joinpath(match[1]).is_file() for match in found if match
    )


def test_the_package_has_a_line_for_each_folder() -> None:
    named = {cells[0].strip("`/") for cells in rows("Folders of the package")}
    there = {path.name for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert there - named == set()
