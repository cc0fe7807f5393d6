"""Settings as a tree in which every value knows who set it and which values it overrides.

`merge` is pure. Laws that tests hold: merging a tree with itself changes no value, an empty upper layer changes nothing,
the upper layer wins at every leaf that it sets, and a fold from weak to strong is the only order that is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, Union

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, Leaf


@dataclass(frozen=True, slots=True)
class Origin:
    """The layer that set a value (`environment production`) and the place where it did."""

    layer: str
    place: Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. `raw` keeps the text of a plain scalar whose meaning is not its spelling (`1.10`), for error messages."""

    value: Leaf
    origin: Origin
    raw: str = ""
    beaten: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list. `beaten` are the lists (or other values) that it replaced, nearest first."""

    items: tuple[Node, ...]
    origin: Origin
    beaten: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. `key_places` says where each key stands; `origin` is the first place that opened the mapping."""

    entries: Mapping[str, Node]
    origin: Origin
    key_places: Mapping[str, Place] = field(default_factory=dict)
    beaten: tuple[Node, ...] = ()


Node: TypeAlias = Union[Scalar, Items, Table]  # noqa: UP007 - forward use above

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Append:
    """Merge rule of a list: the upper layer's items follow the lower layer's."""


@dataclass(frozen=True, slots=True)
class MergeBy:
    """Merge rule of a list of mappings: items with an equal `key` merge, new ones follow."""

    key: str


MergeRules: TypeAlias = Mapping[tuple[str, ...], Append | MergeBy]
NO_RULES: MergeRules = {}


def empty(origin: Origin) -> Table:
    """A mapping without entries."""
    return Table(entries={}, origin=origin)


def merge(lower: Node, upper: Node, rules: MergeRules = NO_RULES, _path: tuple[str, ...] = ()) -> Node:
    """Return `lower` overlaid with `upper`: maps merge by key, lists follow `rules` (default: replace), null removes.

    A removed value stays in the tree as a null that has beaten it, so that `explain` can name the layer; `plain` leaves it out.
    """
    if isinstance(lower, Table) and isinstance(upper, Table):
        entries = dict(lower.entries)
        for key, value in upper.entries.items():
            below = entries.get(key)
            entries[key] = value if below is None else merge(below, value, rules, (*_path, key))
        return Table(entries, lower.origin, {**lower.key_places, **upper.key_places}, (*upper.beaten, *lower.beaten))
    if isinstance(lower, Items) and isinstance(upper, Items) and (rule := rules.get(_path)):
        joined = (*lower.items, *upper.items) if isinstance(rule, Append) else _merge_by(lower, upper, rule.key, rules, _path)
        return Items(joined, upper.origin, (*upper.beaten, *lower.beaten))
    return replace(upper, beaten=(*upper.beaten, lower, *lower.beaten))


def _merge_by(lower: Items, upper: Items, key: str, rules: MergeRules, path: tuple[str, ...]) -> tuple[Node, ...]:
    merged: dict[Json, Node] = {_identity(item, key, index): item for index, item in enumerate(lower.items)}
    for index, item in enumerate(upper.items):
        name = _identity(item, key, len(lower.items) + index)
        merged[name] = merge(merged[name], item, rules, path) if name in merged else item
    return tuple(merged.values())


def _identity(item: Node, key: str, index: int) -> str:
    """The value of `key` as text, or something unique for an item that has none (the schema reports that one)."""
    named = item.entries.get(key) if isinstance(item, Table) else None
    return f"={named.value}" if isinstance(named, Scalar) else f"#{index}"


def plain(node: Node) -> Json:
    """The tree as JSON data; removed (null) entries of mappings are left out."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items() if not (isinstance(value, Scalar) and value.value is None)}


def as_written(node: Node) -> Json:
    """The tree as JSON data with its nulls: `from_plain` gives back a tree that merges alike."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [as_written(item) for item in node.items]
    return {key: as_written(value) for key, value in node.entries.items()}


def at(node: Node, path: Path) -> Node | None:
    """The node at `path`, or None."""
    for step in path:
        if isinstance(node, Table) and isinstance(step, str) and step in node.entries:
            node = node.entries[step]
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def is_on(node: Node | None, path: str) -> bool:
    """Whether something at the dotted `path` is truthy, or for `path=text` that text; the step `*` is every key of a mapping."""
    path, equals, wanted = path.partition("=")
    for index, step in enumerate(steps := path.split(".") if path else []):
        if step == "*":
            rest = ".".join(steps[index + 1 :]) + equals + wanted
            return isinstance(node, Table) and any(is_on(entry, rest) for entry in node.entries.values())
        node = at(node, (step,)) if node is not None else None
    if node is None:
        return False
    return str(plain(node)) == wanted if equals else bool(plain(node))


def nearest_place(node: Node, path: Path) -> Place:
    """Where a person would look for `path`: the key or value itself, or the deepest thing on the way that exists."""
    place = node.origin.place
    for step in path:
        if isinstance(node, Table) and isinstance(step, str) and step in node.entries:
            place = node.key_places.get(step, node.entries[step].origin.place)
            node = node.entries[step]
            if not isinstance(node, Table):
                place = node.origin.place
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            place = node.origin.place
        else:
            break
    return place


def key_place(node: Node, path: Path) -> Place:
    """Where the last key of `path` stands, or the nearest place."""
    parent = at(node, path[:-1])
    if isinstance(parent, Table) and path and isinstance(path[-1], str) and path[-1] in parent.key_places:
        return parent.key_places[path[-1]]
    return nearest_place(node, path)


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every scalar with its path, in order."""
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from leaves(item, (*path, index))
    else:
        for key, value in node.entries.items():
            yield from leaves(value, (*path, key))


def relabel(node: Node, layer: str) -> Node:
    """The same tree with every origin attributed to `layer`."""
    origin = Origin(layer, node.origin.place)
    if isinstance(node, Scalar):
        return replace(node, origin=origin)
    if isinstance(node, Items):
        return replace(node, origin=origin, items=tuple(relabel(item, layer) for item in node.items))
    return replace(node, origin=origin, entries={key: relabel(value, layer) for key, value in node.entries.items()})


def from_plain(value: Json, origin: Origin) -> Node:
    """JSON data as a tree that was all set at one place."""
    if isinstance(value, dict):
        return Table({key: from_plain(item, origin) for key, item in value.items()}, origin)
    if isinstance(value, list):
        return Items(tuple(from_plain(item, origin) for item in value), origin)
    return Scalar(value, origin)


def dotted(path: Path) -> str:
    """`("a", 0, "b")` as `a[0].b`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text
