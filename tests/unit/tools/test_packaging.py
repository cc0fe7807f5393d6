"""What the wheel carries: the tool and the library, never the example."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fleetgen.library import FOLDERS

EXAMPLE = ("fleet", "environments", "output", "policies/waivers", "policies/enforcement", "fleetgen.toml")


# https://www.apache.org/licenses/LICENSE-2.0.txt
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


@pytest.fixture
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def included(pyproject: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
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


def test_the_license_is_the_official_text_and_the_wheel_carries_it(root: Path, pyproject: dict[str, Any]) -> None:
    assert hashlib.sha256((root / "LICENSE").read_bytes()).hexdigest() == APACHE_2
    project = pyproject["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE"])
