"""What the wheel carries: the tool and the library, never the example."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fleetgen.library import FOLDERS

EXAMPLE = ("fleet", "environments", "output", "policies/waivers", "policies/enforcement", "fleetgen.toml")


@pytest.fixture
def included(root: Path) -> dict[str, str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    return found


def test_every_folder_of_the_library_and_every_tool_is_in_the_wheel(root: Path, included: dict[str, str]) -> None:
    folders = [folder for folder in FOLDERS if (root / folder).is_dir()]
    wanted = {
        *folders,
        *(f"tools/{path.parent.name}" for path in (root / "tools").glob("*/go.mod")),
        "policies/.regal",
        "policies/capabilities.json",
        "requirements/go.txt",
    }
    assert included == {path: f"fleetgen/_library/{path}" for path in wanted}


def test_everything_that_is_included_exists(root: Path, included: dict[str, str]) -> None:
    """Otherwise a set-up from a fresh clone fails."""
    assert [path for path in included if not (root / path).exists()] == []


def test_the_example_is_not(included: dict[str, str]) -> None:
    assert [path for path in included for part in EXAMPLE if path == part or path.startswith(f"{part}/")] == []
