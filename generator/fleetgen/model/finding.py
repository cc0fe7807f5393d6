"""Findings: one type for mistakes in the input and for results of policies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId


class Severity(Enum):
    """`error` stops the run or the gate; `warning` and `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One message: place, fact, fix.

    `code` is `E....` for mistakes in the input (see `fleetgen.errors.CODES`). For results of the gate it is the policy's id
    (`FG-<AREA>-<NNN>`), followed by a dot and the code of the rule if the policy gives its rules codes. `clusters` are the names
    of the clusters that it concerns.
    """

    code: str
    message: str
    fix: str = ""
    place: Place | None = None
    severity: Severity = Severity.ERROR
    object: ResourceId | None = None
    clusters: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """The id of the policy: the code without that of the rule."""
        return self.code.partition(".")[0]

    def as_data(self) -> JsonObject:
        """As JSON data: the form of reports and of the cache."""
        place: Json = {"path": self.place.path, "line": self.place.line, "column": self.place.column} if self.place else None
        identity = self.object
        named: Json = None
        if identity:
            named = {"group": identity.group, "kind": identity.kind, "namespace": identity.namespace, "name": identity.name}
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "fix": self.fix,
            "place": place,
            "object": named,
            "clusters": [*self.clusters],
        }

    @classmethod
    def from_data(cls, data: JsonObject) -> Finding:
        """The finding that `as_data` described."""
        place = cast("dict[str, Any] | None", data["place"])  # type: ignore[explicit-any]
        identity = cast("dict[str, str] | None", data["object"])
        return cls(
            code=str(data["code"]),
            message=str(data["message"]),
            fix=str(data["fix"]),
            place=Place(**place) if place else None,
            severity=Severity(data["severity"]),
            object=ResourceId(**identity) if identity else None,
            clusters=tuple(cast("list[str]", data["clusters"])),
        )

    def sort_key(self) -> tuple[int, str, int, int, str, str, str]:
        """Errors first, then by place: the order of every report."""
        order = (Severity.ERROR, Severity.WARNING, Severity.NOTE).index(self.severity)
        place = self.place or Place("")
        return (order, place.path, place.line, place.column, self.code, str(self.object or ""), self.message)
