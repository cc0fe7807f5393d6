"""--format and -o: where a report goes, and what it says when a run fails early."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fleetgen.report.formats import FORMATS
from tests.unit.cli.conftest import Ran, Run
from tests.unit.report import examples

BROKEN = "fleet/clusters/stores.yaml"


@pytest.fixture
def broken(fleet: Path) -> Path:
    path = fleet / BROKEN
    path.write_text(path.read_text().replace("  ring: canary", "  rign: canary", 1))
    return fleet


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"text"}))
def test_an_early_error_is_a_report_too(run: Run, broken: Path, name: str) -> None:
    text = run("check", "--inventory").err
    ran = run("check", "--inventory", "--format", name)
    assert (ran.code, ran.err) == (2, "")
    readers = {
        "json": examples.read_json,
        "junit": examples.read_junit,
        "sarif": examples.read_sarif,
        "github": examples.read_github,
        "gitlab": examples.read_gitlab,
    }
    assert readers[name](ran.out) == examples.read_text(text)
    assert len(examples.read_text(text)) > 0


def test_a_report_goes_to_a_file_and_the_text_to_the_terminal(run: Run, broken: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.sarif"
    ran = run("check", "--inventory", "--format", "sarif", "-o", str(target))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == run("check", "--inventory").err
    assert target.read_text() == run("check", "--inventory", "--format", "sarif").out
    assert [path.name for path in tmp_path.iterdir() if "sarif" in path.name] == ["report.sarif"]


def test_one_run_can_write_several_formats(run: Run, broken: Path, tmp_path: Path) -> None:
    ran = run(
        *("check", "--inventory", "--format", "github"),
        *("-o", f"sarif={tmp_path / 'a'}", "-o", f"junit={tmp_path / 'b'}", "-o", f"gitlab={tmp_path / 'c'}"),
    )
    said = examples.read_github(ran.out)
    assert examples.read_sarif((tmp_path / "a").read_text()) == said
    assert examples.read_junit((tmp_path / "b").read_text()) == said
    assert examples.read_gitlab((tmp_path / "c").read_text()) == said


def test_a_passed_run_reports_too(run: Run, fleet: Path) -> None:
    (only,) = json.loads(run("check", "--inventory", "--format", "sarif").out)["runs"]
    assert (only["results"], only["invocations"]) == ([], [{"executionSuccessful": True, "exitCode": 0}])
    assert run("check", "--inventory", "--format", "gitlab").out == "[]\n"
    github = run("check", "--inventory", "--format", "github")
    assert github == Ran(code=0, out="", err="inventory is valid: 2 clusters, 2 variants\n")


def test_policies_are_skipped_where_the_gate_did_not_run(run: Run, fleet: Path) -> None:
    (fleet / "fleetgen.toml").write_text('library = "builtin"\n')
    for path in sorted((fleet / "templates").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    ran = run("check", "--inventory", "--format", "junit")
    cases = list(ET.fromstring(ran.out).iter("testcase"))  # noqa: S314 - written by ourselves
    assert ran.code == 2  # the toy component is gone
    assert {case.get("classname", "")[:3] for case in cases if case.find("skipped") is not None} == {"FG-"}
    assert not [case for case in cases if case.get("classname", "").startswith("FG-") and case.find("skipped") is None]


def test_a_file_that_cannot_be_written(run: Run, fleet: Path, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "r.xml"
    ran = run("check", "--inventory", "-o", f"junit={target}")
    error = f"error[E1201]: the report cannot be written to {target}: No such file or directory\n"
    fix = "  fix: name a file in a folder that exists and may be written\n1 error\n"
    assert ran == Ran(code=2, out="", err=error + fix)


def test_findings_are_not_lost_with_the_file(run: Run, broken: Path, tmp_path: Path) -> None:
    ran = run("check", "--inventory", "-o", f"junit={tmp_path / 'nowhere' / 'r.xml'}")
    assert ran.code == 2
    assert "error[E0202]: unknown key 'rign'" in ran.err
    assert "error[E1201]: the report cannot be written" in ran.err


def test_an_unknown_format_of_a_file(run: Run, fleet: Path) -> None:
    ran = run("check", "--inventory", "-o", "sarf=x")
    assert ran.code == 2
    assert "there is no format 'sarf': did you mean 'sarif'?" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--namespaces", "x"),
        ("check", "-e", "prod"),
        ("check", "x"),
        ("check", "--inventory", "--manifests", "x"),
    ],
)
def test_options_of_manifests_go_with_manifests(run: Run, fleet: Path, words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "--manifests" in ran.err
