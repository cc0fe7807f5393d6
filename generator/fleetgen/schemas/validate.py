"""Checking a tree of settings against a JSON Schema: all errors, each at the place of the value, with the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import jsonschema_rs

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Path, Scalar, at, dotted, key_place, nearest_place, plain
from fleetgen.words import a, listed, suggest

_TYPE_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}

# format -> what a value of it is called, and how to write one
_FORMATS: Final = {
    "byte": ("base64 text", "encode it with base64"),
    "date": ("date", "write it as 2026-12-31"),
    "date-time": ("time", "write it as 2026-12-31T12:00:00Z"),
    "regex": ("valid regular expression", "correct the expression"),
}
# user and password of an address, which no message repeats
_CREDENTIALS: Final = re.compile(r"://[^/@\s]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error of a value. `path` leads to it; `key` names the entry of the mapping at `path` that is too much."""

    code: str
    message: str
    fix: str
    path: Path
    key: str = ""


class Validator:
    """A compiled JSON Schema (draft 2020-12, formats asserted)."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema
        self._compiled = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def accepts(self, data: Json) -> bool:
        """Whether plain data has no error."""
        return self._compiled.is_valid(data)

    def findings(self, tree: Node, *, code: str = "", prefix: str = "") -> list[Finding]:
        """Every error of `tree`. `code` replaces E0202 to E0204 (settings use E0501); `prefix` precedes the path."""
        data = plain(tree)
        if self._compiled.is_valid(data):
            return []
        return [finding for error in self._compiled.iter_errors(data) for finding in self._explain(error, tree, code, prefix)]

    def _explain(self, error: jsonschema_rs.ValidationError, tree: Node, code: str, prefix: str) -> Iterable[Finding]:
        node = at(tree, tuple(error.instance_path))
        written = _CREDENTIALS.sub("://***@", str(node.raw or node.value)) if isinstance(node, Scalar) else None
        for fault in faults(error, self.schema, written, prefix, "the document"):
            place = key_place(tree, (*fault.path, fault.key)) if fault.key else nearest_place(tree, fault.path)
            yield problem(code or fault.code, fault.message, fix=fault.fix, place=place)


def faults(
    error: jsonschema_rs.ValidationError, schema: JsonObject, written: str | None, prefix: str, whole: str
) -> Iterable[Fault]:
    """One error of the engine in words: E0202 (one for each unknown key), E0204 for a missing key, E0203 for a wrong value.

    `written`: the scalar as it stands in the file; `prefix` precedes the path; `whole`: what to call the value that has no path.
    """
    path = tuple(error.instance_path)
    shown = ".".join(part for part in (prefix, dotted(path)) if part) or whole
    here = _schema_at(schema, tuple(error.schema_path)[:-1])
    kind = error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        keys = list(cast("JsonObject", here.get("properties", {})))
        for key in cast("list[str]", kind["unexpected"]):
            message = f"unknown key '{key}' in {shown}"
            yield Fault(code="E0202", message=message, fix=suggest(key, keys), path=path, key=key)
    elif error.kind.name == "required":
        missing = str(kind["property"])
        yield Fault(code="E0204", message=f"'{missing}' is missing in {shown}", fix=_describe(here, missing), path=path)
    else:
        message, fix = _wrong_value(error, kind, written, here, shown)
        yield Fault(code="E0203", message=message, fix=fix, path=path)


def _schema_at(schema: JsonObject, path: Sequence[str | int]) -> JsonObject:
    node: Json = schema
    for step in path:
        node = node[step] if isinstance(node, dict) and isinstance(step, str) else cast("list[Json]", node)[cast("int", step)]
    return node if isinstance(node, dict) else {}


def _describe(schema: JsonObject, key: str) -> str:
    described = cast("JsonObject", schema.get("properties", {})).get(key, {})
    text = described.get("description", "") if isinstance(described, dict) else ""
    return f"add '{key}': {str(text).rstrip('.')}" if text else f"add '{key}'"


def _wrong_value(
    error: jsonschema_rs.ValidationError, kind: dict[str, object], written: str | None, schema: JsonObject, shown: str
) -> tuple[str, str]:
    name = error.kind.name
    hint = str(schema.get("description", "")).rstrip(".")
    if name == "type":
        kinds = cast("list[str]", kind["types"])
        wanted = [_TYPE_WORDS[name] for name in kinds if name != "null" or len(kinds) == 1]
        got = _TYPE_WORDS[_json_type(error.instance)]
        if wanted == ["text"] and written is not None:
            return f"{shown} must be text, but {written} is read as {got}", f'quote it: "{written}"'
        return f"{shown} must be {listed(wanted, 'or')}, not {got}", hint or "change the value"
    if name == "const" and written is not None and isinstance(kind["expected_value"], str):
        return f"{shown} must be '{kind['expected_value']}', not '{written}'", f"write '{kind['expected_value']}'"
    if name == "enum":
        options = [str(o) for o in cast("list[Json]", kind["options"])]
        return f"{shown} is '{written}', which is not one of the {len(options)} known values", suggest(str(written), options)
    if name in {"pattern", "format"}:
        return _wrong_form(kind, written, hint, shown)
    return f"{shown}: {error.message}", hint or "change the value"


def _wrong_form(kind: dict[str, object], written: str | None, hint: str, shown: str) -> tuple[str, str]:
    """A text that breaks its `pattern` or its `format`."""
    if "pattern" in kind:
        form = f"the form is {kind['pattern']}"
        return f"{shown} is '{written}', which has the wrong form", f"{hint}; {form}" if hint else form
    wanted, how = _FORMATS.get(str(kind["format"]), (str(kind["format"]), ""))
    return f"{shown} is '{written}', which is not {a(wanted)}", how or hint or "change the value"


def _json_type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    names: list[tuple[type, str]] = [(str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object")]
    return next((name for kind, name in names if isinstance(value, kind)), "null")
