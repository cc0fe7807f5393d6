"""Small readers of Kubernetes objects as plain data."""

from __future__ import annotations

from typing import cast

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import resource_id

identity = resource_id  # what object it is, by the same rule as everywhere


def at(data: Json, *path: str) -> JsonObject:
    """The mapping at `path`; an empty one where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def text(data: Json, *path: str) -> str:
    """The text at `path`; empty where there is none."""
    value = at(data, *path[:-1]).get(path[-1])
    return "" if value is None else str(value)


def items(data: Json, *path: str) -> list[JsonObject]:
    """The list of mappings at `path`; empty where there is none."""
    value = at(data, *path[:-1]).get(path[-1])
    return cast("list[JsonObject]", value) if isinstance(value, list) else []


def annotation(data: Json, name: str) -> str:
    """An annotation; empty where there is none."""
    return text(data, "metadata", "annotations", name)


def configmap(namespace: str, name: str, values: dict[str, str], labels: dict[str, str] | None = None) -> JsonObject:
    """A ConfigMap."""
    metadata: JsonObject = {"name": name, "namespace": namespace, "labels": cast("Json", labels or {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": cast("Json", values)}
