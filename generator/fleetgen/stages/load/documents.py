"""Documents: parsed, of a known kind, valid against the schema of that kind, unique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.model import inventory
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of, value_at
from fleetgen.model.settings import Node, Scalar, Table, as_written, at, empty, key_place, nearest_place
from fleetgen.schemas.kinds import validator_of_kind
from fleetgen.words import suggest
from fleetgen.yamlfile import parse

KINDS: Final = (*inventory.SPECS, *inventory.INPUT_KINDS)
# trees are asked for by those who explain a mistake or merge settings, and then several times
_TREES: Final = 128


@dataclass(frozen=True, slots=True)
class Written:
    """What one document of a file says, without the path of the file. `data` keeps nulls, because they remove in a merge."""

    line: int
    column: int
    data: JsonObject

    def as_json(self) -> Json:
        return [self.line, self.column, self.data]

    @classmethod
    def from_json(cls, value: Json) -> Written:
        """The reverse of `as_json`."""
        line, column, data = cast("tuple[int, int, JsonObject]", value)
        return cls(line, column, data)


@dataclass(frozen=True, slots=True)
class Source:
    """The document at a position of a file; its tree is parsed when somebody needs places."""

    text: str
    path: str
    position: int

    def __call__(self) -> Table:
        """The document with the places of all its values."""
        return cast("Table", _trees(self.text, self.path)[self.position])


_trees = lru_cache(maxsize=_TREES)(parse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of the inventory: its data as it was written, nulls included.

    `spec` is empty if the document is broken there; `environment` is the value of `spec.environment`, or nothing.
    """

    kind: str
    name: str
    place: Place
    data: JsonObject
    spec: JsonObject
    environment: str
    source: Source

    @property
    def tree(self) -> Table:
        """The document with the places of all its values."""
        return self.source()

    @property
    def spec_tree(self) -> Table:
        """The `spec` mapping with its places (an empty one if the document is broken there)."""
        tree = self.tree
        node = tree.entries.get("spec")
        return node if isinstance(node, Table) else empty(tree.origin)

    @property
    def labels(self) -> Mapping[str, str]:
        """`metadata.labels`."""
        labels = mapping_of(value_at(self.data, ("metadata", "labels")))
        return {key: str(value) for key, value in labels.items() if value is not None}

    def text(self, key: str) -> str:
        """The value of `spec.<key>` if it is text, else nothing."""
        return _text(self.spec, key)


def read(files: Mapping[str, str], problems: list[Finding]) -> tuple[Document, ...]:
    """The documents of all files that can be used; everything else is appended to `problems`."""
    return usable(files, {path: written(path, files[path], problems) for path in sorted(files)}, problems)


def written(path: str, text: str, problems: list[Finding]) -> tuple[Written, ...]:
    """What a file says, if anything in it can be used; what is wrong with it is appended to `problems`."""
    try:
        trees = parse(text, path)
    except InputError as error:
        problems.extend(error.findings)
        return ()
    if not trees:
        fix = "write the document, or delete the file; a cluster that is gone says lifecycle: retired first"
        problems.append(problem("E0207", "the file has no document", fix=fix, place=Place(path)))
    for tree in trees:
        problems.extend(_findings(tree))
    return tuple(Written(tree.origin.place.line, tree.origin.place.column, mapping_of(as_written(tree))) for tree in trees)


def usable(files: Mapping[str, str], said: Mapping[str, Sequence[Written]], problems: list[Finding]) -> tuple[Document, ...]:
    """The documents of files that can be used, of which `said` holds what `written` returns: each named, of a known kind."""
    documents = [
        document
        for path in sorted(said)
        for position, one in enumerate(said[path])
        if (document := _document(one, Source(files[path], path, position)))
    ]
    problems.extend(_duplicates(documents))
    problems.extend(_misplaced(documents))
    return tuple(documents)


def _document(one: Written, source: Source) -> Document | None:
    kind = _text(one.data, "kind")
    name = _text(mapping_of(one.data.get("metadata")), "name")
    if kind not in KINDS or not name:
        return None
    spec = mapping_of(one.data.get("spec"))
    place = Place(source.path, one.line, one.column)
    environment = _text(spec, "environment")
    return Document(kind=kind, name=name, place=place, data=one.data, spec=spec, environment=environment, source=source)


def _findings(tree: Node) -> list[Finding]:
    if not isinstance(tree, Table):
        place = tree.origin.place
        fix = "start it with apiVersion, kind, metadata and spec"
        return [problem("E0203", "the document is not a mapping", fix=fix, place=place)]
    node = tree.entries.get("kind")
    kind = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    if kind not in KINDS:
        message = f"the kind '{kind}' is not known here" if kind else "the document has no kind"
        return [problem("E0201", message, fix=suggest(kind, KINDS), place=nearest_place(tree, ("kind",)))]
    return validator_of_kind(kind).findings(tree) + _null_components(tree)


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


def _text(data: JsonObject, key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def texts(document: Document, path: tuple[str, ...]) -> list[str]:
    """The texts of the list at `path` of the document; nothing where there is none."""
    return [str(value) for value in list_of(value_at(document.data, path))]


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
