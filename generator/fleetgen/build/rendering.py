"""Overlays and bases: what was rendered and linted of equal inputs before is read from the cache, and no template is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

from fleetgen.errors import InputError
from fleetgen.inputs.cache import Cache, key
from fleetgen.model.finding import Finding
from fleetgen.model.keys import BaseKey
from fleetgen.model.manifest import Overlay
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Variant, VariantKey
from fleetgen.stages import lint
from fleetgen.stages.render import Renderer


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What the templates made: the overlay of each variant and the values of its chart, the base of each version."""

    overlays: Mapping[VariantKey, Overlay]
    bases: Mapping[BaseKey, Overlay]
    chart_values: Mapping[VariantKey, Json]

    def layers(self, variant: Variant) -> tuple[Overlay, Overlay]:
        """What a variant is built from: its overlay, then its base."""
        return self.overlays[variant.key], self.bases[variant.base]


def render_variants(kept: Cache, renderer: Renderer, variants: Iterable[Variant]) -> Rendered:
    """Render each distinct content once. Raises InputError with everything that templates and lint have to say."""
    return _Rendering(kept, renderer, tuple(variants)).all()


class _Rendering:
    """One pass over the variants. What failed is not remembered, because its places differ between variants."""

    def __init__(self, kept: Cache, renderer: Renderer, variants: tuple[Variant, ...]) -> None:
        makers = (version("jinja2"), version("pyyaml"))
        self._renderer = renderer
        self._variants = variants
        first = {variant.base: variant for variant in variants}
        self._base_keys = {
            base: key("render", *makers, *renderer.base_inputs(v.component, v.version)) for base, v in first.items()
        }
        self._keys = {v.key: key("render", self._base_keys[v.base], *renderer.overlay_inputs(v)) for v in variants}
        self._kept = kept
        self._known = kept.get_many([*self._base_keys.values(), *self._keys.values()])
        self._fresh: dict[str, Json] = {}
        self._bases: dict[BaseKey, Overlay] = {}

    def all(self) -> Rendered:
        problems: list[Finding] = []
        overlays: dict[VariantKey, Overlay] = {}
        chart_values: dict[VariantKey, Json] = {}
        for variant in self._variants:
            try:
                overlays[variant.key], chart_values[variant.key] = self._overlay(variant)
            except InputError as error:
                problems += error.findings
        if problems:
            raise InputError(dict.fromkeys(problems))
        self._kept.put_many(self._fresh)
        return Rendered(overlays=overlays, bases=self._bases, chart_values=chart_values)

    def _base(self, variant: Variant) -> Overlay:
        if variant.base not in self._bases:
            name = self._base_keys[variant.base]
            if name in self._known:
                made = _decoded(self._known[name], variant.base.folder)[0]
            else:
                made = self._renderer.base(variant.component, variant.version)
                self._fresh[name] = _encoded(made, None)
            self._bases[variant.base] = made
        return self._bases[variant.base]

    def _overlay(self, variant: Variant) -> tuple[Overlay, Json]:
        name, base = self._keys[variant.key], self._base(variant)
        if name not in self._known:
            overlay, chart_values = self._renderer.overlay(variant), self._renderer.chart_values(variant)
            if found := lint.check(overlay, base, [patch.origin.place for patch in variant.patches]):
                raise InputError(found)
            self._known[name] = self._fresh[name] = _encoded(overlay, chart_values)
        return _decoded(self._known[name], variant.key.folder)


def _encoded(overlay: Overlay, chart_values: Json) -> Json:
    """Paths count from the overlay's root: equal contents under two names are one."""
    at = len(overlay.root) + 1
    files: JsonObject = {path[at:]: text for path, text in overlay.files.items()}
    sources: JsonObject = {path[at:]: source for path, source in overlay.sources.items()}
    return {"files": files, "sources": sources, "chartValues": chart_values}


def _decoded(value: Json, root: str) -> tuple[Overlay, Json]:
    data = cast("JsonObject", value)
    files, sources = cast("dict[str, str]", data["files"]), cast("dict[str, str]", data["sources"])
    overlay = Overlay(
        root=root,
        files={f"{root}/{path}": text for path, text in files.items()},
        sources={f"{root}/{path}": source for path, source in sources.items()},
    )
    return overlay, data["chartValues"]
