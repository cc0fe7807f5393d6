"""What a run reads, it reads once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Inputs, Repository
from fleetgen.inputs.run import Run


def never() -> None:
    raise AssertionError("nothing is built or gated here")


def test_the_repository_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fleetgen.toml").write_text('library = "."\n', encoding="utf-8")
    reads: list[Path] = []

    def read(repository: Repository) -> Inputs:
        reads.append(repository.root)
        return Inputs({}, {}, repository.config_text)

    monkeypatch.setattr(Repository, "read", read)
    nothing = Cache(None)
    run = Run(
        repository=Repository.find(tmp_path),
        cache=nothing,
        gate_cache=nothing,
        builder=never,  # type: ignore[arg-type]
        engine=never,  # type: ignore[arg-type]
        as_of=date(2026, 11, 24),
    )
    assert run.inputs is run.inputs
    assert reads == [tmp_path]
