"""The ImportMapping document: what each field of a cluster is made of. Checked strictly, against itself and against the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

from fleetgen import API_VERSION
from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.inventory import ClusterSpec, Hold
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Table, at, key_place, plain
from fleetgen.schemas.derive import schema_of
from fleetgen.schemas.validate import Validator
from fleetgen.words import listed, suggest

CODE: Final = "E1001"
_ORIGINS: Final = ("column", "constant", "draw")
_COLUMN_OPTIONS: Final = ("split", "values", "default")
_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1}
_SCALAR: Final[JsonObject] = {"type": ["string", "integer", "number", "boolean"]}
_HOLD: Final = schema_of(Hold)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSource:
    """Where a value comes from: exactly one of `column`, `constant` and `draw`.

    `values` translates each text of a column (each part, after `split`); what it does not list becomes `default`, or is an error
    without one. `draw` maps choices to weights, in the order in which they are written.
    """

    place: Place
    column: str = ""
    constant: Json = None
    draw: tuple[tuple[str, int], ...] = ()
    split: str = ""
    values: Mapping[str, Json] | None = None
    default: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What a tag does: adds labels, sets fields (over what `fields` says), puts the cluster on hold."""

    place: Place
    labels: Mapping[str, str]
    fields: Mapping[str, ColumnSource]
    hold: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The column of tags. `unknown` is what happens to a tag neither in `known` nor in `ignored`: error, ignore or label."""

    column: str
    split: str
    known: Mapping[str, Tag]
    ignored: tuple[str, ...]
    unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """The whole mapping; `fields` are dotted paths below `spec` of a Cluster."""

    name: str
    place: Place
    delimiter: str
    name_column: str
    labels: Mapping[str, ColumnSource]
    fields: Mapping[str, ColumnSource]
    tags: Tags | None
    ignored_columns: tuple[str, ...]


def _strict(needed: Sequence[str], **properties: Json) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "required": [*needed], "properties": properties}


def _map_of(schema: JsonObject, doc: str) -> JsonObject:
    return {"type": "object", "additionalProperties": schema, "description": doc}


@cache
def mapping_schema() -> JsonObject:
    """The JSON Schema of an ImportMapping document."""
    source = _strict(
        (),
        column={**_TEXT, "description": "Column that contains the value; an empty cell omits the field."},
        constant={"description": "The same value for every row."},
        draw=_map_of(
            {"type": "integer", "minimum": 1}, "Choices and their weights; the SHA-256 of the cluster's name selects one."
        ),
        split={**_TEXT, "description": "Separator of a list in one cell."},
        values=_map_of(_SCALAR, "Text in the table -> value. Other texts are errors unless there is a default."),
        default={**_SCALAR, "description": "Value for empty cells and for texts that `values` does not list."},
    )
    labels = _map_of({"type": "string"}, "Labels that the tag adds.")
    fields = _map_of(source, "Dotted path of a field below spec -> source.")
    tag = _strict((), labels=labels, set=fields, hold={**_HOLD, "description": "Puts the cluster on hold."})
    tags = _strict(
        ("column", "split"),
        column={**_TEXT, "description": "Column with the tags."},
        split={**_TEXT, "description": "Separator of the tags."},
        known=_map_of(tag, "Tag -> what it does."),
        ignore={"type": "array", "items": _TEXT, "description": "Tags that have no effect."},
        unknown={
            "enum": ["error", "ignore", "label"],
            "description": "What other tags do; label adds `tag.fleetgen.io/<tag>: present`.",
        },
    )
    spec = _strict(
        ("name", "fields"),
        delimiter={
            "type": "string",
            "minLength": 1,
            "maxLength": 1,
            "description": "Separator of the cells; a comma by default.",
        },
        name=_strict(("column",), column={**_TEXT, "description": "Column that the cluster's name comes from."}),
        labels=_map_of(source, "Label -> source."),
        fields=fields,
        tags=tags,
        ignoreColumns={"type": "array", "items": _TEXT, "description": "Columns that are not used."},
    )
    metadata = _strict(("name",), name=_TEXT)
    document = _strict(
        ("apiVersion", "kind", "metadata", "spec"),
        apiVersion={"const": API_VERSION},
        kind={"const": "ImportMapping"},
        metadata=metadata,
        spec=spec,
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ImportMapping", **document}


def read(tree: Node) -> ImportMapping:
    """The mapping of a parsed document. Raises InputError (E1001) with everything that is wrong in it."""
    broken = Validator(mapping_schema()).findings(tree, code=CODE)
    if broken:
        raise InputError(broken)
    spec = cast("Table", at(tree, ("spec",)))
    problems = [finding for path in _source_paths(spec) for finding in _source_problems(spec, path)]
    if problems:
        raise InputError(problems)
    data = cast("JsonObject", plain(spec))
    return ImportMapping(
        name=str(plain(cast("Node", at(tree, ("metadata", "name"))))),
        place=tree.origin.place,
        delimiter=str(data.get("delimiter", ",")),
        name_column=str(cast("JsonObject", data["name"])["column"]),
        labels=_sources(spec, ("labels",)),
        fields=_sources(spec, ("fields",)),
        tags=_tags(spec) if "tags" in data else None,
        ignored_columns=tuple(cast("list[str]", data.get("ignoreColumns", []))),
    )


def _source_paths(spec: Table) -> Iterator[tuple[str, ...]]:
    """The paths of all sources of the document."""
    folders = [("labels",), ("fields",), *(("tags", "known", tag, "set") for tag in _keys(spec, ("tags", "known")))]
    for folder in folders:
        yield from ((*folder, key) for key in _keys(spec, folder))


def _keys(spec: Table, path: tuple[str, ...]) -> Iterable[str]:
    node = at(spec, path)
    return node.entries if isinstance(node, Table) else ()


def _source_problems(spec: Table, path: tuple[str, ...]) -> Iterator[Finding]:
    place = key_place(spec, path)
    name = path[-1]
    data = cast("JsonObject", plain(cast("Node", at(spec, path))))
    given = [key for key in _ORIGINS if key in data]
    if len(given) != 1:
        message = f"'{name}' has {listed(given) or 'no source'}"
        yield problem(CODE, message, fix="give exactly one of column, constant and draw", place=place)
    elif given != ["column"]:
        for option in _COLUMN_OPTIONS:
            if option in data:
                message = f"'{name}' has {option}, which needs a column"
                yield problem(CODE, message, fix=f"remove {option}", place=key_place(spec, (*path, option)))
    if given == ["draw"] and not data["draw"]:
        yield problem(CODE, f"'{name}' has no choices to draw from", fix="list choices with their weights", place=place)
    if path[0] != "labels":
        yield from _target_problems(name, data, place)


def _target_problems(name: str, data: JsonObject, place: Place) -> Iterator[Finding]:
    """A field must exist in a Cluster, and a cell must be able to hold it."""
    schema, fields = target_schema(name)
    if schema is None:
        yield problem(CODE, f"a cluster has no field 'spec.{name}'", fix=suggest(name.rpartition(".")[2], fields), place=place)
        return
    kind = schema.get("type")
    if "constant" in data:
        return  # checked with the clusters that are made of it
    if kind == "array" and "split" not in data:
        yield problem(CODE, f"'spec.{name}' is a list; a cell is one text", fix='give the separator: split: ","', place=place)
    elif kind != "array" and "split" in data:
        yield problem(CODE, f"'spec.{name}' is not a list", fix="remove split", place=place)
    elif kind == "object" or (kind == "array" and cast("JsonObject", schema["items"]).get("type") == "object"):
        yield problem(
            CODE,
            f"'spec.{name}' is a mapping; a cell is one text",
            fix="set the fields below it, or use constant",
            place=place,
        )


def target_schema(name: str) -> tuple[JsonObject | None, tuple[str, ...]]:
    """The schema of a dotted field below spec, and the names that were possible where it failed."""
    schema: Json = _cluster_schema()
    for step in name.split("."):
        fields = cast("JsonObject", schema).get("properties", cast("JsonObject", {}))
        extra = cast("JsonObject", schema).get("additionalProperties")
        below = cast("JsonObject", fields).get(step) or (extra if isinstance(extra, dict) else None)
        if below is None:
            return None, tuple(cast("JsonObject", fields))
        schema = below
    return cast("JsonObject", schema), ()


@cache
def _cluster_schema() -> JsonObject:
    return schema_of(ClusterSpec)


def _sources(spec: Table, path: tuple[str, ...]) -> dict[str, ColumnSource]:
    return {key: _source(spec, (*path, key)) for key in _keys(spec, path)}


def _source(spec: Table, path: tuple[str, ...]) -> ColumnSource:
    data = cast("JsonObject", plain(cast("Node", at(spec, path))))
    return ColumnSource(
        place=key_place(spec, path),
        column=str(data.get("column", "")),
        constant=data.get("constant"),
        draw=tuple(cast("dict[str, int]", data.get("draw", {})).items()),
        split=str(data.get("split", "")),
        values=cast("JsonObject | None", data.get("values")),
        default=data.get("default"),
    )


def _tags(spec: Table) -> Tags:
    data = cast("JsonObject", plain(cast("Node", at(spec, ("tags",)))))
    by_name = {}
    for name, tag in cast("dict[str, JsonObject]", data.get("known", {})).items():
        path = ("tags", "known", name)
        by_name[name] = Tag(
            place=key_place(spec, path),
            labels=cast("dict[str, str]", tag.get("labels", {})),
            fields=_sources(spec, (*path, "set")),
            hold=cast("JsonObject | None", tag.get("hold")),
        )
    return Tags(
        column=str(data["column"]),
        split=str(data["split"]),
        known=by_name,
        ignored=tuple(cast("list[str]", data.get("ignore", []))),
        unknown=str(data.get("unknown", "error")),
    )


def check_columns(mapping: ImportMapping, header: Sequence[str], csv_path: str) -> Iterator[Finding]:
    """Every column that the mapping names exists, and every column of the table is used or ignored on purpose."""
    used = {mapping.name_column: mapping.place, **dict.fromkeys(mapping.ignored_columns, mapping.place)}
    tag_sources: list[ColumnSource] = []
    if mapping.tags:
        used[mapping.tags.column] = mapping.place
        tag_sources = [source for tag in mapping.tags.known.values() for source in tag.fields.values()]
    for source in (*mapping.labels.values(), *mapping.fields.values(), *tag_sources):
        if source.column:
            used[source.column] = source.place
    for column, place in used.items():
        if column not in header:
            yield problem(CODE, f"{csv_path} has no column '{column}'", fix=suggest(column, header), place=place)
    for position, column in enumerate(header, 1):
        if column and column not in used:
            fix = f"map it, or add it to spec.ignoreColumns in {mapping.place.path}"
            yield problem(CODE, f"no field uses the column '{column}'", fix=fix, place=Place(csv_path, 1, position))
