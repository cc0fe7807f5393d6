from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.errors import InputError
from fleetgen.inputs import cache
from fleetgen.inputs.cache import Cache, Lookups, key, limit_of
from fleetgen.model.plain import Json

SHORT = key("gate", "short")
LONG = key("build", "long")
VALUES: dict[str, Json] = {SHORT: {"results": [], "policies": ["FG-POD-001"]}, LONG: ["kind: ConfigMap"] * 1000}


def test_values_come_back_in_the_order_of_the_keys(tmp_path: Path) -> None:
    Cache(tmp_path).put_many(VALUES)
    found = Cache(tmp_path).get_many([LONG, key("gate", "unknown"), SHORT])
    assert [*found.items()] == [(LONG, VALUES[LONG]), (SHORT, VALUES[SHORT])]


def test_a_key_names_its_stage_and_depends_on_stage_code_and_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [key("gate", "a", "b"), key("build", "a", "b"), key("gate", "ab"), key("gate", "a b"), key("gate", "b", "a")]
    monkeypatch.setattr(cache, "code_digest", lambda: "another version")
    keys.append(key("gate", "a", "b"))
    assert len(set(keys)) == len(keys)
    assert {each.partition(":")[0] for each in keys} == {"gate", "build"}


def test_what_was_asked_for_is_counted_by_stage(tmp_path: Path) -> None:
    asked = Cache(tmp_path)
    asked.put_many(VALUES)
    asked.get_many([SHORT, LONG, SHORT])
    asked.get_many([LONG, key("gate", "unknown")])
    assert asked.stats == {"build": Lookups(hits=2, misses=0), "gate": Lookups(hits=1, misses=1)}


def test_without_a_folder_everything_is_forgotten() -> None:
    forgets = Cache(None)
    forgets.put_many(VALUES)
    assert forgets.get_many(VALUES) == {}
    assert forgets.stats == {"build": Lookups(hits=0, misses=1), "gate": Lookups(hits=0, misses=1)}


def test_long_values_are_compressed(tmp_path: Path) -> None:
    kept = Cache(tmp_path)
    kept.put_many(VALUES)
    assert kept.get_many(VALUES) == VALUES
    del kept
    assert (tmp_path / "results/1.sqlite3").stat().st_size < 50_000


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 2**29), ("0", 0), ("1000", 1000), ("64K", 2**16), ("3 MiB", 3 * 2**20), ("512MiB", 2**29), ("2GiB", 2**31)],
)
def test_the_limit(text: str, size: int) -> None:
    assert limit_of({"FLEETGEN_CACHE_SIZE": text}) == size


@pytest.mark.parametrize("text", ["much", "-1", "1.5GiB", "3MB", "MiB", "1TiB"])
def test_a_limit_that_is_no_size(text: str) -> None:
    with pytest.raises(InputError) as caught:
        limit_of({"FLEETGEN_CACHE_SIZE": text})
    (finding,) = caught.value.findings
    assert (finding.code, finding.message) == ("E1201", f"FLEETGEN_CACHE_SIZE: '{text}' is not a size")
    assert finding.fix == "write it as 512MiB, 2GiB or a number of bytes"


def test_a_result_of_other_binaries_is_not_known(tmp_path: Path) -> None:
    Cache(tmp_path, binaries=lambda: "binaries").put_many(VALUES)
    assert Cache(tmp_path, binaries=lambda: "binaries").get_many(VALUES) == VALUES
    assert Cache(tmp_path, binaries=lambda: "others").get_many(VALUES) == {}


def test_nothing_is_known_until_the_binaries_are_there(tmp_path: Path) -> None:
    Cache(tmp_path, binaries=lambda: "binaries").put_many(VALUES)
    there = iter([None, "binaries"])
    kept = Cache(tmp_path, binaries=lambda: next(there))
    assert [kept.get_many([SHORT]) for _ in range(3)] == [{}, {SHORT: VALUES[SHORT]}, {SHORT: VALUES[SHORT]}]
