"""Results as the engines of both gates print them, decoded: what the gate's Rego returns, and violations of Gatekeeper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleetgen.model.plain import Json, canonical, list_of, mapping_of
from fleetgen.model.result import Result, Step


def decoded(message: str, said: Mapping[str, Any]) -> Result:
    """The result with this message. What an engine does not say stays empty.

    `said`: `policy`, `constraint`, `action`, `id`, the path `template` of what the object was judged in, and `details`, which are
    the rule's own. A path in details is a list of steps, or one text with dots.
    """
    details: Json = said.get("details") or {}
    own = mapping_of(details)
    return Result(
        policy=str(said.get("policy", "")),
        constraint=str(said.get("constraint", "")),
        action=str(said.get("action", "deny")),
        id=str(said.get("id", "")),
        message=message,
        rule=str(own.get("rule", "")),
        path=(*_steps(said.get("template")), *_steps(own.get("path"))),
        clusters=tuple(map(str, list_of(own.get("clusters")))),
        units=_units(own),
        error=str(own.get("code", "")),
        details=canonical(details),
    )


def _steps(path: Json) -> tuple[Step, ...]:
    if isinstance(path, str):
        return tuple(path.split("."))
    return tuple(step for step in list_of(path) if isinstance(step, (str, int)))


def _units(details: Mapping[str, Json]) -> tuple[str, ...]:
    unit = details.get("unit")
    return (unit,) if isinstance(unit, str) else tuple(map(str, list_of(details.get("units"))))
