from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fleetgen.inputs import cache_file
from fleetgen.inputs.cache import key
from fleetgen.inputs.cache_file import CacheFile, StageUse

LIMIT = 2**20
CONTENTS = {key("build", str(number)): f"content of {number} ".encode() * 20 for number in range(100)}
HOUR = 3600


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


def opened(folder: Path, limit: int = LIMIT, clock: Clock | None = None) -> CacheFile:
    return CacheFile(folder / "results", limit, clock or Clock())


def statements(file: CacheFile) -> list[str]:
    """The SQL that the file is asked from now on, by its first word."""
    seen: list[str] = []
    assert file._connection is not None
    file._connection.set_trace_callback(lambda text: seen.append(text.split(maxsplit=1)[0]))
    return seen


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "results").iterdir())


def test_many_keys_are_few_queries_and_a_read_writes_nothing(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.write(CONTENTS)
    keys = [*CONTENTS, *(key("gate", str(number)) for number in range(1100))]
    seen = statements(file)
    assert file.read(keys) == CONTENTS
    assert seen == ["SELECT"] * 3


def test_the_last_use_is_recorded_by_the_hour_and_for_all_keys_at_once(tmp_path: Path) -> None:
    clock = Clock()
    file = opened(tmp_path, clock=clock)
    file.write(CONTENTS)
    first = int(clock.seconds)
    clock.seconds += HOUR
    used = [*CONTENTS][:10]
    file.read(used)
    assert {(each.oldest, each.newest) for each in file.usage()} == {(first, first)}
    clock.seconds += 1
    seen = statements(file)
    file.read(used)
    assert seen == ["SELECT", "BEGIN", *["UPDATE"] * 10, "COMMIT"]
    assert {(each.oldest, each.newest) for each in file.usage()} == {(first, first + HOUR + 1)}


def test_the_least_recently_used_make_room(tmp_path: Path) -> None:
    clock = Clock()
    file = opened(tmp_path, clock=clock)
    used = {key("used", str(n)): os.urandom(1000) for n in range(100)}
    unused = {key("unused", str(n)): os.urandom(1000) for n in range(200)}
    file.write(used)
    file.write(unused)
    clock.seconds += 2 * HOUR
    file.read([*used])
    for number in range(50):
        clock.seconds += 1
        file.write({key("new", str(number), str(n)): os.urandom(1000) for n in range(10)})
    entries = {each.stage: each.entries for each in file.usage()}
    # what was made room for is at least a quarter; how much more depends on how keys fill the pages
    assert (entries["new"], entries["used"], entries.get("unused", 0) < 100) == (500, 100, True)
    del file
    assert 0.6 * LIMIT < (tmp_path / "results/1.sqlite3").stat().st_size <= LIMIT


def test_a_smaller_limit_makes_the_file_smaller(tmp_path: Path) -> None:
    opened(tmp_path).write({key("build", str(n)): os.urandom(1000) for n in range(500)})
    opened(tmp_path, limit=100_000).write(CONTENTS)
    assert (tmp_path / "results/1.sqlite3").stat().st_size <= 100_000
    opened(tmp_path, limit=0).write(CONTENTS)
    assert opened(tmp_path).usage() == ()


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        file = opened(tmp_path)
        file.write(CONTENTS)
    finally:
        os.umask(before)
    paths = [tmp_path / "results", *(tmp_path / "results").iterdir()]
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in paths} == {
        "results": "0o700",
        "1.sqlite3": "0o600",
        "1.sqlite3-wal": "0o600",
        "1.sqlite3-shm": "0o600",
    }


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage " * 5000)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_the_first_page(path: Path) -> None:
    path.write_bytes(bytes(4096) + path.read_bytes()[4096:])


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE results (by_use)")
    connection.execute("CREATE INDEX by_use ON results (by_use)")
    connection.close()


@pytest.mark.parametrize("damage", [garbage, nothing, half, without_the_first_page, foreign])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    opened(tmp_path).write(CONTENTS)
    damage(tmp_path / "results/1.sqlite3")
    file = opened(tmp_path)
    found = file.read([*CONTENTS])
    assert found == {name: CONTENTS[name] for name in found}
    file.write(CONTENTS)
    assert file.read([*CONTENTS]) == CONTENTS
    del file
    assert opened(tmp_path).read([*CONTENTS]) == CONTENTS
    assert len([name for name in names(tmp_path) if name.endswith(".sqlite3")]) == 1


def test_a_file_that_is_damaged_while_it_is_in_use_is_replaced_for_all_runs(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    first.write(CONTENTS)
    with (tmp_path / "results/1.sqlite3").open("r+b") as opened_file:
        opened_file.write(b"garbage " * 512)
    (tmp_path / "results/1.sqlite3-wal").write_bytes(b"garbage " * 10_000)
    for file in (first, second):
        found = file.read([*CONTENTS])
        assert found == {name: CONTENTS[name] for name in found}
        file.write(CONTENTS)
        assert file.read([*CONTENTS]) == CONTENTS
    assert opened(tmp_path).read([*CONTENTS]) == CONTENTS


def test_a_flipped_byte_costs_one_entry(tmp_path: Path) -> None:
    opened(tmp_path).write(CONTENTS)
    path = tmp_path / "results/1.sqlite3"
    path.write_bytes(path.read_bytes().replace(b"content of 42 ", b"content of 43 ", 1))
    file = opened(tmp_path)
    (name,) = {*CONTENTS} - {*file.read([*CONTENTS])}
    assert name == key("build", "42")
    file.write({name: CONTENTS[name]})
    assert file.read([*CONTENTS]) == CONTENTS


def test_a_content_that_was_kept_under_another_key_is_not_there(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.write(CONTENTS)
    one, other = (bytes.fromhex(key("build", name).partition(":")[2]) for name in ("1", "2"))
    assert file._connection is not None
    file._connection.execute("DELETE FROM results WHERE key = ?", (other,))
    file._connection.execute("UPDATE results SET key = ? WHERE key = ?", (other, one))
    assert {*CONTENTS} - {*file.read([*CONTENTS])} == {key("build", "1"), key("build", "2")}


def test_an_index_that_hides_what_is_written_is_damage(tmp_path: Path) -> None:
    file = opened(tmp_path)
    assert file._connection is not None
    file._connection.execute("CREATE TRIGGER hide AFTER INSERT ON results BEGIN DELETE FROM results; END")
    file.write(CONTENTS)
    assert file.read([*CONTENTS]) == CONTENTS
    assert "2.sqlite3" in names(tmp_path)


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.write(CONTENTS)
    assert file._connection is not None
    (pages,) = file._connection.execute("PRAGMA page_count").fetchone()
    file._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    file.write({key("build", "big"): os.urandom(100_000)})
    assert (file.failure, file.is_usable) == ("database or disk is full", True)
    assert file.read([*CONTENTS, key("build", "big")]) == CONTENTS
    file._connection.execute("PRAGMA max_page_count = 1000000")
    file.write({key("build", "big"): b"fits"})
    assert file.read([key("build", "big")]) == {key("build", "big"): b"fits"}


def test_a_file_that_another_run_holds_for_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_file, "_WAIT_SECONDS", 0.01)
    file, other = opened(tmp_path), opened(tmp_path)
    assert other._connection is not None
    other._connection.execute("BEGIN EXCLUSIVE")
    file.write(CONTENTS)
    assert (file.failure, file.clear()) == ("database is locked", None)
    other._connection.execute("ROLLBACK")
    file.write(CONTENTS)
    assert file.read([*CONTENTS]) == CONTENTS
    assert names(tmp_path) == ["1.sqlite3", "1.sqlite3-shm", "1.sqlite3-wal"]


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file"


@pytest.mark.parametrize("refused", ["mkdir", "chmod"])
def test_a_folder_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    opened(tmp_path).write(CONTENTS)
    monkeypatch.setattr(Path, refused, refuse)
    file = opened(tmp_path)
    file.write(CONTENTS)
    assert (file.read([*CONTENTS]), file.usage(), file.clear(), file.is_usable) == ({}, (), None, False)
    assert file.failure == f"[Errno 30] Read-only file system: '{tmp_path}/results'"


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    file = opened(below_a_file(tmp_path))
    file.write(CONTENTS)
    assert (file.read([*CONTENTS]), file.is_usable, file.disk_size()) == ({}, False, 0)


def test_usage_and_clear(tmp_path: Path) -> None:
    clock = Clock()
    file = opened(tmp_path, clock=clock)
    start = int(clock.seconds)
    file.write({key("gate", "1"): b"1", key("gate", "2"): b"22"})
    clock.seconds += HOUR
    file.write({key("gate", "3"): b"333", key("build", "1"): b"1"})
    build = StageUse(stage="build", entries=1, size=201, oldest=start + HOUR, newest=start + HOUR)
    assert file.usage() == (build, StageUse(stage="gate", entries=3, size=606, oldest=start, newest=start + HOUR))
    assert file.clear("gate", HOUR) == 2
    assert file.usage() == (build, StageUse(stage="gate", entries=1, size=203, oldest=start + HOUR, newest=start + HOUR))
    assert file.clear("gate") == 1
    assert file.usage() == (build,)
    assert file.clear("unknown") == 0
    clock.seconds -= 10 * HOUR  # an entry of a machine whose clock is fast
    assert file.clear() == 1
    assert file.usage() == ()


def test_clear_gives_the_space_back(tmp_path: Path) -> None:
    file = opened(tmp_path, limit=10 * LIMIT)
    file.write({key("build", str(n)): os.urandom(1000) for n in range(2000)})
    assert file.disk_size() > 2_000_000
    assert file.clear() == 2000
    assert file.disk_size() < 100_000
