"""Parameters of policies: their schema and their defaults. The only place that fills in defaults, for both gates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from fleetgen.model.plain import Json, JsonObject, mapping_of

_PATTERN: Final[JsonObject] = {"type": "string", "minLength": 1}
_KEYS: Final[JsonObject] = {
    "namespace": {**_PATTERN, "description": "Namespace of the object."},
    "workload": {**_PATTERN, "description": "Name of the object, or of the workload that owns the Pod."},
    "container": {**_PATTERN, "description": "Name of the container."},
    "image": {**_PATTERN, "description": "Image of the container."},
}


def complete(schema: JsonObject, scope: str, codes: Collection[str] = ()) -> JsonObject:
    """The schema with what every policy has: no unknown parameters, and `exemptions` for policies that judge objects.

    `codes` are those of the policy's rules, by which an exemption can be narrowed.
    """
    properties = dict(mapping_of(schema.get("properties")))
    if scope == "object":
        properties["exemptions"] = _exemptions(codes)
    return {**schema, "type": "object", "properties": properties, "additionalProperties": False}


def _exemptions(codes: Collection[str]) -> JsonObject:
    rule: JsonObject = {"type": "string", "enum": [*codes], "description": "Code of the only rule that does not judge."}
    keys = {**_KEYS, "rule": rule} if codes else _KEYS
    return {
        "type": "array",
        "description": "What the policy does not judge. All keys of an entry must match; `*` counts at the ends.",
        "items": {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": keys},
        "default": [],
    }


def with_defaults(schema: Mapping[str, Json], given: Mapping[str, Json]) -> JsonObject:
    """`given`, and the schema's default for each parameter that is not there, also inside of parameters that are mappings."""
    filled: JsonObject = dict(given)
    for name, described in mapping_of(schema.get("properties")).items():
        inner = mapping_of(described)
        value = filled.get(name)
        if name not in filled and "default" in inner:
            filled[name] = inner["default"]
        elif isinstance(value, dict) and "properties" in inner:
            filled[name] = with_defaults(inner, value)
    return filled
