from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from fleetgen.inputs.cache import key, results_folder
from fleetgen.inputs.cache_file import CacheFile
from tests.unit.cli.conftest import Ran, Run

DAY = 86_400
MOMENT = 1_790_000_000  # 2026-09-21T14:13:20Z


def filled(folder: Path, now: float) -> Path:
    """The results of runs 0, 20 and 40 days before `now`."""
    for days in (0, 20, 40):
        file = CacheFile(results_folder(folder), 2**20, lambda days=days: now - days * DAY)  # type: ignore[misc]
        file.write({key("gate", str(days)): b"x" * 1000, key("build", str(days)): b"x" * 2000})
    return results_folder(folder)


def test_show(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(tmp_path / "cache", MOMENT)
    monkeypatch.setenv("FLEETGEN_CACHE_SIZE", "1MiB")
    out = f"""folder  {folder}
size    {{}} of at most 1.0 MiB

STAGE  ENTRIES  SIZE     OLDEST USE            NEWEST USE
build  3        6.4 KiB  2026-08-12T14:13:20Z  2026-09-21T14:13:20Z
gate   3        3.5 KiB  2026-08-12T14:13:20Z  2026-09-21T14:13:20Z
"""
    ran = run("cache", "show")
    assert ran == Ran(code=0, out=out.format(ran.out.split("size    ")[1].split(" of")[0]), err="")


def test_show_as_json(run: Run, tmp_path: Path) -> None:
    folder = filled(tmp_path / "cache", MOMENT)
    shown = json.loads(run("cache", "show", "--json").out)
    assert 20_000 < shown.pop("size") < 200_000
    used = {"oldest": "2026-08-12T14:13:20Z", "newest": "2026-09-21T14:13:20Z"}
    assert shown == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "folder": str(folder),
        "limit": 512 * 2**20,
        "failure": "",
        "entries": 6,
        "stages": [
            {"stage": "build", "entries": 3, "size": 6600, **used},
            {"stage": "gate", "entries": 3, "size": 3600, **used},
        ],
    }


def test_show_of_nothing(run: Run, tmp_path: Path) -> None:
    lines = run("cache", "show").out.splitlines()
    assert lines[0] == f"folder  {results_folder(tmp_path / 'cache')}"
    assert (len(lines), lines[1].endswith(" of at most 512.0 MiB")) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "removed", "left"),
    [
        ([], 6, {}),
        (["--stage", "gate"], 3, {"build": 3}),
        (["--older-than", "30d"], 2, {"build": 2, "gate": 2}),
        (["--older-than", "480h"], 4, {"build": 1, "gate": 1}),
        (["--older-than", "2w", "--stage", "build"], 2, {"build": 1, "gate": 3}),
        (["--stage", "unknown"], 0, {"build": 3, "gate": 3}),
    ],
    ids=str,
)
def test_clear(run: Run, tmp_path: Path, arguments: list[str], removed: int, left: dict[str, int]) -> None:
    folder = filled(tmp_path / "cache", time.time())
    ran = run("cache", "clear", *arguments)
    assert (ran.code, ran.out.split(";")[0], ran.err) == (0, f"{removed} results removed", "")
    assert {each.stage: each.entries for each in CacheFile(folder, 2**20).usage()} == left


def test_a_folder_that_cannot_be_used_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    folder = results_folder(tmp_path / "cache")
    failure = f"[Errno 20] Not a directory: '{folder}'"
    out = f"folder  {folder}\nsize    0 B of at most 512.0 MiB\nstate   not used: {failure}\n"
    assert run("cache", "show") == Ran(code=0, out=out, err="")
    fix = "wait for other runs, make the folder writable for you alone, or remove it"
    err = f"error[E1205]: {folder}: nothing was removed: {failure}\n  fix: {fix}\n1 error\n"
    assert run("cache", "clear") == Ran(code=3, out="", err=err)


def test_an_age_that_is_none(run: Run) -> None:
    ran = run("cache", "clear", "--older-than", "month")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "Error: --older-than month: write it as 12h, 30d or 8w")


def test_a_wrong_limit_is_an_error_of_every_run(run: Run, fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETGEN_CACHE_SIZE", "much")
    err = (
        "error[E1201]: FLEETGEN_CACHE_SIZE: 'much' is not a size\n  fix: write it as 512MiB, 2GiB or a number of bytes\n1 error\n"
    )
    for command in (["check"], ["cache", "show"]):
        assert run(*command) == Ran(code=2, out="", err=err)
