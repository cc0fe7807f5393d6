"""Models cut down to the facts that a policy declares: equal cuts are one question to the gate. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fleetgen.model.manifest import digest_of
from fleetgen.model.plain import Json, JsonObject

ANY: Final = "*"
# key -> what is kept below it; None keeps all
Kept: TypeAlias = Mapping[str, "Kept | None"]


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left of a value, and the digest of it."""

    value: Json
    digest: str


def kept(paths: Iterable[Sequence[str]]) -> Kept:
    """The paths as a tree. What stands below `*` is also kept below the other keys beside it."""
    below: dict[str, list[Sequence[str]]] = {}
    listed = [*paths]
    for path in listed:
        below.setdefault(path[0], []).append(path[1:])
    if ANY in below:
        below = {key: rest if key == ANY else [*rest, *below[ANY]] for key, rest in below.items()}
    return {key: None if any(not path for path in rest) else kept(rest) for key, rest in below.items()}


def cut(value: Json, keep: Kept | None) -> Json:
    """The value with what is kept of it.

    With `*`, every key of a mapping and every item of a list stays. With the numbers of items, those stay where they are. A value
    that is neither, where a path goes on, becomes null.
    """
    if keep is None:
        return value
    if isinstance(value, dict):
        if ANY in keep:
            return {key: cut(inner, keep.get(key, keep[ANY])) for key, inner in value.items()}
        return {key: cut(value[key], inner) for key, inner in keep.items() if key in value}
    if isinstance(value, list):
        items = value if ANY in keep else value[: max((int(key) + 1 for key in keep if key.isdecimal()), default=0)]
        return [cut(inner, keep.get(str(index), keep.get(ANY, {}))) for index, inner in enumerate(items)]
    return None


class Projection:
    """Models of clusters, projected on the same paths.

    Models share equal parts and keep them alive, so parts are compared by identity: equal models are projected once, and a part
    that several models share is cut and digested once.
    """

    def __init__(self, paths: Iterable[Sequence[str]]) -> None:
        self._keep = kept(paths)
        self._models: dict[tuple[int, ...], tuple[JsonObject, Cut]] = {}
        self._cuts: dict[tuple[int, str], tuple[Json, Cut]] = {}

    def of(self, model: JsonObject) -> Cut:
        """What is left of a model."""
        known = tuple(id(model.get(key)) for key in self._keep)
        if known not in self._models:
            parts = {key: self._part(model[key], key, keep) for key, keep in sorted(self._keep.items()) if key in model}
            self._models[known] = (model, _joined(parts))
        return self._models[known][1]

    def _part(self, value: Json, path: str, keep: Kept | None) -> Cut:
        """Units, which clusters share in turn, one by one."""
        known = self._cuts.get((id(value), path))
        if known is not None and known[0] is value:
            return known[1]
        if isinstance(value, dict) and path == "units" and keep is not None and ANY in keep:
            cutting = _joined(
                {
                    key: self._part(inner, f"{path}.{key if key in keep else ANY}", keep.get(key, keep[ANY]))
                    for key, inner in sorted(value.items())
                }
            )
        else:
            left = cut(value, keep)
            cutting = Cut(left, digest_of(left))
        self._cuts[id(value), path] = (value, cutting)
        return cutting


def _joined(parts: Mapping[str, Cut]) -> Cut:
    return Cut({key: part.value for key, part in parts.items()}, digest_of({key: part.digest for key, part in parts.items()}))
