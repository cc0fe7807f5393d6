"""Documents: parsed, of a known kind, valid against the schema of that kind, unique."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model import inventory
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.settings import Node, Scalar, Table, at, key_place, nearest_place, plain
from fleetgen.schemas.validate import suggest, validator_of_kind
from fleetgen.yamlfile import parse

KINDS: Final = (*inventory.SPECS, *inventory.INPUT_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of the inventory. `environment` is set where `spec.environment` is given."""

    kind: str
    name: str
    tree: Table
    place: Place

    @property
    def spec(self) -> Table:
        """The `spec` mapping (an empty one if the document is broken there)."""
        node = self.tree.entries.get("spec")
        return node if isinstance(node, Table) else Table({}, self.tree.origin)

    @property
    def environment(self) -> str:
        """The value of `spec.environment`, or nothing."""
        node = self.spec.entries.get("environment")
        return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""

    @property
    def labels(self) -> Mapping[str, str]:
        """`metadata.labels`."""
        node = at(self.tree, ("metadata", "labels"))
        labels = plain(node) if node else {}
        return {key: str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def read(files: Mapping[str, str], problems: list[Finding]) -> tuple[Document, ...]:
    """The documents of all files that can be used; everything else is appended to `problems`."""
    documents: list[Document] = []
    for path in sorted(files):
        try:
            trees = parse(files[path], path)
        except InputError as error:
            problems.extend(error.findings)
            continue
        for tree in trees:
            document, found = _document(tree)
            problems.extend(found)
            if document:
                documents.append(document)
    problems.extend(_duplicates(documents))
    problems.extend(_misplaced(documents))
    return tuple(documents)


def _document(tree: Node) -> tuple[Document | None, list[Finding]]:
    place = tree.origin.place
    if not isinstance(tree, Table):
        return None, [
            problem(
                "E0203", "the document is not a mapping", fix="start it with apiVersion, kind, metadata and spec", place=place
            )
        ]
    kind = _text(tree, "kind")
    if kind not in KINDS:
        message = f"the kind '{kind}' is not known here" if kind else "the document has no kind"
        return None, [problem("E0201", message, fix=suggest(kind, KINDS), place=nearest_place(tree, ("kind",)))]
    found = validator_of_kind(kind).findings(tree) + _null_components(tree)
    metadata = tree.entries.get("metadata")
    name = _text(metadata, "name") if isinstance(metadata, Table) else ""
    return (Document(kind=kind, name=name, tree=tree, place=place) if name else None), found


def _null_components(tree: Table) -> list[Finding]:
    components = at(tree, ("spec", "components"))
    if not isinstance(components, Table):
        return []
    return [
        problem(
            "E0203",
            f"components.{name} is empty",
            fix=f"write '{name}: {{}}' or remove the line",
            place=key_place(components, (name,)),
        )
        for name, value in components.entries.items()
        if isinstance(value, Scalar) and value.value is None
    ]


def _text(table: Table, key: str) -> str:
    node = table.entries.get(key)
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def texts(document: Document, path: tuple[str, ...]) -> list[str]:
    """The texts of the list at `path` of the document; nothing where there is none."""
    node = at(document.tree, path)
    values = plain(node) if node else []
    return [str(value) for value in values] if isinstance(values, list) else []


def _duplicates(documents: list[Document]) -> list[Finding]:
    first: dict[tuple[str, str, str], Document] = {}
    found = []
    for document in documents:
        scope = document.environment if document.kind in {"Ring", "Region", "HardwareProfile"} else ""
        other = first.setdefault((document.kind, document.name, scope), document)
        if other is not document:
            found.append(
                problem(
                    "E0205",
                    f"{document.kind} '{document.name}' is defined twice; the first is {other.place}",
                    fix="keep one",
                    place=document.place,
                )
            )
    defaults = [d for d in documents if d.kind == "Defaults"]
    found += [
        problem(
            "E0205", f"there can be one Defaults document; the first is {defaults[0].place}", fix="merge the two", place=d.place
        )
        for d in defaults[1:]
    ]
    return found


def _misplaced(documents: list[Document]) -> list[Finding]:
    """A document below environments/<env>/ belongs to that environment."""
    found = []
    for document in documents:
        parts = document.place.path.split("/")
        if parts[0] != "environments" or len(parts) < 3:
            continue
        claimed = document.name if document.kind == "Environment" else document.environment
        if document.kind in {"Environment", "Ring", "Region", "HardwareProfile"} and claimed != parts[1]:
            said = f"belongs to environment '{claimed}'" if claimed else "belongs to no environment"
            message = f"{document.kind} '{document.name}' lies in environments/{parts[1]}/ but {said}"
            found.append(
                problem("E0206", message, fix=f"set spec.environment: {parts[1]}, or move the file", place=document.place)
            )
    return found
