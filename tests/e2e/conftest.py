"""Rehearsals on the real programs. What they show is printed at the end and written to build/e2e/report.md."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fleetgen.rehearse.rehearsal import BuiltTools, Rehearsed
from fleetgen.rehearse.report import timeline
from fleetgen.rehearse.watching import SiteEvent
from fleetgen.tools.pins import ToolUse
from fleetgen.tools.toolchain import Toolchain, cache_folder
from tests.e2e.fleet import Fleet

ROOT = Path(__file__).resolve().parents[2]
_REPORT: list[tuple[str, str]] = []


def note(title: str, text: str) -> None:
    """Add to the report."""
    _REPORT.append((title, text))


@pytest.fixture(scope="session")
def programs() -> BuiltTools:
    """The programs of a rehearsal. One that is missing fails the test: a skipped rehearsal proves nothing."""
    toolchain = Toolchain(library=ROOT, cache=cache_folder(os.environ), environ=os.environ)
    missing = [
        name for name in (*toolchain.names(use=ToolUse.REHEARSALS), "kustomize", "conftest") if toolchain.find(name) is None
    ]
    if missing:
        pytest.fail(f"not built: {', '.join(missing)}; run: make e2e-tools", pytrace=False)
    return BuiltTools(toolchain)


@pytest.fixture(scope="session")
def crds() -> Path | None:
    """Official definitions where they are at hand; without them the rehearsal makes its own."""
    folder = ROOT.parent / "shared" / "crds"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A small copy of the example in a repository of its own, published."""
    return Fleet.made(ROOT, tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="session")
def report() -> Callable[[str, str], None]:
    """Adds a section."""
    return note


@contextmanager
def shown(title: str, events: Callable[[], list[SiteEvent]]) -> Iterator[None]:
    """Whatever happens, the timeline gets into the report."""
    try:
        yield
    finally:
        note(title, timeline(tuple(events())))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the report, and keep it."""
    if not _REPORT:
        return
    for title, text in _REPORT:
        terminalreporter.section(title)
        terminalreporter.write_line(text)
    folder = ROOT / "build" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    sections = [f"## {title}\n\n```\n{text}\n```\n" for title, text in _REPORT]
    (folder / "report.md").write_text("# Rehearsals\n\n" + "\n".join(sections), encoding="utf-8")


__all__ = ["Rehearsed", "note", "shown"]
