"""The committed reference says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.reference.__main__ import reference_pages

COMMAND = "make docs"


@pytest.mark.parametrize("name", ["commands.md", "components.md", "errors.md", "kinds.md", "policies.md", "support.md"])
def test_page_equals_the_code(name: str, root: Path) -> None:
    committed = (root / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert committed == reference_pages()[name], f"docs/reference/{name} is out of date; run: {COMMAND}"


def test_no_other_page_lies_there(root: Path) -> None:
    assert sorted(path.name for path in (root / "docs" / "reference").iterdir()) == sorted(reference_pages())
