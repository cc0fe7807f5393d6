"""From rows and a mapping to Cluster documents: every row becomes one, or a problem that names its row and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from fleetgen import API_VERSION
from fleetgen.errors import InputError, problem
from fleetgen.importing import csvfile
from fleetgen.importing.csvfile import CsvRow
from fleetgen.importing.mapping import ColumnSource, ImportMapping, Tags, check_columns, target_schema
from fleetgen.importing.mapping import read as read_mapping
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Origin, Table, from_plain, plain
from fleetgen.schemas.kinds import validator_of_kind
from fleetgen.words import suggest
from fleetgen.yamlfile import dump_all

CODE: Final = "E1002"
TAG_LABEL: Final = "tag.fleetgen.io/"
_LAYER: Final = "import"
_STRING: Final[JsonObject] = {"type": "string"}
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The documents, sorted by name, and the mapping and table that they were made of. `problems` holds warnings only."""

    documents: tuple[JsonObject, ...]
    problems: tuple[Finding, ...]
    mapping: str
    table: str


def import_clusters(csv_text: str, csv_path: str, mapping_tree: Node, names_taken: Collection[str] = ()) -> Imported:
    """Return a Cluster document for every row of the table.

    `names_taken` are the clusters that exist elsewhere. Raises InputError with every problem of the mapping, or, if that is
    sound, with every problem of the table.
    """
    mapping = read_mapping(mapping_tree)
    problems: list[Finding] = []
    sheet = csvfile.read(csv_text, csv_path, mapping.delimiter, problems)
    if sheet.header:
        problems.extend(check_columns(mapping, sheet.header, csv_path))
    if any(finding.code == "E1001" for finding in problems) or not sheet.header:
        raise InputError(problems)
    if not sheet.rows and not problems:
        problems.append(
            problem(CODE, "the table has no rows", fix="add one line per site below the header", place=Place(csv_path))
        )
    documents, of_rows = _documents(sheet.rows, mapping, names_taken)
    problems.extend(of_rows)
    if problems:
        raise InputError(problems)
    return Imported(documents=documents, problems=(), mapping=mapping.place.path, table=csv_path)


def render_documents(imported: Imported) -> str:
    """The documents as one YAML file that says where it came from; the same input gives the same bytes."""
    table = imported.table.replace("\\", "/").rpartition("/")[2]
    header = f"# Imported from {table} with {imported.mapping}. Change the table or the mapping and import again.\n"
    return header + dump_all(imported.documents)


def dns_label(text: str) -> str:
    """`text` as a DNS label: lower case, other characters than letters and digits one dash, at most 63 characters; or nothing."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].rstrip("-")


def drawn(name: str, weights: Iterable[tuple[str, int]]) -> str:
    """The choice for `name`: its SHA-256 as a number, modulo the sum of the weights, counted along the choices in order."""
    choices = tuple(weights)
    rest = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % sum(weight for _, weight in choices)
    for choice, weight in choices:
        if rest < weight:
            return choice
        rest -= weight
    raise AssertionError(name)  # the rest is below the sum


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """A row on its way to a document; what is wrong with it collects in `problems`."""

    row: CsvRow
    name: str
    problems: list[Finding]

    def report(self, column: str, message: str, fix: str, code: str = CODE) -> None:
        """Add a problem at the row's cell of the column."""
        self.problems.append(problem(code, message, fix=fix, place=self.row.place(column)))


@dataclass(frozen=True, slots=True)
class _ClusterDocument:
    """A Cluster document and the row that it was made of."""

    row: CsvRow
    data: JsonObject


def _documents(
    rows: Iterable[CsvRow], mapping: ImportMapping, names_taken: Collection[str]
) -> tuple[tuple[JsonObject, ...], list[Finding]]:
    by_name: dict[str, _ClusterDocument] = {}
    problems: dict[Finding, None] = {}  # a wrong constant would be reported once a row
    for row in rows:
        making = _Making(row=row, name=dns_label(row.cell(mapping.name_column)), problems=[])
        _check_name(making, mapping.name_column, by_name, names_taken)
        tree = _cluster(making, mapping)
        if making.name:
            by_name.setdefault(making.name, _ClusterDocument(row, cast("JsonObject", plain(tree))))
        problems.update(dict.fromkeys(making.problems))
    return tuple(document.data for _, document in sorted(by_name.items())), list(problems)


def _check_name(making: _Making, column: str, by_name: Mapping[str, _ClusterDocument], names_taken: Collection[str]) -> None:
    row, name, text = making.row, making.name, making.row.cell(column)
    if not name:
        message = f"'{text}' does not make a name" if text else f"the cell '{column}' is empty, so the row has no name"
        making.report(column, message, "a name needs a letter (a to z) or a digit")
    elif name in by_name:
        first = by_name[name].row
        message = f"row {row.line} ('{text}') and row {first.line} ('{first.cell(column)}') both become '{name}'"
        making.report(column, message, "make the names differ in letters and digits within 63 characters", "E1003")
    elif name in names_taken:
        message = f"'{text}' becomes '{name}', and the fleet has a cluster of this name"
        making.report(column, message, "rename one of the two", "E1003")


def _cluster(making: _Making, mapping: ImportMapping) -> Table:
    """The document as a tree in which every value stands at its cell (or at the mapping's line), so that checks point there."""
    origin = Origin(_LAYER, making.row.place())
    labels = {key: node for key, source in mapping.labels.items() if (node := _value(making, key, source, _STRING))}
    spec = _with_fields(making, Table({}, origin), mapping.fields)
    if mapping.tags:
        spec = _with_tags(making, spec, labels, mapping.tags)
    metadata: dict[str, Node] = {"name": from_plain(making.name, Origin(_LAYER, making.row.place(mapping.name_column)))}
    if labels:
        metadata["labels"] = Table(dict(sorted(labels.items())), origin)
    head: dict[str, Node] = {"apiVersion": from_plain(API_VERSION, origin), "kind": from_plain("Cluster", origin)}
    tree = Table({**head, "metadata": Table(metadata, origin), "spec": spec}, origin)
    if not making.problems:  # what is missing because a cell is bad is no second mistake
        making.problems.extend(validator_of_kind("Cluster").findings(tree, code=CODE))
    return tree


def _with_fields(making: _Making, spec: Table, fields: Mapping[str, ColumnSource]) -> Table:
    for target, source in fields.items():
        schema, _ = target_schema(target)
        value = _value(making, f"spec.{target}", source, schema or _STRING)
        spec = _put(spec, target, value, Origin(_LAYER, making.row.place()))
    return spec


def _with_tags(making: _Making, spec: Table, labels: dict[str, Node], tags: Tags) -> Table:
    for name in _tags(making, tags):
        tag = tags.known.get(name)
        if tag is None:
            labels[TAG_LABEL + dns_label(name)] = from_plain("present", Origin(_LAYER, making.row.place(tags.column)))
            continue
        origin = Origin(_LAYER, tag.place)
        labels.update({key: from_plain(value, origin) for key, value in tag.labels.items()})
        spec = _with_fields(making, spec, tag.fields)
        if tag.hold is not None:
            spec = _put(spec, "hold", from_plain(dict(tag.hold), origin), origin)
    return spec


def _tags(making: _Making, tags: Tags) -> Iterator[str]:
    """The tags of a row that do something, in the mapping's order: what a later one sets wins, however the cell is ordered."""
    cell = making.row.cell(tags.column)
    written = list(dict.fromkeys(part for text in cell.split(tags.split) if (part := text.strip())))
    yield from (tag for tag in tags.known if tag in written)
    for tag in written:
        if tag in tags.known or tag in tags.ignored or tags.unknown == "ignore":
            continue
        if tags.unknown == "label" and dns_label(tag):
            yield tag
            continue
        fix = f"add it to spec.tags.known or spec.tags.ignore of the mapping; {suggest(tag, tags.known)}"
        making.report(tags.column, f"the mapping has no tag '{tag}'", fix)


def _value(making: _Making, shown: str, source: ColumnSource, schema: JsonObject) -> Node | None:
    """The value of a source for this row; None leaves the field out."""
    fixed = Origin(_LAYER, source.place)
    if source.draw:
        return from_plain(drawn(making.name, source.draw), fixed)
    if not source.column:
        return from_plain(source.constant, fixed)
    text = making.row.cell(source.column)
    if not text:
        default: Json = [source.default] if source.split and source.default is not None else source.default
        return None if default is None else from_plain(default, fixed)
    origin = Origin(_LAYER, making.row.place(source.column))
    if not source.split:
        return from_plain(_translated(making, text, shown, source, schema), origin)
    item = cast("JsonObject", schema.get("items", _STRING))
    parts = [part.strip() for part in text.split(source.split)]
    if "" in parts:
        making.report(source.column, f"the list '{text}' for {shown} has an empty part", f"remove the extra '{source.split}'")
    return from_plain([_translated(making, part, shown, source, item) for part in parts if part], origin)


def _translated(making: _Making, text: str, shown: str, source: ColumnSource, schema: JsonObject) -> Json:
    if source.values is None:
        return _typed(text, str(schema.get("type", "string")))
    if text in source.values:
        return source.values[text]
    if source.default is None:
        fix = f"add it to values in {source.place}, or give a default; {suggest(text, source.values)}"
        making.report(source.column, f"'{text}' in column '{source.column}' has no value for {shown}", fix)
    return source.default


def _typed(text: str, kind: str) -> Json:
    """A cell as the type that the field has; a text that does not fit stays text and is refused by the schema."""
    if kind == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind in {"integer", "number"} and _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    return text


def _put(tree: Table, target: str, value: Node | None, origin: Origin) -> Table:
    """`tree` with `value` at the dotted path; the order in which fields are first set stays."""
    if value is None:
        return tree
    head, _, rest = target.partition(".")
    if not rest:
        return Table({**tree.entries, head: value}, tree.origin, {**tree.key_places, head: value.origin.place})
    below = tree.entries.get(head)
    inner = _put(below if isinstance(below, Table) else Table({}, origin), rest, value, origin)
    return Table({**tree.entries, head: inner}, tree.origin, {**tree.key_places, head: inner.origin.place})
