"""The documents and components of a repository by themselves, and the schemas that they follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fleetgen import library
from fleetgen.errors import InputError, problem
from fleetgen.importing.mapping import mapping_schema
from fleetgen.inputs.files import read_tree
from fleetgen.inputs.repository import INVENTORY_FOLDERS, Repository
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.inventory import INPUT_KINDS, SPECS
from fleetgen.model.plain import JsonObject
from fleetgen.schemas.derive import kind_schema
from fleetgen.stages.load import components as component_files
from fleetgen.stages.load import documents as document_files
from fleetgen.stages.load.component_schema import component_schema, releases_schema
from fleetgen.stages.load.documents import Document
from fleetgen.words import suggest

# kinds that are no part of an inventory
_SCHEMAS: Final[Mapping[str, Callable[[], JsonObject]]] = {
    "ImportMapping": mapping_schema,
    "Component": component_schema,
    "ComponentReleases": releases_schema,
}


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
    files = {path: text for path, text in texts.items() if path.startswith(library.COMPONENTS)}
    found = component_files.read(files, problems)
    if problems:
        raise InputError(problems)
    return found


def schema_kinds() -> tuple[str, ...]:
    """All kinds that have a schema."""
    return (*SPECS, *INPUT_KINDS, *_SCHEMAS)


def document_schema(components: Mapping[str, Component], kind: str) -> JsonObject:
    """The schema of a kind; the spec of an input kind is what its component expects. Raises InputError E1201."""
    if kind not in schema_kinds():
        raise InputError(problem("E1201", f"there is no kind '{kind}'", fix=suggest(kind, schema_kinds())))
    if kind in _SCHEMAS:
        return _SCHEMAS[kind]()
    schema = kind_schema(kind)
    properties = schema["properties"]
    for component in components.values():
        for key, taken in component.inputs.items():
            if taken == kind and isinstance(properties, dict):
                return {**schema, "properties": {**properties, "spec": component.input_schema(key)}}
    return schema


def settings_schema(components: Mapping[str, Component], name: str) -> JsonObject:
    """The schema of a component's settings. Raises InputError E1201."""
    if name not in components:
        raise InputError(problem("E1201", f"there is no component '{name}'", fix=suggest(name, components)))
    head: JsonObject = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{name}: values"}
    return head | components[name].settings
