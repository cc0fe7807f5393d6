"""The script that compares model folders with their digests, run by a real shell; digests are made as the component says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from fleetgen.tools import process
from fleetgen.tools.process import Command, Ran
from tests.golden.components.cases import case

# as in the description of the component
DIGEST: Final = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"


def shell(cwd: Path, *argv: str) -> Ran:
    return process.run(Command(argv=("/bin/sh", *argv), cwd=cwd, env=process.scrubbed(os.environ, {}), ok=frozenset({0, 1})))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    for version in ("6", "7"):
        (folder / version / "variables").mkdir(parents=True)
        (folder / version / "saved_model.pb").write_text(f"graph {version}")
        (folder / version / "variables" / "odd name\n.data").write_text("weights")
    return folder


def verified(model: Path, *more: str) -> tuple[int, str, dict[str, str]]:
    """Exit code and complaint of the script after `change`, with the digests of the folders as they were given out."""
    digests = {version: shell(model / version, "-c", DIGEST).stdout.decode().split()[0] for version in ("6", "7")}
    return *ran(model, *(f"{version}={digest}" for version, digest in digests.items()), *more), digests


def ran(model: Path, *pairs: str) -> tuple[int, str]:
    script = model.parent / "verify.sh"
    script.write_text(case("tf-serving/verified").rendered["overlay/verify.sh"], encoding="utf-8")
    done = shell(model.parent, str(script), str(model), *pairs)
    return done.code, done.stderr.decode()


def test_the_description_says_how_digests_are_made() -> None:
    assert DIGEST in case("tf-serving/verified").variant.component.description


def test_folders_that_are_as_they_were_pass(model: Path) -> None:
    code, complaint, digests = verified(model)
    assert (code, complaint, len(set(digests.values()))) == (0, "", 2)


CHANGES: Final[dict[str, Callable[[Path], object]]] = {
    "a changed file": lambda folder: (folder / "saved_model.pb").write_text("another graph"),
    "a file too much": lambda folder: (folder / "variables" / "more.data").write_text("x"),
    "a missing file": lambda folder: (folder / "saved_model.pb").unlink(),
    "a renamed file": lambda folder: (folder / "saved_model.pb").rename(folder / "saved_model.pbtxt"),
    "a file that moved": lambda folder: (folder / "saved_model.pb").rename(folder / "variables" / "saved_model.pb"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_is_refused(model: Path, change: Callable[[Path], object]) -> None:
    _, _, digests = verified(model)
    change(model / "7")
    now = verified(model)[2]
    assert now["7"] != digests["7"]
    complaint = f"version 7 has digest sha256:{now['7']}, but sha256:{digests['7']} is wanted\n"
    assert ran(model, f"6={digests['6']}", f"7={digests['7']}") == (1, complaint)


def test_a_link_is_refused(model: Path) -> None:
    (model / "7" / "assets").symlink_to("/etc")
    digest = verified(model)[2]["7"]
    assert ran(model, f"7={digest}") == (1, "version 7 holds something that is neither file nor folder: 7/assets\n")


def test_a_version_that_is_not_there_is_refused(model: Path) -> None:
    assert ran(model, "8=x") == (1, "version 8 is not there\n")
