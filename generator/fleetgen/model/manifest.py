"""What is rendered and built."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId, resource_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Rendered files: path below the output root -> text. `sources` says which template file each came from."""

    root: str
    files: Mapping[str, str]
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One Kubernetes object; `digest` is the sha256 of its canonical JSON."""

    id: ResourceId
    data: JsonObject
    digest: str

    @classmethod
    def of(cls, data: JsonObject) -> Manifest:
        """The object that `data` describes; it has apiVersion, kind and metadata."""
        return cls(id=resource_id(data), data=data, digest=digest_of(data))


@dataclass(frozen=True, slots=True)
class BuildRoot:
    """A folder that kustomize builds, with every file that it needs for that: path -> text."""

    folder: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What kustomize answered for one root: the text, or its own words in `error`."""

    root: str
    text: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What was built at one root, read: plain data of every document, or kustomize's words in `error`."""

    root: str
    documents: Sequence[Json]
    error: str = ""


def digest_of(value: Json) -> str:
    """sha256 of canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
