"""The schemas of custom resources as JSON Schemas that accept what the API server accepts, and name what it drops or refuses.

The source is Kubernetes' documentation of CustomResourceDefinitions ("Specifying a structural schema"): unknown fields are pruned
(with strict field validation and in server-side apply refused), values are defaulted and stray nulls dropped before they are
validated. Rules in CEL (`x-kubernetes-validations`) are not evaluated.
"""

from __future__ import annotations

import copy
import re
from typing import Final, cast

from fleetgen.model.plain import Json, JsonObject

LIST_KEYS: Final = "x-kubernetes-list-map-keys"
_PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
_LONGEST: Final = 160
# Kept as they are; formats other than these are not asserted by the API server or mean something else in JSON Schema.
_COPIED: Final = (
    "type", "enum", "pattern", "default", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "required", "not", "allOf", "oneOf", LIST_KEYS,
)  # fmt: skip
FORMATS: Final = frozenset({"byte", "date-time", "ipv4", "ipv6"})
_BOUNDS: Final = {"int32": 2**31, "int64": 2**63}
_TEXT: Final[JsonObject] = {"type": "string"}
_TEXTS: Final[JsonObject] = {"type": "object", "additionalProperties": _TEXT}
_OPEN: Final[JsonObject] = {"type": "array", "items": {"type": "object"}}
_TIME: Final[JsonObject] = {"type": ["string", "null"], "format": "date-time"}
_METADATA: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": _TEXT,
        "generateName": _TEXT,
        "namespace": _TEXT,
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "finalizers": {"type": "array", "items": _TEXT},
        "ownerReferences": _OPEN,
        "managedFields": _OPEN,
        "creationTimestamp": _TIME,
        "deletionTimestamp": _TIME,
        "deletionGracePeriodSeconds": {"type": "integer"},
        "generation": {"type": "integer"},
        "resourceVersion": _TEXT,
        "selfLink": _TEXT,
        "uid": _TEXT,
    },
}
_TYPED: Final[JsonObject] = {"apiVersion": {"type": "string", "minLength": 1}, "kind": {"type": "string", "minLength": 1}}


def of_object(schema: JsonObject) -> JsonObject:
    """The `openAPIV3Schema` of a version as the schema of whole objects: apiVersion, kind and metadata are implied."""
    result = strict(schema)
    given = _properties(schema).get("metadata")
    metadata: JsonObject = {**_METADATA, "allOf": [_rules(given)]} if isinstance(given, dict) else _METADATA
    properties = cast("JsonObject", result.get("properties", {}))
    return result | {"properties": {**properties, **_TYPED, "metadata": metadata}}


def strict(schema: Json) -> JsonObject:
    """A structural schema as a JSON Schema in which keys that it does not name are errors."""
    if not isinstance(schema, dict):
        return {}
    result: JsonObject = {key: schema[key] for key in _COPIED if key in schema}
    if description := sentence(schema.get("description")):
        result["description"] = description
    properties: JsonObject = {name: strict(inner) for name, inner in _properties(schema).items()}
    if schema.get("x-kubernetes-embedded-resource") is True:
        properties |= {**_TYPED, "metadata": _METADATA}
        result["required"] = [*sorted({*cast("list[str]", schema.get("required", [])), "apiVersion", "kind"})]
    if properties:
        result["properties"] = properties
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        result["additionalProperties"] = strict(additional)
    elif schema.get("type") == "object" and additional is not True and schema.get(_PRESERVE) is not True:
        result |= {"additionalProperties": False, "properties": properties}  # without any, the error would not name the key
    if isinstance(schema.get("items"), dict):
        result["items"] = strict(schema["items"])
    if schema.get("x-kubernetes-list-type") == "set":
        result["uniqueItems"] = True
    _value(schema, result)
    return result


def _value(schema: JsonObject, result: JsonObject) -> None:
    """What OpenAPI 3.0 and Go write differently: alternatives of types, null, exclusive bounds, integers, NUL in patterns."""
    if isinstance(pattern := schema.get("pattern"), str):
        result["pattern"] = re.sub(r"\\(\\|0)", lambda m: r"\x00" if m[1] == "0" else m[0], pattern)
    if schema.get("x-kubernetes-int-or-string") is True:
        result["type"] = ["integer", "string"]
    elif "anyOf" in schema:
        result["anyOf"] = schema["anyOf"]
    if schema.get("nullable") is True:
        if "type" in result:
            kinds = result["type"]
            result["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
        if isinstance(result.get("enum"), list):
            result["enum"] = [*cast("list[Json]", result["enum"]), None]
    for inclusive, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and inclusive in result:
            result[exclusive] = result.pop(inclusive)
    formatted(schema, result)


def formatted(schema: JsonObject, result: JsonObject) -> None:
    """Write the format of `schema` into `result`: integer sizes become bounds, others stay if they mean the same everywhere."""
    name = schema.get("format")
    if name in FORMATS:
        result["format"] = name
    elif isinstance(name, str) and name in _BOUNDS and "enum" not in schema:
        result.setdefault("minimum", -_BOUNDS[name])
        result.setdefault("maximum", _BOUNDS[name] - 1)


def _rules(schema: JsonObject) -> JsonObject:
    """Only what the schema of metadata says about values; which keys there are is the same for all kinds."""
    result = strict(schema)
    result.pop("additionalProperties", None)
    return result


def _properties(schema: JsonObject) -> JsonObject:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def sentence(text: Json) -> str:
    """The first sentence of a description, on one line."""
    flat = " ".join(text.split()) if isinstance(text, str) else ""
    first = re.split(r"\.(?= [^a-z]|$)", flat, maxsplit=1)[0]
    return first if len(first) <= _LONGEST else first[: _LONGEST - 4].rpartition(" ")[0] + " ..."


def defaulted(value: Json, schema: Json) -> Json:
    """The value as the API server validates it: defaults filled in, nulls dropped where the schema does not want them."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, list):
        return [defaulted(item, schema.get("items")) for item in value]
    if not isinstance(value, dict):
        return value
    properties = _properties(schema)
    rest = schema.get("additionalProperties")
    result: JsonObject = {}
    for key, item in value.items():
        inner = properties.get(key, rest)
        if item is not None or not isinstance(inner, dict) or _takes_null(inner):
            result[key] = defaulted(item, inner)
    for key, inner in properties.items():
        if key not in result and isinstance(inner, dict) and "default" in inner:
            result[key] = defaulted(copy.deepcopy(inner["default"]), inner)
    return result


def _takes_null(schema: JsonObject) -> bool:
    kinds = schema.get("type")
    return kinds is None or kinds == "null" or (isinstance(kinds, list) and "null" in kinds)
