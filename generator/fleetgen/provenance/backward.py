"""From a field of a built object to the setting or the template file that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, value_at
from fleetgen.model.settings import Scalar, leaves
from fleetgen.model.variant import Variant

_TOO_COMMON: Final = 2  # text of so few letters stands in many values by chance


def place_of(variant: Variant, manifest: Manifest, layers: Sequence[Overlay], path: Sequence[Json]) -> Place:
    """The best place to edit: the one setting with the value at `path`, else the object's template file, else the component.

    `layers`: the rendered overlay and base of the variant. `path` leads into the manifest; it may lead nowhere.
    """
    value = value_at(manifest.data, path)
    if (origin := setting_of(variant, value)) is not None:
        return origin
    return template_of(manifest, layers) or variant.component.place


def setting_of(variant: Variant, value: Json) -> Place | None:
    """The setting that holds exactly this value, or text that is part of it; None unless there is exactly one."""
    if value is None or isinstance(value, (bool, list, dict)):
        return None
    exact = [leaf for _, leaf in leaves(variant.settings) if _same(leaf, value)]
    if len(exact) == 1:
        return exact[0].origin.place
    if exact or not isinstance(value, str):
        return None
    inside = [
        leaf
        for _, leaf in leaves(variant.settings)
        if isinstance(leaf.value, str) and len(leaf.value) > _TOO_COMMON and leaf.value in value
    ]
    return inside[0].origin.place if len(inside) == 1 else None


def _same(leaf: Scalar, value: Json) -> bool:
    return type(leaf.value) is type(value) and leaf.value == value


def template_of(manifest: Manifest, layers: Sequence[Overlay]) -> Place | None:
    """The template file with an object of this kind whose name is the built name, its head or its tail; the longest name wins."""
    built = manifest.id.name
    candidates = [
        (-len(header.name), layer.sources[path])
        for layer in layers
        for path, text in layer.files.items()
        for header in _headers(text)
        if header.kind == manifest.id.kind and (built.startswith(header.name) or built.endswith(header.name))
    ]
    return Place(min(candidates)[1]) if candidates else None


class _Header(NamedTuple):
    """What a document is."""

    kind: str
    name: str


def _headers(text: str) -> list[_Header]:
    """Of the documents in canonical YAML, read without parsing it again."""
    headers = []
    kind, inside = "", False
    for line in text.split("\n"):
        if line == "---":
            kind, inside = "", False
        elif line.startswith("kind: "):
            kind = line.removeprefix("kind: ")
        elif line == "metadata:":
            inside = True
        elif inside and line.startswith("  name: "):
            headers.append(_Header(kind, line.removeprefix("  name: ").strip("'\"")))
            inside = False
    return headers
