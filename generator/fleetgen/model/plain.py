"""Plain JSON data, the form that templates, schemas and Rego read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias, Union

Leaf: TypeAlias = bool | int | float | str | None
Json: TypeAlias = Union[Leaf, list["Json"], dict[str, "Json"]]  # noqa: UP007 - a recursive alias needs Union at run time
JsonObject: TypeAlias = dict[str, Json]


def value_at(data: Json, path: Sequence[Json]) -> Json:
    """The value that keys and positions lead to; None where the path leaves the data."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def mapping_of(value: Json) -> JsonObject:
    """The value if it is a mapping, else an empty one: for reading what others wrote."""
    return value if isinstance(value, dict) else {}


def list_of(value: Json) -> list[Json]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def without_nulls(value: Json) -> Json:
    """The data without the entries of mappings that are null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def canonical(value: Json) -> str:
    """One text for equal JSON: Go writes 1 for 1.0."""
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False)


def _whole(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
