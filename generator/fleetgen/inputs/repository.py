"""A fleet repository on disk: found, its settings read, its input files read without following anything out of it."""

from __future__ import annotations

import hashlib
import posixpath
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, cast

from fleetgen import __version__, library
from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import read_file, read_tree
from fleetgen.model.config import Config, Guards
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Origin, from_plain
from fleetgen.schemas.validate import Validator

CONFIG: Final = "fleetgen.toml"
OUTPUT: Final = "output"
INVENTORY_FOLDERS: Final = ("fleet", "environments", "policies/waivers", "policies/enforcement")
_STRING: Final[JsonObject] = {"type": "string"}
_SCHEMA: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "library": {"enum": [".", "builtin"], "description": "Where templates and policies come from."},
        "required-version": _STRING,
        "tools": {"type": "object", "additionalProperties": _STRING},
        "guards": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "max-removed-units": {"type": "integer", "minimum": 0},
                "max-removed-clusters-percent": {"type": "number", "minimum": 0, "maximum": 100},
            },
        },
        "schemas": {"type": "array", "items": _STRING, "description": "Folders and files of CustomResourceDefinitions."},
        "as-of": {"type": "string", "format": "date"},
    },
}


@dataclass(frozen=True)
class Inputs:
    """The texts that a run depends on: path -> text. `digest` names them all."""

    inventory: Mapping[str, str]
    library: Mapping[str, str]
    config: str

    @cached_property
    def digest(self) -> str:
        """sha256 over paths and contents, in path order."""
        return digest_of(self.inventory, self.library, first=self.config)

    def with_prefix(self, *prefixes: str) -> dict[str, str]:
        """The library files below the given folders."""
        return {path: text for path, text in self.library.items() if path.startswith(prefixes)}


@dataclass(frozen=True)
class Repository:
    """A fleet repository: its root folder and its settings."""

    root: Path
    config: Config
    config_text: str

    @classmethod
    def find(cls, start: Path) -> Repository:
        """The repository that `start` lies in. Raises InputError E1202, E1203."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                text = (folder / CONFIG).read_text(encoding="utf-8")
                return cls(folder, _config(text), text)
        fix = "run 'fleetgen init DIR' to start one, or give the folder with -C"
        raise InputError(problem("E1202", f"there is no {CONFIG} here or in any folder above", fix=fix, place=Place(str(start))))

    @property
    def output(self) -> Path:
        """The rendered tree."""
        return self.root / OUTPUT

    def read(self) -> Inputs:
        """All input files. Raises InputError with every file that cannot be read (E0106, E0107)."""
        problems: list[Finding] = []
        inventory = read_tree(self.root, INVENTORY_FOLDERS, problems, suffixes=(".yaml", ".yml"))
        own = read_tree(self.root, library.FOLDERS, problems)
        texts = own
        if self.config.library == "builtin":
            texts = library.overlay(read_tree(library.builtin_root(), library.FOLDERS, problems), own)
        if problems:
            raise InputError(problems)
        return Inputs(inventory, texts, self.config_text)

    @property
    def schema_paths(self) -> tuple[str, ...]:
        """The entries of `schemas`, as paths."""
        return tuple(posixpath.normpath(entry) for entry in self.config.schemas)

    def read_schemas(self) -> dict[str, str]:
        """The YAML files that `schemas` names. Raises InputError with every entry and file that cannot be read."""
        problems: list[Finding] = []
        files: dict[str, str] = {}
        for entry, name in zip(self.config.schemas, self.schema_paths, strict=True):
            path = self.root.resolve() / name
            if path.resolve() != path or not path.is_relative_to(self.root.resolve()):
                fix = "name a folder or file of this repository"
                fact = f"'{entry}' leaves the repository, or is a symbolic link"
                problems.append(problem("E0107", fact, fix=fix, place=self.entry_place(entry)))
            elif path.is_dir():
                files |= read_tree(self.root, (name,), problems, suffixes=(".yaml", ".yml"))
            elif path.is_file():
                read_file(path, name, files, problems)
            else:
                fix = "name a folder or file with CustomResourceDefinitions, from the root of the repository"
                problems.append(problem("E0607", f"'{entry}' does not exist", fix=fix, place=self.entry_place(entry)))
        if problems:
            raise InputError(problems)
        return files

    def entry_place(self, entry: str) -> Place:
        """The line of fleetgen.toml that names an entry of `schemas`."""
        lines = self.config_text.splitlines()
        return Place(CONFIG, next((n for n, line in enumerate(lines, 1) if f'"{entry}"' in line or f"'{entry}'" in line), 0))


def digest_of(*trees: Mapping[str, str], first: str = "") -> str:
    """sha256 over paths and contents, in path order."""
    digest = hashlib.sha256(first.encode())
    for files in trees:
        for path in sorted(files):
            digest.update(f"{len(path)} {path} {len(files[path])} ".encode())
            digest.update(files[path].encode())
    return digest.hexdigest()


def checkout_prefix(folder: Path) -> str:
    """The way from the top of the git checkout that `folder` lies in to the folder; empty at the top and outside of any."""
    folder = folder.resolve()
    top = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)
    inner = folder.relative_to(top).as_posix()
    return "" if inner == "." else inner


def _config(text: str) -> Config:
    try:
        data = cast("dict[str, Json]", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(problem("E1202", f"is not valid TOML: {error}", fix="correct the line", place=Place(CONFIG))) from error
    found = Validator(_SCHEMA).findings(from_plain(data, Origin(CONFIG, Place(CONFIG))), code="E1202")
    if found:
        raise InputError(found)
    required = str(data.get("required-version", ""))
    if required and required != __version__:
        fix = f"install fleetgen {required}, or read the changelog and change required-version"
        raise InputError(
            problem("E1203", f"this repository requires fleetgen {required}; this is {__version__}", fix=fix, place=Place(CONFIG))
        )
    guards = cast("dict[str, float]", data.get("guards", {}))
    return Config(
        library=str(data.get("library", ".")),
        tools=cast("dict[str, str]", data.get("tools", {})),
        guards=Guards(
            max_removed_units=int(guards.get("max-removed-units", 2)),
            max_removed_clusters_percent=float(guards.get("max-removed-clusters-percent", 5.0)),
        ),
        schemas=tuple(cast("list[str]", data.get("schemas", []))),
        as_of=str(data.get("as-of", "")),
    )
