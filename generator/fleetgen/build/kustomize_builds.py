"""Builds with kustomize, each distinct content once: from the cache where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from fleetgen.inputs import cache
from fleetgen.inputs.run import Run
from fleetgen.model.manifest import BuildRoot, Documents, Overlay
from fleetgen.model.plain import Json
from fleetgen.stages import build


def overlay_key(overlay: Overlay, base: Overlay) -> str:
    """The cache key of an overlay on its base. The overlay's own path is no content, so that equal variants share a build."""
    parts = [
        part
        for layer in (base, overlay)
        for path in sorted(layer.files)
        for part in (path.removeprefix(layer.root), layer.files[path])
    ]
    return cache.key("build", base.root, *parts)


def overlay_root(overlay: Overlay, base: Overlay) -> BuildRoot:
    """An overlay with its base."""
    return BuildRoot(overlay.root, {**base.files, **overlay.files})


def cached_builds(run: Run, roots: Mapping[str, BuildRoot]) -> dict[str, Documents]:
    """Cache key -> what kustomize answers for that root; only what is not in the cache is built."""
    known = run.cache.get_many(roots)
    missing = {key: root for key, root in roots.items() if key not in known}
    result = {key: Documents(root=roots[key].folder, documents=cast("list[Json]", documents)) for key, documents in known.items()}
    if missing:
        run.progress("build", 0, len(missing))
        answers = run.builder().build([*missing.values()])
        built = {key: build.read(answer) for key, answer in zip(missing, answers, strict=True)}
        run.cache.put_many({key: [*answer.documents] for key, answer in built.items() if not answer.error})
        run.progress("build", len(missing), len(missing))
        result |= built
    return result
