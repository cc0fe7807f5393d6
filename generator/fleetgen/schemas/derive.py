"""From a frozen dataclass to its JSON Schema, and from checked data to the dataclass."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Union, cast, get_args, get_origin, get_type_hints

from fleetgen import API_VERSION
from fleetgen.model import inventory
from fleetgen.model.fields import KEY, FieldRule
from fleetgen.model.plain import Json, JsonObject

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_EXCEPTIONS: Final = {
    "monthly_quota_gb": "monthlyQuotaGB",
    "pod_cidrs": "podCIDRs",
    "service_cidrs": "serviceCIDRs",
    "node_cidrs": "nodeCIDRs",
    "memory_gib": "memoryGiB",
    "size_gib": "sizeGiB",
    "repo_url": "repoURL",
    "storage_class": "class",
}
COMPONENT_ENTRY: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "enabled": {"type": "boolean", "description": "Whether the component is installed."},
        "version": {"type": "string", "minLength": 1, "description": "Version of what is installed."},
        "values": {"type": "object", "description": "Settings, checked against the component's schema after merging."},
        "patches": {
            "type": "array",
            "description": "Kustomize patches of the overlay, for what the settings do not offer.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["target", "patch"],
                "properties": {
                    "target": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["kind"],
                        "properties": {
                            key: {"type": "string"} for key in ("group", "version", "kind", "namespace", "name", "labelSelector")
                        },
                    },
                    "patch": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}


def key_of(field_name: str) -> str:
    """The YAML key of a field: camel case, with Kubernetes' usual capitals."""
    if field_name in _EXCEPTIONS:
        return _EXCEPTIONS[field_name]
    head, *tail = field_name.split("_")
    return head + "".join(part.capitalize() for part in tail)


@cache
def _hints(cls: type) -> dict[str, type]:
    return get_type_hints(cls)


def rule_of(field: Field[object]) -> FieldRule:
    """The declaration beside a field's type. Raises KeyError for a field that was not made by `model/fields.py`."""
    return cast("FieldRule", field.metadata[KEY])


def schema_of(cls: type[DataclassInstance]) -> JsonObject:
    """The strict JSON Schema of a dataclass: no unknown keys, every constraint that the fields declare, at any depth."""
    properties: JsonObject = {}
    needed: list[Json] = []
    for field in fields(cls):
        properties[key_of(field.name)] = _field_schema(field.name, _hints(cls)[field.name], rule_of(field))
        if field.default is MISSING and field.default_factory is MISSING:
            needed.append(key_of(field.name))
    return {"type": "object", "additionalProperties": False, "required": needed, "properties": properties}


def _field_schema(name: str, hint: type, rule: FieldRule) -> JsonObject:
    if name == "components":
        return {"type": "object", "additionalProperties": COMPONENT_ENTRY, "description": rule.doc}
    return _type_schema(hint, rule) | {"description": rule.doc}


def _type_schema(hint: type, rule: FieldRule) -> JsonObject:
    arguments = [a for a in get_args(hint) if a is not type(None)]
    if get_origin(hint) in (Union, types.UnionType) and len(arguments) == 1:
        return _type_schema(arguments[0], rule)  # nulls are taken out before validation: they mean "left out"
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _type_schema(arguments[0], rule)}
    if get_origin(hint) is not None and issubclass(cast("type", get_origin(hint)), Mapping):
        return {"type": "object", "additionalProperties": _type_schema(arguments[1], rule)}
    if is_dataclass(hint):
        return schema_of(hint)
    return _leaf_schema(hint, rule)


def _leaf_schema(hint: type, rule: FieldRule) -> JsonObject:
    names: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
    schema: JsonObject = {"type": names[hint]}
    if rule.choices:
        schema["enum"] = list(rule.choices)
    if rule.pattern:
        schema["pattern"] = rule.pattern
    if rule.format:
        schema["format"] = rule.format
    if rule.minimum is not None:
        schema["minimum"] = rule.minimum
    return schema


def build(cls: type[DataclassInstance], data: Mapping[str, Json]) -> DataclassInstance:
    """The dataclass from data that its schema accepts; nulls count as left out."""
    values: dict[str, object] = {}
    for field in fields(cls):
        value = data.get(key_of(field.name))
        if value is not None:
            values[field.name] = build_field(cls, field.name, value)
    return cls(**values)


def build_field(cls: type[DataclassInstance], name: str, value: Json) -> object:
    """The value of one field of a dataclass, as `build` makes it."""
    return value if name == "components" else _value(_hints(cls)[name], value)


def _value(hint: type, value: Json) -> object:
    arguments = [a for a in get_args(hint) if a is not type(None)]
    if get_origin(hint) in (Union, types.UnionType) and len(arguments) == 1:
        return _value(arguments[0], value)
    if get_origin(hint) is tuple:
        return tuple(_value(arguments[0], item) for item in cast("list[Json]", value))
    if get_origin(hint) is not None and issubclass(cast("type", get_origin(hint)), Mapping):
        return {key: _value(arguments[1], item) for key, item in cast("dict[str, Json]", value).items()}
    if is_dataclass(hint):
        return build(hint, cast("dict[str, Json]", value))
    return value


def as_json(value: object) -> Json:
    """What `build` reads: a frozen value of the inventory, at any depth, as JSON with its YAML keys, defaults filled in."""
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if is_dataclass(value):
        return {key_of(field.name): as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    return cast("Json", value)


def kind_schema(kind: str) -> JsonObject:
    """The JSON Schema of a whole document of `kind`; the spec of Model and TeamRole is open here (their component checks it)."""
    labels: JsonObject = {"type": "object", "additionalProperties": {"type": "string"}}
    pattern = inventory.NAME_PATTERNS.get(kind) or inventory.TOKEN_KINDS[kind]
    spec: JsonObject = schema_of(inventory.SPECS[kind]) if kind in inventory.SPECS else {"type": "object"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": kind},
            "metadata": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "pattern": pattern, "maxLength": 63},
                    "labels": labels,
                    "annotations": labels,
                },
            },
            "spec": spec,
        },
    }
