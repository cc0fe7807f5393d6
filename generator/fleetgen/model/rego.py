"""What tools say about Rego while it is written, and what its tests asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fleetgen.model.place import Place
from fleetgen.model.plain import Json

TestOutcome = Literal["pass", "fail", "error", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One sentence of a tool about a line; `rule` is the name that the tool gives to what was broken."""

    place: Place
    message: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegoTest:
    """One test rule. `cases` are the names of those of its cases that failed, `output` is what it printed."""

    place: Place
    package: str
    name: str
    outcome: TestOutcome
    cases: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An input on which a test evaluated a policy. `policy` is the id."""

    policy: str
    test: str
    place: Place
    input: Json
