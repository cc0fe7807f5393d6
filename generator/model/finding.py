"""What a run has to say: one type for mistakes in the input and for results of policies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from generator.model.place import Place
from generator.model.resource import ResourceId


class Severity(Enum):
    """`error` stops the run or the gate; `warning` and `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One message: place, fact, fix.

    `code` is `E....` for mistakes in the input (see `generator.errors.CODES`) and the policy's id
    (`FG-<AREA>-<NNN>`) for results of the gate. `clusters` are the names of the clusters that it concerns.
    """

    code: str
    message: str
    fix: str = ""
    place: Place | None = None
    severity: Severity = Severity.ERROR
    object: ResourceId | None = None
    clusters: tuple[str, ...] = ()

    def sort_key(self) -> tuple[int, str, int, int, str, str, str]:
        """Errors first, then by place: the order of every report."""
        order = (Severity.ERROR, Severity.WARNING, Severity.NOTE).index(self.severity)
        place = self.place or Place("")
        return (order, place.path, place.line, place.column, self.code, str(self.object or ""), self.message)
