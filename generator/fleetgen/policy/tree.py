"""Syntax trees as `opa parse` writes them: what stands where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Ref:
    """The steps of a reference behind its head; `?` stands for what is not constant."""

    steps: tuple[str, ...]
    place: Place


def nodes(tree: Json) -> Iterator[JsonObject]:
    """Every mapping of a tree, the outer before the inner."""
    if isinstance(tree, dict):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(value)


def refs(tree: Json, head: str) -> Iterator[Ref]:
    """Every reference that starts with the variable `head`, also the bare variable."""
    inner: set[int] = set()
    for node in nodes(tree):
        parts = as_list(node.get("value")) if node.get("type") == "ref" else []
        first = as_object(parts[0]) if parts else node if node.get("type") == "var" and id(node) not in inner else {}
        inner.update(id(part) for part in parts[:1])
        if (first.get("type"), first.get("value")) == ("var", head):
            yield Ref(tuple(_step(part) for part in parts[1:]), place_of(first))


def gets(tree: Json, head: str) -> Iterator[Ref]:
    """What `object.get(head..., path, default)` reads by a constant path, as if it were written as a reference."""
    for node in nodes(tree):
        called = node.get("value") if node.get("type") == "call" else node.get("terms")  # a statement has no node of its own
        parts = [as_object(part) for part in as_list(called)]
        if len(parts) > 2 and _steps(parts[0]) == ["object", "get"] and parts[1].get("type") == "ref":
            base = _steps(parts[1])
            path = as_list(parts[2].get("value")) if parts[2].get("type") == "array" else [parts[2]]
            steps = [_step(part) for part in path]
            if base[0] == head and "?" not in steps:
                yield Ref((*base[1:], *steps), place_of(parts[2]))


def _steps(ref: JsonObject) -> list[str]:
    """The head of a reference and its steps."""
    first, *others = as_list(ref.get("value"))
    return [str(as_object(first).get("value")), *map(_step, others)]


def place_of(node: JsonObject) -> Place:
    """Where the node was written."""
    location = as_object(node.get("location"))
    return Place(str(location.get("file", "")), cast("int", location.get("row", 0)), cast("int", location.get("col", 0)))


def rules(tree: JsonObject) -> list[JsonObject]:
    """The rules of a module, without defaults."""
    return [rule for rule in map(as_object, as_list(tree.get("rules"))) if not rule.get("default")]


def head_of(rule: JsonObject) -> JsonObject:
    """The head of a rule."""
    return as_object(rule.get("head"))


def entries(term: JsonObject) -> dict[str, JsonObject] | None:
    """Key -> value of an object that is written out with constant keys; None for any other term."""
    if term.get("type") != "object":
        return None
    pairs = [as_list(pair) for pair in as_list(term.get("value"))]
    return {str(as_object(key).get("value")): as_object(value) for key, value in pairs}


def as_object(value: Json) -> JsonObject:
    """The mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def _step(part: Json) -> str:
    found = as_object(part)
    return str(found.get("value")) if found.get("type") == "string" else "?"
