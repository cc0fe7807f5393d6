"""`policy whatif` on the small fleet: what a tightened rule would refuse, and whom."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from fleetgen.cli.main import main
from fleetgen.inputs.files import read_tree
from fleetgen.inputs.policy_source import policies_from
from fleetgen.inputs.repository import Repository
from fleetgen.tools.git_cli import Git
from tests.contract.line.conftest import AS_OF, edit, git
from tests.fleets import read

WAIVER = """apiVersion: fleetgen.io/v1alpha1
kind: Waiver
metadata: {name: toy-may}
spec:
  policy: FG-POD-001
  scope: {clusters: [c1, c2]}
  owner: team-a
  ticket: T-1
  reason: until it is rewritten
  agreed: 2026-11-20
  expires: 2026-12-20
"""
NAMESPACE = """apiVersion: constraints.gatekeeper.sh/v1beta1
kind: FGPodNoPrivileged
metadata: {name: pod-no-privileged}
spec: {enforcementAction: deny, match: {kinds: [{apiGroups: [""], kinds: [Pod]}], excludedNamespaces: [serving]}}
"""


@pytest.fixture
def excluded(fleet: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A privileged toy that today's constraint excludes; the branch `strict` has the library's constraint."""
    git(fleet, "branch", "strict")
    (fleet / "policies/constraints/pod-no-privileged.yaml").write_text(NAMESPACE, encoding="utf-8")
    edit(
        fleet / "environments/production/environment.yaml",
        "toy: {enabled: true}",
        "toy: {enabled: true, values: {privileged: true}}",
    )
    (fleet / "policies/waivers").mkdir()
    assert main(["check", AS_OF]) == 0
    capsys.readouterr()
    return fleet


def whatif(*words: str) -> int:
    return main(["policy", "whatif", "--policies", *words, AS_OF])


TIGHTER = """POLICY      CONSTRAINT         ACTION  NEWLY FAILING    NEWLY PASSING
FG-POD-001  pod-no-privileged  deny    1 in 3 clusters  -

newly failing under pod-no-privileged (FG-POD-001, deny): 1 in 3 clusters
  templates/toy/base/deployment.yaml: Deployment.apps serving/toy: MESSAGE
    clusters: 3: c1, c2, c3
""".replace("MESSAGE", "[Implied by expand-deployment] spec.containers[0] (main): the container is privileged")
SIZE = "2 distinct objects in 3 clusters"


def test_a_tightened_rule(excluded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, status = read(excluded / "output"), git(excluded, "status", "--short")
    assert whatif("strict") == 0
    captured = capsys.readouterr()
    assert captured.out == TIGHTER
    assert captured.err.splitlines()[-1] == f"{SIZE}: 1 newly failing, 0 newly passing"
    assert (read(excluded / "output"), git(excluded, "status", "--short")) == (before, status)


def test_a_folder_says_the_same_as_a_commit(excluded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(excluded / "policies", copy)
    git(excluded, "show", "strict:policies/constraints/pod-no-privileged.yaml")
    (copy / "constraints/pod-no-privileged.yaml").write_text(
        git(excluded, "show", "strict:policies/constraints/pod-no-privileged.yaml")
    )
    assert whatif(str(copy)) == 0
    assert capsys.readouterr().out == TIGHTER


def test_a_loosened_rule(excluded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(excluded, "add", "--all")
    git(excluded, "commit", "--quiet", "--message=Exclude")
    (excluded / "policies/constraints/pod-no-privileged.yaml").write_text(
        git(excluded, "show", "strict:policies/constraints/pod-no-privileged.yaml")
    )
    assert whatif("HEAD", "--json", "--fail-on-new") == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["policy"], row["action"], row["failing"], len(row["passing"])) == ("FG-POD-001", "deny", [], 1)
    assert row["passing"][0]["object"] == "Deployment.apps serving/toy"


def test_waivers_that_would_cover_it(excluded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (excluded / "policies/waivers/toy.yaml").write_text(WAIVER, encoding="utf-8")
    assert whatif("strict", "--fail-on-new") == 1
    assert capsys.readouterr().out == TIGHTER + "  waiver toy-may would cover 1 of 1\n  and leave 1 cluster uncovered\n"
    edit(excluded / "policies/waivers/toy.yaml", "[c1, c2]", "[c1, c2, c3]")
    assert whatif("strict", "--fail-on-new") == 0
    assert capsys.readouterr().out == TIGHTER + "  waiver toy-may would cover 1 of 1\n"
    edit(excluded / "policies/waivers/toy.yaml", "2026-12-20", "2026-11-23")
    assert whatif("strict", "--fail-on-new") == 1
    assert capsys.readouterr().out == TIGHTER


def test_from_deny_to_warn(excluded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (excluded / "policies/constraints/pod-no-privileged.yaml").write_text(
        NAMESPACE.replace(", excludedNamespaces: [serving]", "")
    )
    (excluded / "policies/waivers/toy.yaml").write_text(WAIVER.replace("{clusters: [c1, c2]}", "{}"), encoding="utf-8")
    git(excluded, "add", "--all")
    git(excluded, "commit", "--quiet", "--message=Deny")
    edit(excluded / "policies/constraints/pod-no-privileged.yaml", "deny", "warn")
    git(excluded, "commit", "--quiet", "--all", "--message=Warn")
    assert whatif("HEAD~1", "--json", "--fail-on-new") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["action"], len(row["failing"]), len(row["passing"])) for row in rows] == [("deny", 1, 0), ("warn", 0, 1)]


def test_a_policy_about_clusters(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(fleet / "policies", copy / "policies")
    rule = copy / "policies/rego/gpu/capacity/policy.rego"
    rule.write_text(rule.read_text() + '\nviolation contains {"msg": "no cluster is good enough"}\n')
    assert whatif(str(copy), "--json", "--fail-on-new") == 1
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    (change,) = row["failing"]
    assert (row["policy"], row["constraint"]) == ("FG-GPU-001", "gpu-capacity")
    assert change == {
        "object": "",
        "message": "no cluster is good enough",
        "place": change["place"],
        "clusters": ["c1", "c2", "c3"],
        "waivers": [],
        "uncovered": ["c1", "c2", "c3"],
    }


def test_no_change(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert whatif("HEAD", "--fail-on-new") == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err.splitlines()[-1]) == (
        "HEAD changes no verdict\n",
        f"{SIZE}: 0 newly failing, 0 newly passing",
    )


def test_other_policies_that_are_broken(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(fleet / "policies", copy)
    edit(copy / "constraints/gpu-capacity.yaml", "deny", "denyy")
    assert whatif(str(copy)) == 2
    assert capsys.readouterr().err.startswith(
        f"{copy}:policies/constraints/gpu-capacity.yaml:8:22: error[E0801]: spec.enforcementAction is 'denyy'"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", "error[E0301]: 'nowhere' is neither a folder nor a commit of this repository\n"),
        ("fleet", "error[E0801]: 'fleet' has no policies: rego/gate/gate.rego is missing\n"),
    ],
)
def test_no_policies_there(fleet: Path, source: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert whatif(source) == 2
    assert capsys.readouterr().err.startswith(message)


def test_a_fleet_below_the_top_of_its_checkout(fleet: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    shutil.rmtree(fleet / ".git")
    git(tmp_path, "add", "fleet repo")
    git(tmp_path, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=Fleet")
    found = policies_from(Repository.find(fleet), "HEAD", lambda: Git.open(fleet, os.environ))
    wanted = read_tree(fleet, ("policies/rego", "policies/constraints"), [])
    assert found.rules == wanted


def test_of_the_builtin_policies_only_what_differs_is_needed(tmp_path: Path, root: Path) -> None:
    (tmp_path / "fleetgen.toml").write_text('library = "builtin"\n')
    other = tmp_path / "other" / "constraints"
    other.mkdir(parents=True)
    (other / "gpu-capacity.yaml").write_text("changed\n")
    found = policies_from(Repository.find(tmp_path), str(other.parent), lambda: pytest.fail("no git is needed"))
    builtin = read_tree(root, ("policies/rego", "policies/constraints"), [])
    assert found.rules == {**builtin, "policies/constraints/gpu-capacity.yaml": "changed\n"}
