"""How much work a change makes, counted and never timed: it grows with what is different, not with the number of clusters."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fleetgen.cli.main import main
from fleetgen.inputs import read_documents
from fleetgen.stages import gate
from fleetgen.stages.compose.output_files import OutputFiles
from fleetgen.stages.render import Renderer
from fleetgen.tools.git_cli import Git
from fleetgen.tools.kustomize_cli import KustomizeCli
from tests.contract.line.conftest import AS_OF, edit, git
from tests.fleets import read

RING = """apiVersion: fleetgen.io/v1alpha1
kind: Ring
metadata: {name: canary}
spec:
  environment: production
  components: {toy: {values: {replicas: REPLICAS}}}
"""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What the commands of a test do.

    Documents parsed, overlays rendered and built, questions asked, folders whose texts are made, blobs read, files written,
    texts sent to git.
    """
    counts: Counter[str] = Counter()

    def count(owner: Any, name: str, what: str, size: Callable[..., int] = lambda *_: 1) -> None:  # noqa: ANN401 - a class or module
        original = getattr(owner, name)

        def counted(*arguments: Any) -> Any:  # noqa: ANN401 - handed on as they are
            counts[what] += size(*arguments)
            return original(*arguments)

        monkeypatch.setattr(owner, name, counted)

    count(read_documents, "written", "parsed")
    count(Renderer, "overlay", "rendered")
    count(KustomizeCli, "build", "built", lambda _self, roots: len(roots))
    count(gate, "demand_coverage", "asked", lambda sent, _verdicts: len(sent))
    count(OutputFiles, "_made", "made")
    count(Git, "read_blobs", "read", lambda _self, oids: len(set(oids)))
    count(Git, "import_commit", "imported", lambda _self, _parent, _message, replace, _known: len(replace["output"]))
    count(Path, "write_bytes", "written")
    return counts


def replicas(root: Path, number: int) -> None:
    folder = root / "environments/production/rings"
    folder.mkdir(exist_ok=True)
    (folder / "canary.yaml").write_text(RING.replace("REPLICAS", str(number)), encoding="utf-8")


def nothing(_: Path) -> None:
    """No change."""


def setting(root: Path) -> None:
    replicas(root, 3)


def moved(root: Path) -> None:
    edit(root / "fleet/clusters/c3.yaml", "ring: canary", "ring: broad")


def template(root: Path) -> None:
    edit(root / "templates/toy/overlay/kustomization.yaml.j2", "resources:", "commonAnnotations: {a: b}\nresources:")


def one_cluster(root: Path) -> None:
    edit(root / "fleet/clusters/c3.yaml", "  ring: canary\n", "  ring: canary\n  components: {toy: {values: {replicas: 5}}}\n")


def new_cluster(root: Path) -> None:
    text = (root / "fleet/clusters/c1.yaml").read_text(encoding="utf-8")
    (root / "fleet/clusters/c9.yaml").write_text(text.replace("name: c1", "name: c9"), encoding="utf-8")


def policy(root: Path) -> None:
    path = root / "policies/rego/pod/no_privileged/policy.rego"
    path.write_text(path.read_text(encoding="utf-8") + "\n# the same rule\n", encoding="utf-8")


WAIVER = """apiVersion: fleetgen.io/v1alpha1
kind: Waiver
metadata: {name: toy}
spec:
  policy: FG-POD-001
  scope: {environments: [production], object: {kind: Deployment, namespace: serving, name: toy}}
  owner: team-toy
  ticket: T-1
  agreed: 2026-11-10
  reason: The toy needs the whole node.
  expires: 2026-12-09
"""


def waiver(root: Path) -> None:
    (root / "policies/waivers").mkdir()
    (root / "policies/waivers/toy.yaml").write_text(WAIVER, encoding="utf-8")


CHANGES: Mapping[str, tuple[Callable[[Path], None], Mapping[str, Mapping[str, int]]]] = {
    "nothing": (
        nothing,
        {
            "check": {},
            "diff": {},
            "render": {},
            "verify": {"made": 3, "built": 1},
        },
    ),
    "a setting of a ring": (
        setting,
        {
            "check": {"parsed": 1, "rendered": 1, "built": 1, "asked": 1},
            "diff": {"made": 1, "read": 7},
            "render": {"written": 1},
            "verify": {"made": 3, "built": 1},
        },
    ),
    "a cluster in another ring": (
        moved,
        {
            "check": {"parsed": 1, "rendered": 1, "built": 1, "asked": 4},
            "diff": {"made": 6, "read": 14},
            "render": {"made": 4, "written": 8},
            "verify": {"made": 6, "built": 2},
        },
    ),
    "a setting of one cluster": (
        one_cluster,
        {
            "check": {"parsed": 1, "rendered": 1, "built": 1, "asked": 2},
            "diff": {"made": 4, "read": 10},
            "render": {"made": 3, "written": 5},
            "verify": {"made": 5, "built": 2},
        },
    ),
    "a new cluster like others": (
        new_cluster,
        {
            "check": {"parsed": 1, "asked": 1},
            "diff": {"made": 4, "read": 11},
            "render": {"made": 2, "written": 4},
            "verify": {"made": 3, "built": 1},
        },
    ),
    "a template": (
        template,
        {
            "check": {"rendered": 1, "built": 1, "asked": 1},
            "diff": {"made": 1, "read": 7},
            "render": {"written": 1},
            "verify": {"made": 3, "built": 1},
        },
    ),
    "a policy": (
        policy,
        {
            "check": {"asked": 5},
            "diff": {"read": 58},  # the policies of the commit, to say what is loosened
            "render": {},
            "verify": {"made": 3, "built": 1},
        },
    ),
    "a waiver": (
        waiver,
        {
            "check": {"parsed": 1, "asked": 5},
            "diff": {"made": 1, "read": 58},
            "render": {"made": 1, "written": 1},
            "verify": {"made": 3, "built": 1},
        },
    ),
}


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("more", [0, 12], ids=["3 clusters", "15 clusters"])
@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_work_grows_with_what_is_different(
    fleet: Path,
    work: Counter[str],
    change: Callable[[Path], None],
    expected: Mapping[str, Mapping[str, int]],
    more: int,
) -> None:
    for number in range(10, 10 + more):
        text = (fleet / f"fleet/clusters/c{number % 3 + 1}.yaml").read_text(encoding="utf-8")
        (fleet / f"fleet/clusters/c{number}.yaml").write_text(re.sub("name: c.", f"name: c{number}", text), encoding="utf-8")
    replicas(fleet, 2)
    assert main(["render", AS_OF]) == 0
    git(fleet, "add", "--all")
    git(fleet, "commit", "--quiet", "--message=Before")
    change(fleet)
    found = {}
    for command in expected:
        work.clear()
        assert main([command, AS_OF]) in {0, 1}
        found[command] = dict(work)
    assert found == expected
    rendered = read(fleet / "output")
    work.clear()
    assert main(["publish", AS_OF, "--allow-uncommitted", "--allow-removal"]) in {0, 1}
    assert work["imported"] == expected["render"].get("written", 0)
    assert main(["render", AS_OF, "--no-cache"]) == 0
    assert read(fleet / "output") == rendered


def test_what_only_reads_a_fleet_imports_nothing_that_renders_builds_or_judges() -> None:
    heavy = ("jinja2", "fleetgen.build.desired_state", "fleetgen.tools.kustomize_cli", "fleetgen.stages.gate")
    code = f"import sys, fleetgen.cli.explain; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
