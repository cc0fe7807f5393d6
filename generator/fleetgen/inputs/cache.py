"""The cache: content in, result out. Results never depend on it; `--no-cache` computes everything anew.

One SQLite file; keys are digests of stage, code, inputs and tool, values are JSON. A damaged cache is thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fleetgen.library import builtin_root
from fleetgen.model.plain import Json

MAX_ENTRIES: Final = 200_000
_PACKAGE: Final = Path(__file__).resolve().parent.parent


@cache
def code_digest() -> str:
    """sha256 of this package's sources and of the tools' pins: another version never reads an older one's results.

    The pins stand for the binaries: only a binary of exactly the pinned version is ever used.
    """
    digest = hashlib.sha256()
    for path in [*sorted(_PACKAGE.rglob("*.py")), *sorted((builtin_root() / "tools").glob("*/go.sum"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key(stage: str, *parts: str) -> str:
    """The cache key of a stage's result for inputs (texts or digests)."""
    digest = hashlib.sha256(f"{stage} {code_digest()}".encode())
    for part in parts:
        digest.update(f" {len(part)} ".encode())
        digest.update(part.encode())
    return digest.hexdigest()


class Cache:
    """A key-value store on disk; every failure of it counts as a miss."""

    def __init__(self, folder: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
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
        if self._connection is None:
            return found
        with contextlib.suppress(sqlite3.Error, ValueError):
            for name in keys:
                row = self._connection.execute("SELECT value FROM memo WHERE key = ?", (name,)).fetchone()
                if row is not None:
                    found[name] = json.loads(row[0])
        return found

    def put_many(self, values: Mapping[str, Json]) -> None:
        """Remember results."""
        if self._connection is None or not values:
            return
        with contextlib.suppress(sqlite3.Error):
            rows = [(name, json.dumps(value, separators=(",", ":"))) for name, value in values.items()]
            self._connection.executemany("INSERT OR REPLACE INTO memo (key, value) VALUES (?, ?)", rows)
            self._connection.execute("DELETE FROM memo WHERE rowid <= (SELECT MAX(rowid) FROM memo) - ?", (MAX_ENTRIES,))
            self._connection.commit()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE IF NOT EXISTS memo (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    return connection
