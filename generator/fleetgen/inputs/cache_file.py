"""The file of the cache: SQLite, limited in size, shared by concurrent runs, replaced if it is damaged.

No failure of the cache is an error. A value that cannot be read counts as missing; one that cannot be written is dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

_WAIT_SECONDS: Final = 5.0
_KEYS_A_QUERY: Final = 500
# the last use is recorded by the hour, so that a run that follows another writes nothing
_USE_SECONDS: Final = 3600
# what a row takes beside its content: key, checksum, two indexes
_ROW_BYTES: Final = 200
_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS results (
        key BLOB PRIMARY KEY, stage TEXT NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL,
        checksum BLOB NOT NULL, content BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS by_use ON results (used, stage, size)",  # answers everything but `read` without the contents
)
# casts, because a damaged row can hold anything
_USAGE: Final = """
    SELECT CAST(stage AS TEXT), COUNT(*), CAST(TOTAL(size) AS INTEGER),
        IFNULL(CAST(MIN(used) AS INTEGER), 0), IFNULL(CAST(MAX(used) AS INTEGER), 0)
    FROM results GROUP BY stage ORDER BY stage"""
_FAILURES: Final = (sqlite3.Error, UnicodeError)  # the latter for a message that quotes a damaged file
_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_FORMAT}
)


class _IndexDamagedError(sqlite3.DatabaseError):
    """What was written is not found."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@dataclass(frozen=True, slots=True, kw_only=True)
class StageUse:
    """The entries of one stage; `oldest` and `newest` are the seconds (Unix time) of the earliest and the latest last use."""

    stage: str
    entries: int
    size: int
    oldest: int
    newest: int


class CacheFile:
    """Contents by key, where a key is `stage:hexadecimal digest`.

    `failure` says why the file cannot be used, or what went wrong last.
    """

    def __init__(self, folder: Path, limit: int, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.limit = limit
        self.failure = ""
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._close: Callable[[], object] = lambda: None
        self._number = 0
        self._open(1)

    @property
    def is_usable(self) -> bool:
        return self._connection is not None

    def read(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The contents that are there and whose checksum is right."""
        stale_before = int(self._clock()) - _USE_SECONDS
        found, stale = self._try(lambda connection: _select(connection, keys, stale_before)) or ({}, [])
        if stale:
            self._try(lambda connection: self._record_use(connection, stale))
        return found

    def _record_use(self, connection: sqlite3.Connection, keys: Sequence[str]) -> None:
        now = int(self._clock())
        with _writing(connection):
            connection.executemany("UPDATE results SET used = ? WHERE key = ?", [(now, _digest(key)) for key in keys])

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Keep contents, all or none of them; the least recently used entries make room."""
        now = int(self._clock())
        rows = [
            (_digest(key), _stage(key), now, len(content) + _ROW_BYTES, _checksum(key, content), content)
            for key, content in contents.items()
        ]

        def insert(connection: sqlite3.Connection) -> None:
            with _writing(connection):
                connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", rows)
                _demand_found(connection, contents)
                _make_room(connection, self.limit)
            _give_back(connection, self.limit)

        self._try(insert)

    def usage(self) -> tuple[StageUse, ...]:
        """What is kept, by stage."""
        rows = self._try(lambda connection: connection.execute(_USAGE).fetchall()) or []
        return tuple(
            StageUse(stage=stage, entries=entries, size=size, oldest=oldest, newest=newest)
            for stage, entries, size, oldest, newest in rows
        )

    def clear(self, stage: str = "", unused_for: float | None = None) -> int | None:
        """Remove what is kept (of one stage; not used for so many seconds). How many entries; None if the file cannot be used."""
        used_until = None if unused_for is None else int(self._clock() - unused_for)

        def delete(connection: sqlite3.Connection) -> int:
            with _writing(connection):
                query = "DELETE FROM results WHERE (?1 IS NULL OR used <= ?1) AND (?2 = '' OR stage = ?2)"
                removed = connection.execute(query, (used_until, stage)).rowcount
            _give_back(connection, 0)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return removed

        return self._try(delete)

    def disk_size(self) -> int:
        """The bytes that the file and its journal take."""
        with contextlib.suppress(OSError):
            return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())
        return 0

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What `work` makes of the file; once more with an empty file where this one is damaged. None if that fails, too."""
        for _ in range(2):
            if self._connection is None:
                break
            try:
                return work(self._connection)
            except _FAILURES as error:
                self.failure = str(error)
                if not _is_damage(error):
                    break
                self._open(self._number + 1)
        return None

    def _open(self, least: int) -> None:
        """Connect to the newest file, or to file `least` if that is newer; to the next one if that is damaged.

        A damaged file is never repaired in place: other runs may have it open. They go on with it until they notice, too.
        """
        self._close()
        self._connection = None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            newest = max([least, *self._numbers()])
            for number in (newest, newest + 1):
                self._number = number
                if self._connect(number):
                    break
        except (OSError, *_FAILURES) as error:
            self.failure = str(error)

    def _connect(self, number: int) -> bool:
        """Whether the file could be used; False if it is damaged."""
        try:
            connection = _connected(self.folder / f"{number}.sqlite3")
        except _FAILURES as error:
            if _is_damage(error):
                self.failure = str(error)
                return False
            raise
        self._connection = connection
        self._close = weakref.finalize(self, connection.close)
        for older in self._numbers():
            if older < number:
                for suffix in ("", "-wal", "-shm"):
                    (self.folder / f"{older}.sqlite3{suffix}").unlink(missing_ok=True)
        return True

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("*.sqlite3") if path.stem.isdecimal()]


def _connected(path: Path) -> sqlite3.Connection:
    """The file with its tables."""
    # only a new file is opened and closed here: that would end the locks that other connections of this process hold
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.text_factory = lambda text: text.decode(errors="replace")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # for a new file
        with contextlib.suppress(sqlite3.OperationalError):  # busy: another run makes the same change
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'by_use'").fetchall():
            with _writing(connection):
                for statement in _SCHEMA:
                    connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _select(connection: sqlite3.Connection, keys: Sequence[str], stale_before: int) -> tuple[dict[str, bytes], list[str]]:
    """Key -> content, and the keys that were last used before then."""
    found: dict[str, bytes] = {}
    stale: list[str] = []
    for start in range(0, len(keys), _KEYS_A_QUERY):
        asked = {_digest(key): key for key in keys[start : start + _KEYS_A_QUERY]}
        marks = ",".join("?" * len(asked))
        query = f"SELECT key, checksum, content, used < ? FROM results WHERE key IN ({marks})"  # noqa: S608 - question marks only
        for digest, checksum, content, is_stale in connection.execute(query, (stale_before, *asked)):
            key = asked.get(digest, "")
            if isinstance(content, bytes) and checksum == _checksum(key, content):
                found[key] = content
                stale += [key] if is_stale else []
    return found, stale


def _demand_found(connection: sqlite3.Connection, contents: Mapping[str, bytes]) -> None:
    """What was written is found. Else an index is damaged in a way that SQLite does not notice, and would hide it for ever."""
    if _select(connection, [*contents], 0)[0] != contents:
        raise _IndexDamagedError


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction; it waits for another run's before it begins, because it cannot wait later."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def _make_room(connection: sqlite3.Connection, limit: int) -> None:
    """Above the limit, remove the least recently used until a quarter of it is free."""
    in_use = (_pragma(connection, "page_count") - _pragma(connection, "freelist_count")) * _pragma(connection, "page_size")
    if in_use > limit:
        # sizes are estimates: what they say of one another counts
        (total,) = connection.execute("SELECT CAST(TOTAL(size) AS INTEGER) FROM results").fetchone()
        by_use = "SELECT rowid, SUM(size) OVER (ORDER BY used DESC, rowid DESC) AS newer FROM results"
        query = f"DELETE FROM results WHERE rowid IN (SELECT rowid FROM ({by_use}) WHERE newer > ?)"  # noqa: S608 - a constant
        connection.execute(query, (total * limit * 3 // (4 * in_use),))


def _give_back(connection: sqlite3.Connection, limit: int) -> None:
    """Make the file smaller by its free pages beyond the limit; those below it are used again."""
    excess = _pragma(connection, "page_count") - limit // _pragma(connection, "page_size")
    if excess > 0:
        # not `execute`: that stops at the first page, because this statement has rows without columns
        connection.executescript(f"PRAGMA incremental_vacuum({excess})")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _is_damage(error: Exception) -> bool:
    """Whether another file would do better; a full disk or a file that somebody holds is no damage."""
    return isinstance(error, UnicodeError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _stage(key: str) -> str:
    return key.partition(":")[0]


def _digest(key: str) -> bytes:
    return bytes.fromhex(key.partition(":")[2])


def _checksum(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + content).digest()
