"""Whether two gates gave the same results: multisets of (constraint, object, action, message, details). Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fleetgen.model.plain import Json

# What Gatekeeper says here holds the Go text of the constraint; that it could not decide is what counts.
_UNDECIDED: Final = "unable to match constraint"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Judged:
    """One result of a gate. `subject` is the id of the object, `details` their canonical JSON."""

    constraint: str
    subject: str
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
    cluster: tuple[str, ...]


def judged(*, constraint: str, subject: str, action: str, message: str, details: Json) -> Judged:
    """A result in the form that is compared."""
    if _UNDECIDED in message:
        message, details = _UNDECIDED, {}
    return Judged(constraint=constraint, subject=subject, action=action, message=message, details=canonical(details))


def canonical(value: Json) -> str:
    """One text for equal JSON: Go writes 1 for 1.0."""
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False)


def _whole(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def differences(gate: Iterable[Judged], cluster: Iterable[Judged]) -> tuple[Disagreement, ...]:
    """By constraint and object, sorted."""
    ours, theirs = Counter(gate), Counter(cluster)
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, extra in enumerate((ours - theirs, theirs - ours)):
        for result in sorted(extra.elements()):
            found.setdefault((result.constraint, result.subject), ([], []))[side].append(str(result))
    return tuple(
        Disagreement(constraint=constraint, subject=subject, gate=tuple(only), cluster=tuple(others))
        for (constraint, subject), (only, others) in sorted(found.items())
    )
