from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, without_nulls
from fleetgen.model.settings import Origin, as_written, from_plain, merge, plain

_KEYS = st.sampled_from("abc")
_LEAVES = st.one_of(st.booleans(), st.integers(0, 3), st.sampled_from(["x", "y"]))
_VALUES: st.SearchStrategy[Json] = st.recursive(
    _LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(_KEYS, inner, max_size=3)), max_leaves=8
)
TABLES = st.dictionaries(_KEYS, _VALUES, max_size=3)


def _merged(*layers: Json) -> Json:
    nodes = [from_plain(layer, Origin(str(index), Place("f"))) for index, layer in enumerate(layers)]
    result = nodes[0]
    for node in nodes[1:]:
        result = merge(result, node)
    return plain(result)


@settings(max_examples=100)
@given(TABLES)
def test_a_layer_over_itself_or_nothing_over_it_changes_nothing(layer: Json) -> None:
    assert _merged(layer, layer) == layer
    assert _merged(layer, {}) == layer
    assert _merged({}, layer) == layer


@settings(max_examples=100)
@given(TABLES, TABLES)
def test_the_upper_layer_is_kept_whole(lower: Json, upper: Json) -> None:
    assert _merged(lower, upper, upper) == _merged(lower, upper)


WITH_NULLS = st.dictionaries(_KEYS, st.one_of(st.none(), _VALUES, st.dictionaries(_KEYS, st.none(), max_size=2)), max_size=3)


@settings(max_examples=100)
@given(WITH_NULLS, WITH_NULLS)
def test_data_as_it_was_written_merges_as_its_tree_does(lower: Json, upper: Json) -> None:
    trees = [from_plain(layer, Origin("document", Place("f"))) for layer in (lower, upper)]
    assert [as_written(tree) for tree in trees] == [lower, upper]
    assert [without_nulls(layer) for layer in (lower, upper)] == [plain(tree) for tree in trees]
