"""A result of a gate about an object, a cluster or the fleet. The adapters of all engines decode into this shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias, cast

from fleetgen.model.plain import Json, JsonObject

Step: TypeAlias = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result of one rule under one constraint.

    `policy` is `gate` where the gate itself complains, and then `error` is the code of its complaint. `rule` is the code of the
    rule, where the policy gives its rules codes. `id` is that of the question, about an object or about the facts of clusters.
    `path` leads into the object (through the pod template, and the List, that it was judged in) or into the document of a
    cluster. `clusters` and `units` are those that the rule names.
    `details` is everything that the rule gave beside its message, as canonical JSON: only the comparison of both gates reads it.
    `exempt`: both gates exempt the object from the constraint, by a waiver.
    """

    policy: str
    constraint: str
    action: str
    id: str
    message: str
    rule: str = ""
    path: tuple[Step, ...] = ()
    clusters: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    error: str = ""
    details: str = "{}"
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the engine says to one question: its results, and the ids of the policies that were evaluated."""

    results: tuple[Result, ...]
    policies: tuple[str, ...]

    @property
    def has_complaint(self) -> bool:
        """Whether the gate itself complains."""
        return any(result.error for result in self.results)

    def as_data(self) -> JsonObject:
        """As JSON data: the form of the cache."""
        return {"results": [asdict(result) for result in self.results], "policies": [*self.policies]}

    @classmethod
    def from_data(cls, data: Json) -> Answer:
        """The answer that `as_data` described."""
        given = cast("Mapping[str, list[Any]]", data)  # type: ignore[explicit-any]
        return cls(results=tuple(map(_result, given["results"])), policies=tuple(given["policies"]))


def _result(data: Mapping[str, Any]) -> Result:  # type: ignore[explicit-any]
    """JSON has lists where a result has tuples."""
    values: dict[str, Any] = {  # type: ignore[explicit-any]
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Result(**values)
