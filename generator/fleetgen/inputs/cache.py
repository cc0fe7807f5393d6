"""The cache: content in, result out. Results never depend on it; `--no-cache` computes everything anew.

One SQLite file; keys are digests of stage, code, inputs and binaries, values are JSON. A damaged cache is thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fleetgen.model.plain import Json
from fleetgen.tools.toolchain import Toolchain

MAX_ENTRIES: Final = 200_000
MAKERS: Final = ("kustomize", "conftest")  # whose results are kept
_PACKAGE: Final = Path(__file__).resolve().parent.parent


@cache
def code_digest() -> str:
    """sha256 of this package's sources: another version never reads an older one's results."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key(stage: str, *parts: str) -> str:
    """The cache key of a stage's result for inputs (texts or digests); `Cache` adds the binaries that make the result."""
    digest = hashlib.sha256(f"{stage} {code_digest()}".encode())
    for part in parts:
        digest.update(f" {len(part)} ".encode())
        digest.update(part.encode())
    return digest.hexdigest()


def cache_of(tools: Toolchain) -> Cache:
    """The user's cache: results that were made with the binaries that `tools` finds."""
    return Cache(tools.cache, lambda: tools.digest(*MAKERS))


class Cache:
    """A key-value store on disk; every failure of it counts as a miss.

    `binaries` gives the digest of the binaries that make the results; while one of them is missing, it gives None and nothing is
    known.
    """

    def __init__(self, folder: Path | None, binaries: Callable[[], str | None] = lambda: None) -> None:
        self._connection: sqlite3.Connection | None = None
        self._find = binaries
        self._binaries: str | None = None
        if folder is not None:
            with contextlib.suppress(OSError, sqlite3.Error):
                folder.mkdir(parents=True, exist_ok=True)
                self._connection = self._open(folder / "memo.sqlite3")

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        try:
            return _connect(path)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            return _connect(path)

    def get_many(self, keys: Iterable[str]) -> dict[str, Json]:
        """The values of those keys that are known."""
        found: dict[str, Json] = {}
        if self._connection is None or (binaries := self._made_by()) is None:
            return found
        with contextlib.suppress(sqlite3.Error, ValueError):
            for name in keys:
                row = self._connection.execute("SELECT value FROM memo WHERE key = ?", (_row(binaries, name),)).fetchone()
                if row is not None:
                    found[name] = json.loads(row[0])
        return found

    def put_many(self, values: Mapping[str, Json]) -> None:
        """Remember results."""
        if self._connection is None or not values or (binaries := self._made_by()) is None:
            return
        with contextlib.suppress(sqlite3.Error):
            rows = [(_row(binaries, name), json.dumps(value, separators=(",", ":"))) for name, value in values.items()]
            self._connection.executemany("INSERT OR REPLACE INTO memo (key, value) VALUES (?, ?)", rows)
            self._connection.execute("DELETE FROM memo WHERE rowid <= (SELECT MAX(rowid) FROM memo) - ?", (MAX_ENTRIES,))
            self._connection.commit()

    def _made_by(self) -> str | None:
        """Looked up when the first result is asked for; again while one is missing, because a run may build it."""
        self._binaries = self._binaries or self._find()
        return self._binaries


def _row(binaries: str, name: str) -> str:
    return hashlib.sha256(f"{binaries} {name}".encode()).hexdigest()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE IF NOT EXISTS memo (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    return connection
