"""The cache of builds, verdicts and parsed documents. Results never depend on it; `--no-cache` computes everything again.

Keys are digests of stage, code, inputs and binaries; values are JSON. A damaged value, or one that was stored under another key,
counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.inputs.cache_file import CacheFile
from fleetgen.model.plain import Json
from fleetgen.tools.own_code import code_digest
from fleetgen.tools.toolchain import Toolchain

DEFAULT_LIMIT: Final = 512 * 2**20
MAKERS: Final = ("kustomize", "conftest")  # whose results are kept
_UNITS: Final = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
# on shorter values zlib saves less than a row takes
_COMPRESSED_FROM: Final = 200


def key(stage: str, *parts: str) -> str:
    """The cache key of a stage's result for inputs (texts or digests): `stage:digest`; `Cache` adds the binaries.

    The code is part of it: another version never reads an older one's results.
    """
    digest = hashlib.sha256(f"{stage} {code_digest()}".encode())
    for part in parts:
        digest.update(f" {len(part)} ".encode())
        digest.update(part.encode())
    return f"{stage}:{digest.hexdigest()}"


def results_folder(cache_folder: Path) -> Path:
    """Where results are kept below the user's cache folder, beside the tools."""
    return cache_folder / "results"


def limit_of(environ: Mapping[str, str]) -> int:
    """How many bytes of results are kept: FLEETGEN_CACHE_SIZE, or 512 MiB. Raises InputError E1201."""
    text = environ.get("FLEETGEN_CACHE_SIZE", "")
    found = re.fullmatch(r"(\d+) ?(?:([KMG])(?:iB)?)?", text)
    if text and not found:
        fix = "write it as 512MiB, 2GiB or a number of bytes"
        raise InputError(problem("E1201", f"FLEETGEN_CACHE_SIZE: '{text}' is not a size", fix=fix))
    return int(found[1]) * _UNITS[found[2] or ""] if found else DEFAULT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """How often a run asked for results of a stage, and how many of them were known."""

    hits: int
    misses: int


def cache_of(tools: Toolchain, limit: int = DEFAULT_LIMIT) -> Cache:
    """The user's cache: results that were made with the binaries that `tools` finds."""
    return Cache(tools.cache, limit, lambda: tools.digest(*MAKERS))


class Cache:
    """Values by key on disk; without a folder, or where the folder cannot be used, it forgets everything.

    `binaries` gives the digest of the binaries that make the results; while one of them is missing, it gives None and nothing is
    known.
    """

    def __init__(self, folder: Path | None, limit: int = DEFAULT_LIMIT, binaries: Callable[[], str | None] = lambda: "") -> None:
        self._file = CacheFile(results_folder(folder), limit) if folder is not None else None
        self._find = binaries
        self._binaries: str | None = None
        self._hits: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()

    @property
    def stats(self) -> dict[str, Lookups]:
        """Stage -> what this run asked for."""
        stages = sorted({*self._hits, *self._misses})
        return {stage: Lookups(hits=self._hits[stage], misses=self._misses[stage]) for stage in stages}

    def get_many(self, keys: Iterable[str]) -> dict[str, Json]:
        """The values of those keys that are known, in the order of the keys."""
        rows = self._rows(keys)
        contents = self._file.read([*rows.values()]) if self._file and rows else {}
        found: dict[str, Json] = {}
        for name, row in rows.items():
            if row in contents:
                with contextlib.suppress(ValueError, zlib.error):
                    found[name] = _decode(contents[row])
            counter = self._hits if name in found else self._misses
            counter[_stage_of(name)] += 1
        return found

    def put_many(self, values: Mapping[str, Json]) -> None:
        """Remember results."""
        rows = self._rows(values)
        if self._file and all(rows.values()):
            self._file.write({rows[name]: _encode(value) for name, value in values.items()})

    def _rows(self, keys: Iterable[str]) -> dict[str, str]:
        """Key -> the name of its row, which the binaries are part of; empty while one of them is missing.

        They are looked up when the first result is asked for; again while one is missing, because a run may build it.
        """
        if self._binaries is None:
            self._binaries = self._find()
        made_by = self._binaries
        return {name: "" if made_by is None else _row(made_by, name) for name in dict.fromkeys(keys)}


def _stage_of(name: str) -> str:
    return name.partition(":")[0]


def _row(binaries: str, name: str) -> str:
    return f"{_stage_of(name)}:{hashlib.sha256(f'{binaries} {name}'.encode()).hexdigest()}"


def _encode(value: Json) -> bytes:
    """JSON, compressed where it is long: a stream of zlib starts with `x`, JSON never does."""
    content = json.dumps(value, separators=(",", ":")).encode()
    return zlib.compress(content) if len(content) >= _COMPRESSED_FROM else content


def _decode(content: bytes) -> Json:
    plain = zlib.decompress(content) if content.startswith(b"x") else content
    value: Json = json.loads(plain)
    return value
