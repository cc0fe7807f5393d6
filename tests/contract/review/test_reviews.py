"""Prepared changes of the example fleet, one after the other on one branch: what a reviewer is told, whole.

The texts in tests/golden/reviews are read line by line. After a wanted change: FLEETGEN_UPDATE_GOLDEN=1, then read the diff.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from fleetgen.cli.main import main
from fleetgen.tools.toolchain import Tool

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "reviews"
UPDATE: Final = "FLEETGEN_UPDATE_GOLDEN" in os.environ
AS_OF: Final = "--as-of=2026-11-24"
PARTS: Final = ("environments", "fleet", "output", "policies", "templates")
CANARY: Final = "environments/production/rings/canary.yaml"
EARLY: Final = "environments/production/rings/early.yaml"
WAIVER: Final = """apiVersion: fleetgen.io/v1alpha1
kind: Waiver
metadata:
  name: camera-probe
spec:
  policy: FG-EDGE-004
  scope:
    groups: [drive-thru]
    object:
      kind: Deployment
      namespace: serving
      name: tf-serving-queue-length
  owner: team-vision
  ticket: VIS-99
  agreed: 2026-11-20
  reason: The supplier's image answers no probe before its next release.
  expires: 2026-12-09
"""


@dataclass(frozen=True)
class Edit:
    """One edit of a file: a text that is replaced, or the whole content of a new file."""

    path: str
    old: str
    new: str


CHANGES: Final = {
    "operator-in-canary": [
        Edit(CANARY, "version: v26.3.3", "version: v26.3.2"),
        Edit(CANARY, "580.178.04", "580.126.20"),
    ],
    "operator-in-early": [
        Edit(EARLY, "  title: Pilot stores\n", "  title: Pilot stores\n  components:\n    gpu-operator: {version: v26.3.2}\n")
    ],
    "operator-in-production": [
        Edit("environments/production/environment.yaml", "    gpu-operator:\n", "    gpu-operator:\n      version: v26.3.2\n"),
    ],
    "model-edit": [Edit("fleet/models/shelf-gap.yaml", "maxBatchSize: 8", "maxBatchSize: 4")],
    "template-fix": [
        Edit(
            "templates/cluster-baseline/overlay/namespaces.yaml.j2",
            "    app.kubernetes.io/component: namespace\n",
            '    app.kubernetes.io/component: namespace\n    fleet.example.com/managed: "true"\n',
        )
    ],
    "cluster-renamed": [
        Edit("fleet/clusters/store-0042.yaml", "name: store-0042", "name: store-9042"),
        Edit("fleet/clusters/store-0042.yaml", "\nspec:\n", "\nspec:\n  formerNames: [store-0042]\n"),
    ],
    "cluster-retired": [Edit("fleet/clusters/outlet-graz.yaml", "\nspec:\n", "\nspec:\n  lifecycle: retired\n")],
    "cluster-moved": [Edit("fleet/clusters/kiosk-hamburg.yaml", "ring: early", "ring: broad")],
    "policy-loosened": [Edit("policies/constraints/edge-spread.yaml", "enforcementAction: deny", "enforcementAction: warn")],
    "waiver-added": [Edit("policies/waivers/camera-probe.yaml", "", WAIVER)],
    "selector-changed": [
        Edit(
            "templates/dcgm-exporter/base/daemonset.yaml.j2",
            "    matchLabels:\n",
            "    matchLabels:\n      app.kubernetes.io/version: base\n",
        ),
        Edit(
            "templates/dcgm-exporter/base/daemonset.yaml.j2",
            "      labels:\n",
            "      labels:\n        app.kubernetes.io/version: base\n",
        ),
    ],
    "refused": [Edit(CANARY, "version: v26.3.3", "version: v26.3.2")],
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, root: Path, tools: Callable[[str], Tool]) -> Path:
    """The example fleet, committed with its output/."""
    for name in ("kustomize", "conftest"):
        tools(name)
    folder = tmp_path_factory.mktemp("review") / "fleet"
    for part in PARTS:
        shutil.copytree(root / part, folder / part)
    shutil.copy(root / "fleetgen.toml", folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=Fleet")
    return folder


@pytest.fixture
def changed(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Sequence[Edit]], None]]:
    """Makes edits in the work tree, which are taken back after the test."""
    monkeypatch.chdir(fleet)

    def make(edits: Sequence[Edit]) -> None:
        for edit in edits:
            path = fleet / edit.path
            text = path.read_text(encoding="utf-8") if edit.old else ""
            assert edit.old in text
            path.write_text(text.replace(edit.old, edit.new, 1) if edit.old else edit.new, encoding="utf-8")

    yield make
    git(fleet, "checkout", "--quiet", "--", ".")
    git(fleet, "clean", "--quiet", "--force")


def git(folder: Path, *arguments: str) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True)


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_reviewer_is_told(
    name: str, changed: Callable[[Sequence[Edit]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    changed(CHANGES[name])
    code = main(["diff", "--quiet", AS_OF])
    said = f"{capsys.readouterr().out}exit code {code}\n"
    file = GOLDEN / f"{name}.txt"
    if UPDATE:
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", ["markdown", "json", "html"])
def test_other_formats(format_: str, changed: Callable[[Sequence[Edit]], None], capsys: pytest.CaptureFixture[str]) -> None:
    changed(CHANGES["model-edit"])
    assert main(["diff", "--quiet", AS_OF, "--format", format_]) == 1
    said = capsys.readouterr().out
    if format_ == "json":
        assert json.loads(said)["headline"][1] == "restarts 1 workload on 71 clusters"
    file = GOLDEN / f"model-edit.{format_}"
    if UPDATE:
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")
