"""What is rendered and built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Rendered files: path below the output root -> text. `sources` says which template file each came from."""

    root: str
    files: Mapping[str, str]
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One built Kubernetes object; `digest` is the sha256 of its canonical JSON."""

    id: ResourceId
    data: JsonObject
    digest: str


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
