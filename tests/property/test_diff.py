"""What a diff says is all there is: equal inputs differ in nothing, and the changes lead from one side to the other."""

from __future__ import annotations

import copy
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from fleetgen.model.change import ABSENT, Entry, FieldChange, PathStep
from fleetgen.model.plain import Json, JsonObject
from fleetgen.stages.diff.fields import field_changes

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "b", "--x=1", "--x=2", "get"]))
KEYS = st.sampled_from(["name", "containers", "args", "ports", "port", "protocol", "rules", "namespace", "spec", "a.b/c"])
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)
OBJECTS = cast("st.SearchStrategy[JsonObject]", st.dictionaries(KEYS, VALUES, max_size=5))


@given(OBJECTS)
def test_equal_objects_differ_in_nothing(one: JsonObject) -> None:
    assert field_changes(one, copy.deepcopy(one), {}) == ()


@given(OBJECTS, OBJECTS)
def test_the_changes_lead_from_one_object_to_the_other(one: JsonObject, other: JsonObject) -> None:
    assert field_changes(applied(one, field_changes(one, other, {})), other, {}) == ()


def applied(old: JsonObject, changes: tuple[FieldChange, ...]) -> JsonObject:
    """The old object with the changes: values are exchanged first, then entries of lists go, then others come."""
    new = copy.deepcopy(old)
    located = [(change, located_parent(new, change.path)) for change in changes]
    for change, (parent, index) in located:
        if isinstance(parent, dict):
            if change.new is ABSENT:
                del parent[cast("str", index)]
            else:
                parent[cast("str", index)] = copy.deepcopy(change.new)
        elif isinstance(index, int) and change.old is not ABSENT and change.new is not ABSENT:
            parent[index] = copy.deepcopy(change.new)
    gone = [(parent, index) for change, (parent, index) in located if isinstance(parent, list) and change.new is ABSENT]
    for parent, index in sorted(gone, key=lambda each: -cast("int", each[1])):
        del parent[cast("int", index)]
    for change, (parent, _) in located:
        if isinstance(parent, list) and change.old is ABSENT:
            parent.append(copy.deepcopy(cast("Json", change.new)))
    return new


def located_parent(data: Json, path: tuple[PathStep, ...]) -> tuple[JsonObject | list[Json], str | int]:
    """What holds the value that a path leads to, and its key or position there."""
    for step in path[:-1]:
        if isinstance(data, dict):
            data = data[cast("str", step)]
        else:
            items = cast("list[Json]", data)
            data = items[position(items, step)]
    last = path[-1]
    if isinstance(data, dict):
        return data, cast("str", last)
    items = cast("list[Json]", data)
    return items, position(items, last)


def position(items: list[Json], step: PathStep) -> int:
    """Where an entry stands; behind the end for one that comes."""
    if isinstance(step, int):
        return step
    return next((index for index, item in enumerate(items) if is_entry(item, cast("Entry", step))), len(items))


def is_entry(item: Json, entry: Entry) -> bool:
    """Whether an entry has the fields; a flag is known by what stands before `=`."""
    if entry.fields[0][0] == "":
        value = entry.fields[0][1]
        return (type(item) is type(value) and item == value) or (isinstance(item, str) and item.split("=", 1)[0] == value)
    return isinstance(item, dict) and all(key in item and item[key] == value for key, value in entry.fields)
