"""Where templates and policies are found; only here.

`library = "."` means the repository's own folders, `builtin` those that ship with fleetgen; a whole component or policy folder
in the repository then replaces the builtin one of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
FOLDERS: Final = ("templates", "policies/rego", "policies/constraints")


def builtin_root() -> Path:
    """The folder that holds the shipped templates/ and policies/: inside the wheel, or the checkout itself."""
    shipped = _PACKAGE / "_library"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1]


def overlay(builtin: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The builtin files with every folder that the repository has, too, replaced as a whole."""
    replaced = {_unit(path) for path in own}
    return {path: text for path, text in builtin.items() if _unit(path) not in replaced} | dict(own)


def _unit(path: str) -> str:
    """The folder that is replaced as one: a component, a policy, or a single constraint file."""
    parts = path.split("/")
    if parts[0] == "templates":
        return "/".join(parts[:2])
    return path.rpartition("/")[0] if parts[1] == "rego" else path
