"""Starting a fleet repository and adding documents to it: what is written, and writing it all or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fleetgen import library
from fleetgen.errors import InputError, problem
from fleetgen.importing.mapping import mapping_schema
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.inventory import INPUT_KINDS, SPECS
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.pipeline.repository import INVENTORY_FOLDERS, Repository, read_tree
from fleetgen.schemas.derive import kind_schema
from fleetgen.schemas.validate import suggest
from fleetgen.stages.load import components as component_files
from fleetgen.stages.load import documents as document_files
from fleetgen.stages.load.documents import Document


def place_files(root: Path, files: Mapping[str, str], *, replace: bool = False) -> None:
    """Write all `files` (path below `root` -> text) or none. Without `replace` an existing file is refused with E1204.

    Everything is written beside its place first; only renames follow, and a failed one takes back those before it.
    """
    clashes = [path for path in files if (root / path).exists() or (root / path).is_symlink()]
    if clashes and not replace:
        fix = "choose another name or folder, or move it away"
        raise InputError([problem("E1204", "exists already", fix=fix, place=Place(path)) for path in clashes])
    existing = next(folder for folder in (root, *root.parents) if folder.is_dir())
    made: list[Path] = []
    done: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(prefix=".fleetgen-", dir=existing) as staging:
            for number, text in enumerate(files.values()):
                Path(staging, str(number)).write_text(text, encoding="utf-8", newline="\n")
            for number, path in enumerate(files):
                target = root / path
                _make_folders(target.parent, made)
                if replace:
                    Path(staging, str(number)).replace(target)
                else:
                    os.link(Path(staging, str(number)), target)  # unlike a rename it never replaces
                    done.append(target)
    except OSError as error:
        for target in done:
            target.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        where = Place(str(root))
        raise InputError(
            problem("E0106", f"cannot be written: {error.strerror}", fix="check its permissions", place=where)
        ) from error


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        made.append(parent)


def shown_path(root: Path, path: Path) -> str:
    """A path as messages name it: from the repository's root where it lies below it."""
    absolute = path.absolute().resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(path)


def documents_of(repo: Repository) -> tuple[Document, ...]:
    """The documents that can be read; what is wrong with others is no matter of a new one."""
    problems: list[Finding] = []
    return document_files.read(read_tree(repo.root, INVENTORY_FOLDERS, problems, suffixes=(".yaml", ".yml")), problems)


def names_of(repo: Repository, kind: str, *, without: str = "") -> set[str]:
    """The names of all documents of a kind, apart from those in the file `without`."""
    return {d.name for d in documents_of(repo) if d.kind == kind and d.place.path != without}


def library_components(repo: Repository | None) -> dict[str, Component]:
    """The components of a repository, or the builtin ones. Raises InputError E0506."""
    problems: list[Finding] = []
    own = read_tree(repo.root, library.FOLDERS, problems) if repo else {}
    builtin = repo is None or repo.config.library == "builtin"
    texts = library.overlay(read_tree(library.builtin_root(), library.FOLDERS, problems), own) if builtin else own
    files = {path: text for path, text in texts.items() if path.startswith("templates/")}
    found = component_files.read(files, problems)
    if problems:
        raise InputError(problems)
    return found


def schema_kinds() -> tuple[str, ...]:
    """All kinds that have a schema."""
    return (*SPECS, *INPUT_KINDS, "ImportMapping")


def document_schema(components: Mapping[str, Component], kind: str) -> JsonObject:
    """The schema of a kind; the spec of an input kind is what its component expects. Raises InputError E1201."""
    if kind not in schema_kinds():
        raise InputError(problem("E1201", f"there is no kind '{kind}'", fix=suggest(kind, schema_kinds())))
    if kind == "ImportMapping":
        return mapping_schema()
    schema = kind_schema(kind)
    properties = schema["properties"]
    for component in components.values():
        for key, taken in component.inputs.items():
            if taken == kind and isinstance(properties, dict):
                return {**schema, "properties": {**properties, "spec": component.input_schema(key)}}
    return schema


def component_schema(components: Mapping[str, Component], name: str) -> JsonObject:
    """The schema of a component's settings. Raises InputError E1201."""
    if name not in components:
        raise InputError(problem("E1201", f"there is no component '{name}'", fix=suggest(name, components)))
    head: JsonObject = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{name}: values"}
    return head | components[name].settings
