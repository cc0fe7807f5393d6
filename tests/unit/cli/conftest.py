"""A tiny fleet with two toy components; commands run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleetgen.cli import output
from fleetgen.cli.main import main
from tests.fleets import TOY, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet repository of the toy files."""
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "fleet"
    write(folder, TOY)
    return folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `fleetgen` in this process, in the toy fleet where there is one."""
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(tmp_path / "cache"))

    def call(*argv: str) -> Ran:
        output.use_format("text")
        folder = tmp_path / "fleet"
        code = main(["-C", str(folder if folder.is_dir() else tmp_path), *argv])
        captured = capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    return call
