"""`fleetgen library eject`: builtin folders, copied into the repository to be changed there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from fleetgen import library
from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import read_tree
from fleetgen.inputs.repository import CONFIG, Repository
from fleetgen.library import PARTS, unit_of
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.words import suggest

_PART: Final = re.compile(r"""["']_parts/([^"'/]+)["']""")
_TOPS: Final = ("templates/", "policies/rego/", "policies/constraints/", "policies/")


def eject(repository: Repository, name: str) -> dict[str, str]:
    """Path -> text of a component, policy or constraint, and of the parts that it imports. Writes nothing.

    Raises InputError E0301 for a name that the library does not have, E1204 for what the repository has already.
    """
    builtin, own = _trees(repository)
    units = {_short(unit_of(path)): unit_of(path) for path in builtin if not path.startswith(PARTS)}
    name = name.rstrip("/")
    unit = units.get(name) or (name if name in units.values() else "")
    if not unit:
        message = f"the library has no component, policy or constraint '{name}'"
        raise InputError(problem("E0301", message, fix=suggest(name, units)))
    if any(unit_of(path) == unit for path in own):
        fix = "edit it there; to start from the library's copy, move it away first"
        raise InputError(problem("E1204", "the repository already has it", fix=fix, place=Place(unit)))
    files = {path: text for path, text in builtin.items() if unit_of(path) == unit}
    parts = imported(files.values(), builtin)
    # Where the repository has other parts of these names, the component gets its own.
    folder = PARTS if all(own.get(PARTS + name, text) == text for name, text in parts.items()) else f"{unit}/_parts/"
    return files | {folder + name: text for name, text in sorted(parts.items()) if folder + name not in own}


def eject_all(repository: Repository) -> dict[str, str]:
    """Path -> text of all that the repository does not have. Writes nothing."""
    builtin, own = _trees(repository)
    there = {unit_of(path) for path in own}
    return {path: text for path, text in builtin.items() if unit_of(path) not in there}


def _trees(repository: Repository) -> tuple[dict[str, str], dict[str, str]]:
    if repository.config.library != "builtin":
        fact = 'this repository is its own library (library = ".")'
        raise InputError(problem("E1202", fact, fix="edit the files there", place=Place(CONFIG)))
    problems: list[Finding] = []
    trees = [read_tree(root, library.FOLDERS, problems) for root in (library.builtin_root(), repository.root)]
    if problems:
        raise InputError(problems)
    return trees[0], trees[1]


def _short(unit: str) -> str:
    top = next((top for top in _TOPS if unit.startswith(top)), "")
    return unit.removeprefix(top).removesuffix(".yaml")


def imported(texts: Iterable[str], library: Mapping[str, str]) -> dict[str, str]:
    """Name -> text of the parts in the library that these texts import, directly or through another."""
    found: dict[str, str] = {}
    waiting = [*texts]
    while waiting:
        for name in _PART.findall(waiting.pop()):
            text = library.get(PARTS + name)
            if text is not None and name not in found:
                found[name] = text
                waiting.append(text)
    return found
