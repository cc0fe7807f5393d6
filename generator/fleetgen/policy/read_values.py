"""What a term of Rego may be, as places of the input at which it may stand, and which of them are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.policy.tree import place_of

ANY: Final = "*"
Steps: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """All that a term may be: what stands at `places` of the input, one of `words`, or something that is not of the model.

    `parts`: what stands at known keys of a value that the policy builds itself; `each`: at any of its keys.
    """

    places: frozenset[Steps] = frozenset()
    words: frozenset[str] = frozenset()
    other: bool = False
    parts: tuple[tuple[str, Value], ...] = ()
    each: Value | None = None

    def __or__(self, more: Value) -> Value:
        if more in {self, NOTHING}:
            return self
        parts = dict(self.parts)
        for key, value in more.parts:
            parts[key] = parts.get(key, NOTHING) | value
        each = self.each | more.each if self.each and more.each else self.each or more.each
        return Value(
            places=self.places | more.places,
            words=self.words | more.words,
            other=self.other or more.other,
            parts=tuple(sorted(parts.items())),
            each=each,
        )


NOTHING: Final = Value()
OTHER: Final = Value(other=True)
INPUT: Final = Value(places=frozenset({()}))


@dataclass(slots=True)
class Reads:
    """Place of the input -> where it is passed, or read whole, first. `lost`: where something could not be followed, and why."""

    passed: dict[Steps, Place] = field(default_factory=dict)
    whole: dict[Steps, Place] = field(default_factory=dict)
    lost: dict[tuple[Place, str], None] = field(default_factory=dict)

    def read(self, value: Value, node: JsonObject) -> None:
        """Everything in it is read."""
        for place in value.places:
            self.whole.setdefault(place, place_of(node))
        for _, part in value.parts:
            self.read(part, node)
        if value.each:
            self.read(value.each, node)

    def step(self, value: Value, key: str, node: JsonObject) -> Value:
        """What stands at a key, or with `*` at any key."""
        result = OTHER if value.other else NOTHING
        for place in value.places:
            if place == () and key == "parameters":
                result |= OTHER
            else:
                result |= Value(places=frozenset({(*place, key)}))
        for name, part in value.parts:
            if key in {ANY, name}:
                result |= part
        result |= value.each or NOTHING
        for place in result.places:
            self.passed.setdefault(place, place_of(node))
        return result

    def lose(self, node: JsonObject, reason: str) -> Value:
        self.lost.setdefault((place_of(node), reason))
        return OTHER


def words_of(value: Value) -> Sequence[str]:
    """The words that a value may be, if it cannot be anything else."""
    return sorted(value.words) if value == Value(words=value.words) else [ANY]


def any_of(values: Iterable[Value]) -> Value:
    result = NOTHING
    for value in values:
        result |= value
    return result


def _get(reads: Reads, values: Sequence[Value], nodes: Sequence[JsonObject]) -> Value:
    """`object.get`: at a key, or along a path that is written out."""
    value, key, default = values
    reads.read(key, nodes[1])
    if key.parts:
        for _, part in key.parts:
            value = any_of([reads.step(value, word, nodes[1]) for word in words_of(part)])
    elif ANY not in words_of(key):
        value = any_of([reads.step(value, word, nodes[1]) for word in words_of(key)])
    else:  # it may be a path
        reads.read(value, nodes[0])
        value = OTHER
    return value | default


def _keys(reads: Reads, values: Sequence[Value], nodes: Sequence[JsonObject]) -> Value:
    """`object.keys` and `count`: the keys, and nothing below."""
    reads.step(replace(values[0], parts=(), each=None), ANY, nodes[0])
    return Value(other=True, each=OTHER)


def _union(_: Reads, values: Sequence[Value], __: Sequence[JsonObject]) -> Value:
    return any_of(values)


def _concat(reads: Reads, values: Sequence[Value], nodes: Sequence[JsonObject]) -> Value:
    """`array.concat`: the elements of both."""
    items = (reads.step(value, ANY, node) for value, node in zip(values, nodes, strict=True))
    return Value(each=any_of(items))


PASSING: Final[Mapping[str, Callable[[Reads, Sequence[Value], Sequence[JsonObject]], Value]]] = {
    "object.get": _get,
    "object.keys": _keys,
    "count": _keys,
    "object.union": _union,
    "array.concat": _concat,
}
