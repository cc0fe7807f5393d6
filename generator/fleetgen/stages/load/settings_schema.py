"""The JSON Schema of a component's settings: what it may say, and the form in which it is kept."""

from __future__ import annotations

from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Path, nearest_place
from fleetgen.words import suggest

_REFERENCE: Final[JsonObject] = {"$ref": "#/$defs/schema"}
_SCHEMA: Final[JsonObject] = {"type": ["object", "boolean"], **_REFERENCE}
_SCHEMAS: Final[JsonObject] = {"type": "array", "minItems": 1, "items": _SCHEMA}
_NAMED: Final[JsonObject] = {"type": "object", "additionalProperties": _SCHEMA}
_NAMES: Final[JsonObject] = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_TEXT: Final[JsonObject] = {"type": "string"}
_NUMBER: Final[JsonObject] = {"type": "number"}
_COUNT: Final[JsonObject] = {"type": "integer", "minimum": 0}
_TYPE: Final[JsonObject] = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}

_KEYWORDS: Final[JsonObject] = {
    **dict.fromkeys(("$comment", "$ref", "description", "format", "title"), _TEXT),
    **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames", "additionalProperties"), _SCHEMA),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _SCHEMAS),
    **dict.fromkeys(("$defs", "properties", "dependentSchemas"), _NAMED),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    "const": {},
    "default": {},
    "dependentRequired": {"type": "object", "additionalProperties": _NAMES},
    "deprecated": {"type": "boolean"},
    "enum": {"type": "array", "minItems": 1},
    "examples": {"type": "array"},
    "multipleOf": {"type": "number", "exclusiveMinimum": 0},
    "pattern": {"type": "string", "format": "regex"},
    "patternProperties": {**_NAMED, "propertyNames": {"format": "regex"}},
    "required": _NAMES,
    "uniqueItems": {"type": "boolean"},
}

ROOT: Final[JsonObject] = {
    "type": "object",
    **_REFERENCE,
    "properties": {"type": {"const": "object", "description": "`values` is a mapping."}},
}
"""What `settings` of component.yaml may say; needs `DEFINITIONS` as `$defs` of the whole schema."""

DEFINITIONS: Final[JsonObject] = {
    "schema": {
        "additionalProperties": False,
        # several types are a list; only a scalar that is no type gets the list of types as its fix
        "properties": {
            "type": {"if": {"type": "array"}, "then": {"minItems": 1, "uniqueItems": True, "items": _TYPE}, "else": _TYPE},
            **_KEYWORDS,
        },
    }
}


def written_out(settings: Node, schema: JsonObject) -> JsonObject:
    """The schema with its own definitions written out, so that every reader sees one tree. Raises InputError E0506.

    `settings` is the schema as it stands in the file: problems are placed in it.
    """
    definitions = cast("JsonObject", schema.get("$defs", {}))

    def write(node: Json, path: Path, inside: tuple[str, ...]) -> Json:
        """`{$ref: "#/$defs/NAME", ...}` is the definition with the other keys over it."""
        if isinstance(node, list):
            return [write(item, (*path, index), inside) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return {key: write(value, (*path, key), inside) for key, value in node.items()}
        name = str(node["$ref"]).removeprefix("#/$defs/")
        definition = definitions.get(name)
        if name in inside or not isinstance(definition, dict):
            text = f"'{name}' refers to itself" if name in inside else f"there is no definition '{name}'"
            fix = "replace the reference with the schema" if name in inside else suggest(name, definitions)
            raise InputError(problem("E0506", f"settings: {text}", fix=fix, place=nearest_place(settings, (*path, "$ref"))))
        over: JsonObject = {key: value for key, value in node.items() if key != "$ref"}
        return write({**definition, **over}, ("$defs", name), (*inside, name))

    own: JsonObject = {key: value for key, value in schema.items() if key != "$defs"}
    return {"type": "object", "additionalProperties": False, **cast("JsonObject", write(own, (), ()))}
