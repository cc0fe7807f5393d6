"""The definitions that the contract tests judge by: all can be read, and ours say nothing that the official ones do not."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.schema import Definition
from fleetgen.schemas.definitions import read
from tests.contract.schemas.judging import FOLDERS, OWN, definitions, sources_of

OURS = [definition for source in sources_of(OWN) for definition in read(source)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_definition_can_be_read(folder: str) -> None:
    """The official ones are all that we know of the field: 4,356 patterns, one plain `=`, and a NUL among them."""
    found = [definition for source in sources_of(folder) for definition in read(source)]
    assert len(found) == len(sources_of(folder)) > 0
    assert all(any(version.served for version in definition.versions.values()) for definition in found)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("ours", OURS, ids=lambda definition: f"{definition.kind}.{definition.group}")
def test_ours_say_nothing_that_the_folders_do_not(ours: Definition, folder: str) -> None:
    found = definitions(folder).find(ours.group, ours.kind, "")
    assert found is not None
    official = found[1]
    for name, version in ours.versions.items():
        assert official.versions[name].served
        assert _beyond(version.schema, official.versions[name].schema, ours.kind) == []


def _beyond(ours: JsonObject, theirs: Json, path: str) -> list[str]:
    """Where ours has a key or a type that the official schema has not, or demands what that one does not."""
    if not isinstance(theirs, dict):
        return [f"{path} is not there"]
    if not _types(theirs):  # takes anything
        return []
    found = [f"{path}: {_types(ours)}, not {_types(theirs)}"] if not set(_types(ours)) <= set(_types(theirs)) else []
    required, official = cast("list[str]", ours.get("required", [])), cast("list[str]", theirs.get("required", []))
    found += [f"{path}.{name} is not required" for name in required if name not in official]
    known = cast("JsonObject", theirs.get("properties", {}))
    for name, inner in cast("JsonObject", ours.get("properties", {})).items():
        if name in known or theirs.get("additionalProperties") is False:
            found += _beyond(cast("JsonObject", inner), known.get(name), f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(ours.get(key), dict):
            found += _beyond(cast("JsonObject", ours[key]), theirs.get(key), f"{path}.{key}")
    return found


def _types(schema: JsonObject) -> list[str]:
    kinds = schema.get("type", [])
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)]
