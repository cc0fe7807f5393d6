"""The documents of an inventory, of which only new texts are parsed: the cache keeps what each text says.

Only texts without a mistake are kept, so a mistake is found and explained in the same way each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from fleetgen.inputs.cache import Cache, key
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json
from fleetgen.stages.load.documents import Document, Written, usable, written


def read_documents(cache: Cache, files: Mapping[str, str], problems: list[Finding]) -> tuple[Document, ...]:
    """The documents of all files (path -> text) that can be used; everything else is appended to `problems`."""
    keys = {path: key("document", text) for path, text in files.items()}
    known = cache.get_many(keys.values())
    said: dict[str, Sequence[Written]] = {}
    new: dict[str, Json] = {}
    for path in sorted(files):
        if keys[path] in known:
            said[path] = [Written.from_json(one) for one in cast("list[Json]", known[keys[path]])]
            continue
        found: list[Finding] = []
        said[path] = written(path, files[path], found)
        problems += found
        if not found:
            new[keys[path]] = [one.as_json() for one in said[path]]
    if new:
        cache.put_many(new)
    return usable(files, said, problems)
