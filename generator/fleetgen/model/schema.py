"""Schemas of Kubernetes kinds, and what they say about an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Path


@dataclass(frozen=True, slots=True, order=True)
class Api:
    """A kind in one version, as an object names it."""

    group: str
    version: str
    kind: str

    @classmethod
    def of(cls, data: Mapping[str, Json]) -> Api:
        """The API that an object claims to be of."""
        group, _, version = str(data.get("apiVersion", "")).rpartition("/")
        return cls(group, version, str(data.get("kind", "")))

    @property
    def api_version(self) -> str:
        """As it is written in a manifest."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def __str__(self) -> str:
        return f"{self.api_version} {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedVersion:
    """One version of a custom kind. `schema` is a JSON Schema of the whole object, in which unknown keys are errors."""

    served: bool
    schema: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A CustomResourceDefinition, as far as it says what an object may look like."""

    group: str
    kind: str
    versions: Mapping[str, DefinedVersion]

    def as_data(self) -> JsonObject:
        """As JSON data: the form of the cache."""
        versions: JsonObject = {name: {"served": v.served, "schema": v.schema} for name, v in self.versions.items()}
        return {"group": self.group, "kind": self.kind, "versions": versions}

    @classmethod
    def from_data(cls, data: Json) -> Definition:
        """The definition that `as_data` described."""
        values = cast("JsonObject", data)
        versions = {
            name: DefinedVersion(served=bool(v["served"]), schema=cast("JsonObject", v["schema"]))
            for name, v in cast("dict[str, JsonObject]", values["versions"]).items()
        }
        return cls(group=str(values["group"]), kind=str(values["kind"]), versions=versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One way in which an object breaks its schema. `path` leads to the value that is wrong; empty where none can be named."""

    code: str
    message: str
    fix: str
    path: Path = ()

    def as_data(self) -> JsonObject:
        """As JSON data: the form of the cache."""
        return {"code": self.code, "message": self.message, "fix": self.fix, "path": [*self.path]}

    @classmethod
    def from_data(cls, data: Json) -> Breach:
        """The breach that `as_data` described."""
        values = cast("JsonObject", data)
        path = tuple(cast("list[str | int]", values["path"]))
        return cls(code=str(values["code"]), message=str(values["message"]), fix=str(values["fix"]), path=path)
