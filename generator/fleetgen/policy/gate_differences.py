"""Whether two gates gave the same results: multisets of (constraint, object, action, message, details). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from fleetgen.model.result import Result

# What Gatekeeper says here holds the Go text of the constraint; that it could not decide is what counts.
_UNDECIDED: Final = "unable to match constraint"


class Compared(NamedTuple):
    """What is compared of a result. `id` is that of the object, `details` their canonical JSON."""

    constraint: str
    id: str
    action: str
    message: str
    details: str

    def __str__(self) -> str:
        return f"{self.action}: {self.message}" + (f" {self.details}" if self.details != "{}" else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """What the gates say differently about one object under one constraint; what both say is left out."""

    constraint: str
    subject: str
    gate: tuple[str, ...]
    gatekeeper: tuple[str, ...]


def _compared(result: Result) -> Compared:
    undecided = _UNDECIDED in result.message
    return Compared(
        constraint=result.constraint,
        id=result.id,
        action=result.action,
        message=_UNDECIDED if undecided else result.message,
        details="{}" if undecided else result.details,
    )


def differences(gate: Iterable[Result], gatekeeper: Iterable[Result]) -> tuple[Disagreement, ...]:
    """By constraint and object, sorted."""
    ours, theirs = Counter(map(_compared, gate)), Counter(map(_compared, gatekeeper))
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, extra in enumerate((ours - theirs, theirs - ours)):
        for each in sorted(extra.elements()):
            found.setdefault((each.constraint, each.id), ([], []))[side].append(str(each))
    return tuple(
        Disagreement(constraint=constraint, subject=subject, gate=tuple(only), gatekeeper=tuple(others))
        for (constraint, subject), (only, others) in sorted(found.items())
    )
