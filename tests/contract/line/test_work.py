"""How much work a change makes, counted and never timed: it grows with what is different, not with the number of clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fleetgen.cli.main import main
from fleetgen.stages.compose.output_files import OutputFiles
from fleetgen.stages.render import Renderer
from fleetgen.tools.git_cli import Git
from fleetgen.tools.kustomize_cli import KustomizeCli
from tests.contract.line.conftest import AS_OF, edit, git, read

RING = """apiVersion: fleetgen.io/v1alpha1
kind: Ring
metadata: {name: canary}
spec:
  environment: production
  components: {toy: {values: {replicas: REPLICAS}}}
"""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What the commands of a test do: overlays rendered and built, folders whose texts are made, blobs read, files written."""
    counts: Counter[str] = Counter()

    def count(owner: type, name: str, what: str, size: Callable[..., int] = lambda *_: 1) -> None:
        original = getattr(owner, name)

        def counted(self: Any, *arguments: Any) -> Any:  # noqa: ANN401 - handed on as they are
            counts[what] += size(*arguments)
            return original(self, *arguments)

        monkeypatch.setattr(owner, name, counted)

    count(Renderer, "overlay", "rendered")
    count(KustomizeCli, "build", "built", len)
    count(OutputFiles, "_made", "made")
    count(Git, "read_blobs", "read", lambda oids: len(set(oids)))
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


CHANGES: Mapping[str, tuple[Callable[[Path], None], Mapping[str, Mapping[str, int]]]] = {
    "nothing": (
        nothing,
        {"check": {}, "diff": {}, "render": {}, "verify": {"made": 7, "built": 1}},
    ),
    "a setting of a ring": (
        setting,
        {
            "check": {"rendered": 1, "built": 1},
            "diff": {"made": 7, "read": 7},
            "render": {"made": 7, "written": 1},
            "verify": {"made": 7, "built": 1},
        },
    ),
    "a cluster in another ring": (
        moved,
        {
            "check": {"rendered": 1, "built": 1},
            "diff": {"made": 9, "read": 14},
            "render": {"made": 9, "written": 8},
            "verify": {"made": 9, "built": 2},
        },
    ),
    "a template": (
        template,
        {
            "check": {"rendered": 1, "built": 1},
            "diff": {"made": 7, "read": 7},
            "render": {"made": 7, "written": 1},
            "verify": {"made": 7, "built": 1},
        },
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_work_grows_with_what_is_different(
    fleet: Path,
    cache: Path,
    work: Counter[str],
    change: Callable[[Path], None],
    expected: Mapping[str, Mapping[str, int]],
) -> None:
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
    assert main(["render", AS_OF, "--no-cache"]) == 0
    assert read(fleet / "output") == rendered
