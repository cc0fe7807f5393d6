"""What the entry point makes of failures that no command expects."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from fleetgen.cli.main import cli, main
from tests.unit.cli.conftest import Ran, Run


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/var/x/etcd")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (no_space(), "/var/x/etcd: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", b"/var/x"), "/var/x: Permission denied"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files"),
    ],
)
def test_what_the_machine_refuses_is_no_bug(run: Run, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", fail)
    fix = "make the folder writable, or free some space; TMPDIR names another folder for temporary files"
    assert run("list", "units") == Ran(code=3, out="", err=f"error[E1205]: {words}\n  fix: {fix}\n1 error\n")


def test_no_folder_for_temporary_files_is_no_bug(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(**_: object) -> None:
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "nowhere")])
        tempfile.gettempdir()

    monkeypatch.setattr(cli, "main", fail)
    found = run("list", "units")
    assert (found.code, f"error[E1205]: No usable temporary directory found in ['{tmp_path}/nowhere']" in found.err) == (3, True)


def test_anything_else_is_a_bug_with_its_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "x")

    monkeypatch.setattr(cli, "main", fail)
    found = run("list", "units")
    assert (found.code, found.err.splitlines()[0]) == (3, "Traceback (most recent call last):")
    assert found.err.splitlines()[-1].startswith("internal error in fleetgen")


def test_a_run_forgets_the_format_of_the_run_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "explain", "E0101", "--format", "json"]) == 0
    capsys.readouterr()
    assert main(["-C", str(tmp_path), "init", "fleet"]) == 0
    assert "next:" in capsys.readouterr().err
