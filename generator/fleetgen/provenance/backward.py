"""From a field of a built object to the setting or the template file that made it."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, value_at
from fleetgen.model.settings import Scalar, leaves
from fleetgen.model.variant import Variant

_TOO_COMMON = 2


def place_of(variant: Variant, manifest: Manifest, layers: Sequence[Overlay], path: Sequence[Json]) -> Place:
    """The best place to edit: the one setting whose value stands at `path`, else the template file of the object."""
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
    """The template file (overlay before base) with an object of this kind whose name is the built name or its stem."""
    candidates: list[tuple[int, str, int]] = []
    for layer in layers:
        for path, text in layer.files.items():
            for kind, name, line in _headers(text):
                if kind == manifest.id.kind and (
                    manifest.id.name == name or manifest.id.name.startswith(name) or manifest.id.name.endswith(name)
                ):
                    candidates.append((-len(name), layer.sources[path], line))
    return Place(min(candidates)[1]) if candidates else None


def _headers(text: str) -> list[tuple[str, str, int]]:
    """(kind, name, line) of the documents in canonical YAML, read without parsing it again."""
    found = []
    kind, start, inside = "", 0, False
    for number, line in enumerate(text.split("\n"), 1):
        if line == "---":
            kind, inside = "", False
        elif line.startswith("kind: "):
            kind, start = line.removeprefix("kind: "), number
        elif line == "metadata:":
            inside = True
        elif inside and line.startswith("  name: "):
            found.append((kind, line.removeprefix("  name: ").strip("'\""), start))
            inside = False
    return found
