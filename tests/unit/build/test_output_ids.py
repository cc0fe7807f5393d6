"""The ids of output/: as git would name each text, and known without the texts the second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.build.desired_state import desired
from fleetgen.build.output_ids import output_ids
from fleetgen.inputs.cache import Cache, Lookups
from fleetgen.model.blob import blob_ids
from fleetgen.stages.compose.output_files import OutputFiles
from tests.fleets import TOY, OneFileBuilder, toy_run


@pytest.mark.parametrize("like", ["", "0" * 64], ids=["sha1", "sha256"])
def test_ids_are_remembered_by_what_the_texts_are_made_from(tmp_path: Path, like: str) -> None:
    made = desired(toy_run(tmp_path / "fleet", TOY, OneFileBuilder()))
    expected = blob_ids(made.files, like=like)
    for lookups, folders in ((Lookups(hits=0, misses=5), 5), (Lookups(hits=5, misses=0), 0)):
        kept, files = Cache(tmp_path / "cache"), OutputFiles(made.composed)
        assert output_ids(kept, files, like=like) == expected
        assert (kept.stats["files"], files.made) == (lookups, folders)
