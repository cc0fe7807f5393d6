"""Stage 4: overlays to manifests with the real kustomize, and the checks that kustomize does not make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.manifest import BuildRoot, Built, Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.yamlfile import load_manifests


class Builder(Protocol):
    """What this stage needs of kustomize."""

    def build(self, roots: Sequence[BuildRoot]) -> Sequence[Built]:
        """Build every root; one answer a root, in order. A path has the same text in all of them."""


def read(built: Built) -> Documents:
    """The documents of what kustomize wrote."""
    return Documents(root=built.root, documents=[] if built.error else load_manifests(built.text), error=built.error)


def manifests(built: Documents, place: Place) -> tuple[Manifest, ...]:
    """The objects of a built root. Raises InputError E0601 or E0602 with the template folder as place."""
    if built.error:
        raise InputError(
            problem(
                "E0601",
                f"kustomize refuses {built.root}: {built.error}",
                fix="correct the template or the patch in the message",
                place=place,
            )
        )
    found: list[Finding] = []
    result = []
    for document in built.documents:
        if reason := _not_an_object(document):
            found.append(problem("E0602", f"{built.root} renders {reason}", fix="correct the template", place=place))
        elif isinstance(document, dict):
            result.append(Manifest.of(document))
    if found:
        raise InputError(found)
    return tuple(result)


def _not_an_object(document: Json) -> str:
    if not isinstance(document, dict):
        return "a document that is not a mapping"
    metadata = document.get("metadata")
    if not isinstance(document.get("apiVersion"), str) or not isinstance(document.get("kind"), str):
        return "an object without apiVersion or kind"
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return f"a {document['kind']} without metadata.name"
    return ""
