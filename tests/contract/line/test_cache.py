"""What the cache may and may not change, on a small fleet with the real binaries."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import zlib
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from fleetgen.cli.main import main
from fleetgen.inputs.cache import DEFAULT_LIMIT, Cache, Lookups, results_folder
from fleetgen.inputs.cache_file import CacheFile
from tests.contract.line.conftest import AS_OF, edit, git
from tests.fleets import read


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Cache]:
    """Every cache that a command opens."""
    opened: list[Cache] = []
    original = Cache.__init__

    def record(self: Cache, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - handed on as they are
        original(self, *arguments, **named)
        opened.append(self)

    monkeypatch.setattr(Cache, "__init__", record)
    return opened


def start(*argv: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fleetgen.cli.main", *argv]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_runs_at_once_say_the_same_and_leave_results_for_the_next(fleet: Path, cache: Path, counted: list[Cache]) -> None:
    runs = [start("check", AS_OF, "--json") for _ in range(2)]
    answers = [(*process.communicate(timeout=120), process.returncode) for process in runs]
    assert answers[0] == answers[1]
    assert answers[0][1:] == ("", 0)
    assert main(["check", AS_OF]) == 0
    assert [kept.stats for kept in counted] == [{"outcome": Lookups(hits=1, misses=0)}]


def test_a_run_that_is_killed_leaves_a_cache_that_works(fleet: Path, cache: Path) -> None:
    killed = start("check", AS_OF)
    while killed.poll() is None and not CacheFile(results_folder(cache), 2**29).usage():
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    assert main(["render", AS_OF]) == 0
    assert main(["verify", AS_OF, "--no-cache"]) == 0


def test_results_do_not_depend_on_where_they_were_made(
    fleet: Path, cache: Path, counted: list[Cache], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["render", AS_OF]) == 0
    rendered = read(fleet / "output")
    elsewhere = tmp_path / "another machine"
    shutil.copytree(fleet, elsewhere / "fleet", ignore=shutil.ignore_patterns("output"))
    shutil.copytree(results_folder(cache), results_folder(elsewhere / "cache"))
    (elsewhere / "cache" / "tools").symlink_to(cache / "tools")
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(elsewhere / "cache"))
    counted.clear()
    assert main(["-C", str(elsewhere / "fleet"), "render", AS_OF]) == 0
    assert sum(each.misses for kept in counted for each in kept.stats.values()) == 0
    assert {*counted[0].stats} == {"build", "conform", "document", "files", "gate", "gate-model", "outcome", "render"}
    assert read(elsewhere / "fleet" / "output") == rendered


def test_entries_that_are_all_damaged_change_no_byte(fleet: Path, cache: Path, counted: list[Cache]) -> None:
    assert main(["render", AS_OF]) == 0
    rendered = read(fleet / "output")
    shutil.rmtree(fleet / "output")
    with closing(connect(results_folder(cache) / "1.sqlite3", isolation_level=None)) as connection:
        connection.execute("UPDATE results SET content = substr(content, 1, length(content) - 1) || x'00'")
    counted.clear()
    for hits in (0, 1):
        assert main(["render", AS_OF]) == 0
        assert read(fleet / "output") == rendered
        assert {bool(each.hits) for each in counted[-1].stats.values()} == {bool(hits)}


def test_check_believes_the_cache_and_publish_does_not(fleet: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A checksum is no signature: whoever can write the cache of a check decides what it says."""
    path = fleet / "environments/production/environment.yaml"
    edit(path, "toy: {enabled: true}", "toy: {enabled: true, values: {privileged: true}}")
    git(fleet, "commit", "--quiet", "--all", "--message=Privileged")
    assert main(["check", AS_OF]) == 1
    forge_verdicts(cache)
    assert main(["check", AS_OF]) == 0
    capsys.readouterr()
    assert main(["publish", AS_OF]) == 1
    assert "error[FG-POD-001]" in capsys.readouterr().err


def forge_verdicts(cache: Path) -> None:
    """Whatever the gate found, it found nothing; the checksums are right."""
    file = CacheFile(results_folder(cache), DEFAULT_LIMIT)
    with closing(connect(results_folder(cache) / "1.sqlite3")) as connection:
        keys = [f"gate:{digest.hex()}" for (digest,) in connection.execute("SELECT key FROM results WHERE stage = 'gate'")]
    known = file.read(keys)
    assert len(known) == len(keys)
    file.write({name: forged(content) for name, content in known.items()})


def forged(content: bytes) -> bytes:
    """An answer of the gate without its results."""
    answer = json.loads(zlib.decompress(content) if content.startswith(b"x") else content)
    return json.dumps({**answer, "results": []}).encode()


def test_publish_builds_anew(fleet: Path, cache: Path, counted: list[Cache]) -> None:
    assert main(["render", AS_OF]) == 0
    counted.clear()
    assert main(["publish", AS_OF]) == 0
    assert [kept.stats for kept in counted if kept.stats and any(each.hits for each in kept.stats.values())] == []
