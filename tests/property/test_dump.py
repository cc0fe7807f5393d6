"""The fast writer writes what PyYAML writes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleetgen.model.plain import Json
from fleetgen.yamlfile import _dump_all, dump_all

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "on",
            "NO",
            "1.10",
            "12:30",
            "a: b",
            "- x",
            "#c",
            " x",
            "x ",
            "",
            "null",
            "~",
            "{}",
            "[]",
            "1e3",
            "y",
            "=",
            "*a",
            "&b",
            "!t",
            "%",
            "@",
            "`",
            "?",
            "|",
            ">",
            "'",
            '"',
            "a\nb",
            "a'b",
            "2026-12-31",
            "x" * 150,
        ]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=12
)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_both_writers_agree(documents: list[Json]) -> None:
    assert dump_all(documents) == _dump_all(documents)
