"""Checks of rendered kustomizations that kustomize does not make: nothing remote, nothing executed, no override without a target.

kustomize passes a patch, replacement or image override whose target is absent with exit 0
(docs/decisions/0003-silent-kustomize.md).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.manifest import Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, list_of
from fleetgen.model.resource import ResourceId
from fleetgen.yamlfile import load_manifests

_FORBIDDEN: Final = {
    "helmCharts": "declare the chart in component.yaml",
    "helmChartInflationGenerator": "declare the chart in component.yaml",
    "helmGlobals": "declare the chart in component.yaml",
    "generators": "render the files with a template",
    "transformers": "use patches",
    "validators": "write a policy",
    "openapi": "remove it",
    "vars": "use replacements",
    "bases": "use resources",
    "patchesStrategicMerge": "use patches",
    "patchesJson6902": "use patches",
}


@lru_cache(maxsize=1024)
def _documents(text: str) -> Sequence[Json]:
    """The documents of a text; a base is read once for all its overlays. Nobody changes them."""
    return load_manifests(text)


def check(overlay: Overlay, base: Overlay, patched: Sequence[Place] = ()) -> list[Finding]:
    """All findings of one overlay over its base. `patched`: where layers set the last patches of the overlay."""
    found: list[Finding] = []
    for layer in (base, overlay):
        path = f"{layer.root}/kustomization.yaml"
        place = Place(layer.sources[path])
        data = _first(layer.files[path])
        found += [
            problem("E0505", f"the kustomization uses {key}", fix=fix, place=place)
            for key, fix in _FORBIDDEN.items()
            if data.get(key)
        ]
        found += _paths(layer, data, place, base.root)
    if not found:
        found += [*_twice(overlay, base), *_overrides(overlay, base, patched)]
    return found


def extends(overlay: Overlay, base: Overlay) -> bool:
    """Whether the overlay's kustomization names the base; one that needs nothing of it may leave it out."""
    data = _first(overlay.files[f"{overlay.root}/kustomization.yaml"])
    named = [*list_of(data.get("resources")), *list_of(data.get("components"))]
    return any(posixpath.normpath(posixpath.join(overlay.root, str(name))) == base.root for name in named)


def _first(text: str) -> JsonObject:
    documents = _documents(text)
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _paths(layer: Overlay, data: JsonObject, place: Place, base_root: str) -> Iterator[Finding]:
    """Resources, components and files stay inside the folder, or name the base."""
    named = [str(item) for key in ("resources", "components", "configurations", "crds") for item in list_of(data.get(key))]
    for key in ("configMapGenerator", "secretGenerator"):
        for generator in list_of(data.get(key)):
            if isinstance(generator, dict):
                files = [*list_of(generator.get("files")), *list_of(generator.get("envs"))]
                named += [str(item).rpartition("=")[2] for item in files]
    for patch in list_of(data.get("patches")):
        if isinstance(patch, dict) and "path" in patch:
            named.append(str(patch["path"]))
    for name in named:
        target = posixpath.normpath(posixpath.join(layer.root, name))
        if re.match(r"[a-z+]+://|git@|[^/]+\.[a-z]+/.*//|.*\?ref=", name):
            yield problem(
                "E0505", f"the kustomization names a remote file: {name}", fix="copy the file into the component", place=place
            )
        elif target != base_root and not target.startswith(layer.root + "/"):
            is_base = posixpath.basename(posixpath.normpath(name)) == "base"
            fix = "write {{ base }} in overlay/kustomization.yaml.j2" if is_base else "move the file into base/ or overlay/"
            yield problem("E0107", f"the path {name} leaves the component's folder", fix=fix, place=place)
        elif target != base_root and target not in layer.files and not any(path.startswith(target + "/") for path in layer.files):
            yield problem(
                "E0505",
                f"the kustomization names {name}, which is not rendered",
                fix="add the file or remove the line",
                place=place,
            )


def _resources(layer: Overlay) -> Iterator[tuple[str, JsonObject]]:
    """The objects in the layer's resource files, each with the path of its file."""
    for name in list_of(_first(layer.files[f"{layer.root}/kustomization.yaml"]).get("resources")):
        path = posixpath.normpath(posixpath.join(layer.root, str(name)))
        for document in _documents(layer.files.get(path, "")):
            if isinstance(document, dict):
                yield path, document


def _objects(layer: Overlay) -> list[JsonObject]:
    """The objects that the layer's resource files define, and the ones that its generators will."""
    data = _first(layer.files[f"{layer.root}/kustomization.yaml"])
    found = [resource for _, resource in _resources(layer)]
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        generators = (generator for generator in list_of(data.get(key)) if isinstance(generator, dict))
        found += [{"apiVersion": "v1", "kind": kind, "metadata": {"name": each.get("name", "")}} for each in generators]
    return found


def _identity(data: Mapping[str, Json]) -> ResourceId:
    metadata = data.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    group = str(data.get("apiVersion", "")).rpartition("/")[0]
    return ResourceId(group, str(data.get("kind", "")), str(names.get("namespace", "")), str(names.get("name", "")))


def _twice(overlay: Overlay, base: Overlay) -> Iterator[Finding]:
    """Objects that two resource files, or one of them twice, define: kustomize names its own temporary paths for them."""
    first: dict[ResourceId, str] = {}
    for layer in (base, overlay):
        for path, data in _resources(layer):
            source, identity = layer.sources[path], _identity(data)
            if identity in first:
                text = f"{identity} is there already, in {first[identity]}"
                fix = "remove one of the two, rename it, or make it a patch"
                yield problem("E0601", text, fix=fix, place=Place(source))
            first.setdefault(identity, source)


def _overrides(overlay: Overlay, base: Overlay, patched: Sequence[Place]) -> Iterator[Finding]:
    below = _objects(base)
    for layer, objects, by_layers in ((base, below, ()), (overlay, [*below, *_objects(overlay)], patched)):
        path = f"{layer.root}/kustomization.yaml"
        data, place = _first(layer.files[path]), Place(layer.sources[path])
        identities = [_identity(item) for item in objects]
        known = ", ".join(sorted({f"{i.kind}/{i.name}" for i in identities})[:8])
        fix = (
            f"the objects are: {known}"
            if known
            else "remove it; a patch cannot reach the objects of a chart, so set a value of the chart instead"
        )
        for target, place_of_patch in _targets(layer, data, by_layers):
            if not any(_hits(target, identity) for identity in identities):
                shown = " ".join(f"{key}={value}" for key, value in sorted(target.items()))
                text = f"a patch or replacement for {shown} matches nothing"
                yield problem("E0504", text, fix=fix, place=place_of_patch or place)
        images = set(_images(objects))
        for image in list_of(data.get("images")):
            name = str(image.get("name", "")) if isinstance(image, dict) else ""
            if name not in images:
                known = f"the images are: {', '.join(sorted(images))}" if images else "remove it; there are no images"
                yield problem("E0504", f"the image override {name} matches nothing", fix=known, place=place)


def _targets(layer: Overlay, data: JsonObject, by_layers: Sequence[Place]) -> Iterator[tuple[dict[str, str], Place | None]]:
    """The targets of patches and replacements; with the place of the patch where a layer of the fleet set it."""
    patches = list_of(data.get("patches"))
    places = [*[None] * (len(patches) - len(by_layers)), *by_layers]
    for patch, place in zip(patches, places, strict=True):
        if not isinstance(patch, dict):
            continue
        target = patch.get("target")
        if isinstance(target, dict):
            yield {key: str(value) for key, value in target.items()}, place
            continue
        text = str(patch.get("patch", "")) or layer.files.get(f"{layer.root}/{patch.get('path', '')}", "")
        for document in _documents(text):
            if isinstance(document, dict):
                identity = _identity(document)
                yield {"kind": identity.kind, "name": re.escape(identity.name)}, place
    for replacement in list_of(data.get("replacements")):
        if isinstance(replacement, dict):
            selected = [
                replacement.get("source"),
                *(t.get("select") for t in list_of(replacement.get("targets")) if isinstance(t, dict)),
            ]
            yield from (
                ({k: str(v) for k, v in s.items() if k in {"group", "kind", "name", "namespace"}}, None)
                for s in selected
                if isinstance(s, dict)
            )


def _hits(target: Mapping[str, str], identity: ResourceId) -> bool:
    """Kustomize anchors the patterns of a target; labels are not judged here."""
    checks = (("kind", identity.kind), ("group", identity.group), ("name", identity.name), ("namespace", identity.namespace))
    return all(
        key not in target or re.fullmatch(target[key], value) or (key == "namespace" and not value) for key, value in checks
    )


def _images(objects: list[JsonObject]) -> Iterator[str]:
    stack: list[Json] = [*objects]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            image = node.get("image")
            if isinstance(image, str) and "name" in node:
                yield re.sub(r"(@.*|:[^/]*)$", "", image)
            stack.extend(node.values())
