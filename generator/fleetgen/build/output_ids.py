"""The ids that git gives to the files of output/: what was made of equal inputs before is not made again to know its id."""

from __future__ import annotations

from typing import cast

from fleetgen.inputs.cache import Cache, key
from fleetgen.model.blob import blob_ids, is_sha256
from fleetgen.model.plain import Json
from fleetgen.stages.compose.output_files import OutputFiles


def output_ids(kept: Cache, files: OutputFiles, *, like: str = "") -> dict[str, str]:
    """Path -> the id of its text, in the object format of the id `like`."""
    object_format = "sha256" if is_sha256(like) else "sha1"
    inputs = {folder: files.inputs(folder) for folder in files.folders}
    keys = {folder: key("files", object_format, *parts) for folder, parts in inputs.items() if parts}
    known = kept.get_many(keys.values())
    ids: dict[str, str] = {}
    fresh: dict[str, Json] = {}
    for folder in files.folders:
        paths, name = files.paths(folder), keys.get(folder, "")
        if name in known:
            ids |= zip(paths, cast("list[str]", known[name]), strict=True)
        else:
            made = blob_ids(files.of(folder), like=like)
            ids |= made
            if name:
                fresh[name] = [made[path] for path in paths]
    if fresh:
        kept.put_many(fresh)
    return ids
