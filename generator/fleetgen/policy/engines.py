"""Which Rego the engines of a fleet understand: the release of OPA inside each Gatekeeper, and what may be used of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.model.plain import Json, JsonObject

# Gatekeeper's website/docs/opa-versions.md. Before 3.19 its OPA has no Rego v1.
_OPA: Final[dict[tuple[int, int], str]] = {
    (3, 19): "v1.3.0",
    (3, 20): "v1.7.1",
    (3, 21): "v1.10.0",
    (3, 22): "v1.13.2",
    (3, 23): "v1.17.1",
}
_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)(\.|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The oldest Gatekeeper that is asked about. `opa` is empty if it cannot run what is exported."""

    gatekeeper: str
    opa: str


def oldest(versions: Iterable[str]) -> Engine | None:
    """The oldest of the given versions of Gatekeeper; None if there is none. One newer than the table counts as its last."""
    ordered = sorted({*versions}, key=_numbers)
    if not ordered:
        return None
    line = _numbers(ordered[0])
    known = [opa for minor, opa in sorted(_OPA.items()) if minor <= line]
    return Engine(gatekeeper=ordered[0], opa=known[-1] if known else "")


def _numbers(version: str) -> tuple[int, int]:
    match = _VERSION.match(version)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def limited(capabilities: JsonObject, gate: JsonObject) -> JsonObject:
    """What both the engine of the clusters and the gate offer: built-ins, features, keywords."""
    names = {_name(one) for one in cast("list[Json]", gate["builtins"])}
    kept = [one for one in cast("list[Json]", capabilities["builtins"]) if _name(one) in names]
    result: JsonObject = {**capabilities, "builtins": kept, "allow_net": []}
    for key in ("features", "future_keywords"):
        allowed = cast("list[str]", gate.get(key, []))
        result[key] = [one for one in cast("list[str]", capabilities.get(key, [])) if one in allowed]
    return result


def _name(builtin: Json) -> str:
    return str(builtin.get("name")) if isinstance(builtin, dict) else ""
