"""Every code is raised, has a complete page, and is no other code's."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Final

import pytest

from fleetgen.answers.error_pages import PAGES, page
from fleetgen.errors import CODES, RETIRED, problem

PACKAGE: Final = PAGES.parents[1]


def _raised(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_code_is_raised_somewhere() -> None:
    found = {text for path in PACKAGE.rglob("*.py") if path.name != "errors.py" for text in _raised(path)}
    found |= _raised(PACKAGE / "errors.py") - CODES.keys()
    assert sorted(CODES.keys() - found) == []


def test_no_retired_code_is_used() -> None:
    assert CODES.keys() & RETIRED.keys() == set()
    with pytest.raises(KeyError):
        problem(next(iter(RETIRED)), "x")


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = [code for path in sorted(PAGES.glob("*.toml")) for code in tomllib.loads(path.read_text(encoding="utf-8"))]
    assert pages == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_complete(code: str) -> None:
    found = page(code)
    assert all((found.description, found.cause, found.message, found.fix))
    assert f"[{code}]: " in found.message.split("\n")[0]
    assert bool(found.wrong) == bool(found.right)
    assert found.wrong or not found.file
    prose = f"{found.description}\n{found.cause}\n{found.fix}"
    assert [line for line in prose.split("\n") if len(line) > 110 or line != line.rstrip()] == []
