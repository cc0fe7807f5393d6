"""What changed within an object. The order of mappings, and of lists where it has no meaning, is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fleetgen.model.change import ABSENT, Entry, FieldChange, PathStep
from fleetgen.model.plain import Json, JsonObject, Leaf, canonical

_Location = tuple[PathStep, ...]
_Names = Mapping[str, str]
# What tells the entries of a list apart, the first of these whose values differ in all of them (most are the list map keys of
# Kubernetes' own API). Every entry has the first field, `a|b` being one of two; the others say something where they are there.
_IDENTITIES: Final = (
    ("name",),
    ("alert|record",),
    ("mountPath",),
    ("devicePath",),
    ("containerPort", "protocol"),
    ("port", "protocol"),
    ("namespace",),
    ("namespace", "name"),
    ("kind", "namespace", "name"),
    ("namespace", "server"),
    ("group", "kind"),
    ("key", "operator", "effect"),
    ("topologyKey",),
    ("host",),
    ("ip",),
    ("url",),
    ("type",),
)
# Lists whose order has a meaning: reordering one is a change of the whole list.
_ORDERED: Final = frozenset({"command", "args", "initContainers", "valueFiles", "steps"})


def field_changes(old: JsonObject, new: JsonObject, names: _Names) -> tuple[FieldChange, ...]:
    """The changes that lead from `old` to `new`, in the order of their paths.

    `names`: name of an object in the new tree -> in the old tree, for objects that are called after their content.
    """
    return tuple(_mapping(old, new, (), names))


def _changed(old: Json, new: Json, path: _Location, names: _Names) -> Iterator[FieldChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mapping(old, new, path, names)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list(old, new, path, names)
    elif isinstance(new, str) and names.get(new, new) == old and new != old:
        yield FieldChange(path=path, old=old, new=new, follows=True)
    elif canonical(old) != canonical(new):
        yield FieldChange(path=path, old=old, new=new)


def _mapping(old: JsonObject, new: JsonObject, path: _Location, names: _Names) -> Iterator[FieldChange]:
    for key in sorted(old.keys() | new.keys()):
        inner = (*path, key)
        if key in old and key in new:
            yield from _changed(old[key], new[key], inner, names)
        else:
            yield FieldChange(path=inner, old=old.get(key, ABSENT), new=new.get(key, ABSENT))


def _list(old: list[Json], new: list[Json], path: _Location, names: _Names) -> Iterator[FieldChange]:
    if path and path[-1] in _ORDERED:
        yield from _ordered(old, new, path, names)
    elif (before := _plain_values(old)) is not None and (after := _plain_values(new)) is not None:
        yield from _entries(before, after, path, names)
    elif keyed := _by_identity(old, new):
        yield from _entries(*keyed, path, names)
    else:
        yield from _by_position(old, new, path, names)


def _ordered(old: list[Json], new: list[Json], path: _Location, names: _Names) -> Iterator[FieldChange]:
    """By identity while the order stays, flags of a command line by their names; else the whole list."""
    keyed = _by_identity(old, new) or _flags(old, new)
    if keyed and [*keyed[0]] == [*keyed[1]]:
        yield from _entries(*keyed, path, names)
    elif canonical(old) != canonical(new):
        yield FieldChange(path=path, old=old, new=new)


def _entries(old: Mapping[Entry, Json], new: Mapping[Entry, Json], path: _Location, names: _Names) -> Iterator[FieldChange]:
    for entry in [*old, *(entry for entry in new if entry not in old)]:
        inner = (*path, entry)
        if entry in old and entry in new:
            yield from _changed(old[entry], new[entry], inner, names)
        elif entry in old:
            yield FieldChange(path=inner, old=old[entry], new=ABSENT)
        else:
            yield FieldChange(path=inner, old=ABSENT, new=new[entry])


def _plain_values(items: list[Json]) -> dict[Entry, Json] | None:
    """The list as a set of plain values; None if it is none."""
    values: dict[Entry, Json] = {Entry((("", item),)): item for item in items if not isinstance(item, dict | list)}
    return values if len(values) == len(items) else None


def _by_identity(old: list[Json], new: list[Json]) -> tuple[dict[Entry, Json], dict[Entry, Json]] | None:
    """Both lists by the first identity that holds in both; None if none does."""
    for identity in _IDENTITIES:
        before, after = _keyed(old, identity), _keyed(new, identity)
        if before is not None and after is not None:
            return before, after
    return None


def _keyed(items: list[Json], identity: tuple[str, ...]) -> dict[Entry, Json] | None:
    keyed: dict[Entry, Json] = {}
    for item in items:
        fields = _leaves(item, identity) if isinstance(item, dict) else ()
        if not fields:
            return None
        keyed[Entry(fields)] = item
    return keyed if len(keyed) == len(items) else None


def _leaves(item: JsonObject, identity: tuple[str, ...]) -> tuple[tuple[str, Leaf], ...]:
    """The fields of an identity that the entry has; none if it lacks the first."""
    leaves = [(key, value) for names in identity for key in names.split("|") if isinstance(value := item.get(key), str | int)]
    return tuple(leaves) if leaves and leaves[0][0] in identity[0].split("|") else ()


def _flags(old: list[Json], new: list[Json]) -> tuple[dict[Entry, Json], dict[Entry, Json]] | None:
    """The words of a command line by name (`--flag`) or by themselves; None if one stands twice."""
    before, after = ({Entry((("", str(word).split("=", 1)[0]),)): word for word in words} for words in (old, new))
    return (before, after) if len(before) == len(old) and len(after) == len(new) else None


def _by_position(old: list[Json], new: list[Json], path: _Location, names: _Names) -> Iterator[FieldChange]:
    """Equal entries are the same wherever they stand; the others are paired in their order."""
    left = {index: canonical(item) for index, item in enumerate(old)}
    come: list[Json] = []
    for item in new:
        text = canonical(item)
        same = next((index for index, other in left.items() if other == text), None)
        if same is None:
            come.append(item)
        else:
            del left[same]
    gone = [*left]
    for index, item in zip(gone, come, strict=False):
        yield from _changed(old[index], item, (*path, index), names)
    for index in gone[len(come) :]:
        yield FieldChange(path=(*path, index), old=old[index], new=ABSENT)
    for offset, item in enumerate(come[len(gone) :]):
        yield FieldChange(path=(*path, len(old) + offset), old=ABSENT, new=item)
