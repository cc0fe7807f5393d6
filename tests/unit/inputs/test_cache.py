from __future__ import annotations

from pathlib import Path

from fleetgen.inputs.cache import Cache, key


def test_a_result_is_known_to_the_next_run(tmp_path: Path) -> None:
    Cache(tmp_path, lambda: "binaries").put_many({"a": [1], "b": {"c": None}})
    assert Cache(tmp_path, lambda: "binaries").get_many(["a", "b", "x"]) == {"a": [1], "b": {"c": None}}


def test_a_result_of_other_binaries_is_not(tmp_path: Path) -> None:
    Cache(tmp_path, lambda: "binaries").put_many({"a": 1})
    assert Cache(tmp_path, lambda: "others").get_many(["a"]) == {}


def test_nothing_is_known_until_the_binaries_are_there(tmp_path: Path) -> None:
    Cache(tmp_path, lambda: "binaries").put_many({"a": 1})
    there = iter([None, "binaries"])
    memo = Cache(tmp_path, lambda: next(there))
    assert [memo.get_many(["a"]) for _ in range(3)] == [{}, {"a": 1}, {"a": 1}]


def test_one_that_forgets(tmp_path: Path) -> None:
    for memo in (Cache(None), Cache(tmp_path)):
        memo.put_many({"a": 1})
        assert memo.get_many(["a"]) == {}


def test_a_damaged_file_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "memo.sqlite3").write_bytes(b"no database" * 1000)
    memo = Cache(tmp_path, lambda: "binaries")
    memo.put_many({"a": 1})
    assert memo.get_many(["a"]) == {"a": 1}


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    assert len({key("build", "ab", "c"), key("build", "a", "bc"), key("buil", "dab", "c"), key("build", "abc")}) == 4
