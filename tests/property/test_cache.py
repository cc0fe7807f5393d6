"""Whatever happens to the file, the cache gives a right value or none, and never an error."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fleetgen.inputs.cache import Cache, key
from fleetgen.model.plain import Json

VALUES: dict[str, Json] = {
    key(stage, str(number)): [stage, number, "x" * (number * 37)] for stage in ("build", "gate") for number in range(60)
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@cache
def intact() -> bytes:
    """The file of a cache that has the values."""
    with tempfile.TemporaryDirectory() as folder:
        Cache(Path(folder)).put_many(VALUES)
        return Path(folder, "results", "1.sqlite3").read_bytes()


@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40)), max_size=4),
    kept=st.just(1.0) | st.floats(0, 1),
)
def test_a_damaged_file_never_gives_a_wrong_value(flips: list[tuple[float, bytes]], kept: float) -> None:
    content = bytearray(intact())
    for place, damage in flips:
        start = int(place * len(content))
        content[start : start + len(damage)] = damage
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "results").mkdir()
        Path(folder, "results", "1.sqlite3").write_bytes(content[: int(kept * len(content))])
        damaged = Cache(Path(folder))
        for _ in range(2):
            found = damaged.get_many(VALUES)
            assert found == {name: VALUES[name] for name in found}
            damaged.put_many(VALUES)
        found = Cache(Path(folder)).get_many(VALUES)
        assert found == VALUES


@given(value=JSON)
def test_what_is_kept_comes_back_equal(value: Json) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cached = Cache(Path(folder))
        cached.put_many({key("build", "a"): value})
        assert cached.get_many([key("build", "a")]) == {key("build", "a"): value}
