"""Where templates and policies are found; only here.

`library = "."` means the repository's own folders, `builtin` those that ship with fleetgen; a whole component or policy folder
in the repository then replaces the builtin one of the same name. `templates/_parts` holds what components share; the repository's
are for its own components, and builtin components keep theirs. `policies/catalog/<component>` holds what is known of the versions
of a component, wherever its templates are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
PARTS: Final = "templates/_parts/"
CATALOG: Final = "policies/catalog/"
COMPONENTS: Final = ("templates/", CATALOG)
FOLDERS: Final = ("templates", "policies/catalog", "policies/rego", "policies/constraints")


def builtin_root() -> Path:
    """The folder that holds the shipped templates/ and policies/: inside the wheel, or the checkout itself."""
    shipped = _PACKAGE / "_library"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1]


def overlay(builtin: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The builtin files with every folder that the repository has, too, replaced as a whole."""
    replaced = {unit_of(path) for path in own}
    kept = {path: text for path, text in builtin.items() if unit_of(path) not in replaced}
    if any(path.startswith(PARTS) for path in own):
        parts = {path.removeprefix(PARTS): text for path, text in builtin.items() if path.startswith(PARTS)}
        folders = {unit_of(path) for path in kept if path.startswith("templates/") and not path.startswith(PARTS)}
        kept |= {f"{folder}/_parts/{name}": text for folder in folders for name, text in parts.items()}
    return kept | dict(own)


def unit_of(path: str) -> str:
    """The folder that is replaced as one: a component, its catalog, a policy, or a single file of constraints or parts."""
    parts = path.split("/")
    if parts[0] == "templates" and not path.startswith(PARTS):
        return "/".join(parts[:2])
    if path.startswith(CATALOG):
        return "/".join(parts[:3])
    return path.rpartition("/")[0] if parts[1] == "rego" else path
