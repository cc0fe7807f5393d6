"""Fleets to measure: many clusters of few kinds, and the worst one, in which no two clusters share anything."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_CLUSTER: Final = """\
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {{name: {name}, labels: {{camera: {camera}, hours: {hours}}}}}
spec:
  environment: production
  ring: {ring}
  region: {region}
  profile: {profile}
"""
# each of the five units gets a value that no other cluster has
_OWN: Final = """\
  components:
    argocd: {{values: {{reconciliation: {{intervalSeconds: {interval}}}}}}}
    cluster-baseline: {{values: {{priorityClasses: {{bench: {{value: {number}, description: Work of site {number}.}}}}}}}}
    gatekeeper: {{values: {{audit: {{intervalSeconds: {interval}}}}}}}
    gatekeeper-policies:
      patches:
      - target: {{kind: ConstraintTemplate, name: fgedgeprobes}}
        patch: '[{{"op": "add", "path": "/metadata/annotations/site", "value": "{number}"}}]'
    tf-serving: {{values: {{modelDefaults: {{startupSeconds: {interval}}}}}}}
"""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One edit of a file. `name` says what it is for people."""

    name: str
    path: str
    old: str
    new: str


ONE_SETTING: Final = Change(
    name="one setting of a ring", path="environments/production/rings/canary.yaml", old="580.178.04", new="580.126.20"
)
ONE_MOVED: Final = Change(
    name="one cluster in another ring", path="fleet/clusters/bench-00000.yaml", old="ring: canary", new="ring: early"
)
ONE_OWN_SETTING: Final = Change(
    name="one setting of a cluster", path="fleet/clusters/bench-00000.yaml", old="Work of site 1.", new="Work of the first site."
)


def similar(number: int) -> str:
    """One of 84 variants: rings, regions, profiles and groups in rotation."""
    return _CLUSTER.format(
        name=_name(number),
        ring=("canary", "early", "broad")[number % 3],
        region=("eu-central", "us-east")[number // 3 % 2],
        profile=("l4-single", "a2-small", "t4-microk8s", "cpu-only")[number // 6 % 4],
        camera=("drive-thru", "aisle")[number // 24 % 2],
        hours=("around-the-clock", "day")[number // 48 % 2],
    )


def different(number: int) -> str:
    """A cluster that shares none of its five units."""
    plain = _CLUSTER.format(
        name=_name(number), ring="broad", region="eu-central", profile="cpu-only", camera="aisle", hours="day"
    )
    return plain + _OWN.format(number=number + 1, interval=300 + number)


def _name(number: int) -> str:
    return f"bench-{number:05d}"


def generate(target: Path, count: int, cluster: Callable[[int], str] = similar) -> None:
    """A committed fleet of `count` clusters over the layers of the example."""
    for folder in ("templates", "policies", "fleet", "environments"):
        shutil.copytree(ROOT / folder, target / folder)
    shutil.copy(ROOT / "fleetgen.toml", target)
    clusters = target / "fleet" / "clusters"
    shutil.rmtree(clusters)
    clusters.mkdir()
    for number in range(count):
        (clusters / f"{_name(number)}.yaml").write_text(cluster(number), encoding="utf-8")
    git(target, "init", "--quiet", "--initial-branch=main")
    git(target, "config", "user.name", "Benchmark")
    git(target, "config", "user.email", "benchmark@example.com")
    commit(target)


def commit(root: Path) -> None:
    """Everything, as the work tree has it."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=Fleet")


def apply(root: Path, change: Change) -> None:
    """Edit the file. The old text has to be there."""
    path = root / change.path
    text = path.read_text(encoding="utf-8")
    if change.old not in text:
        raise SystemExit(f"{change.path} does not contain '{change.old}'; the change '{change.name}' has to follow the example")
    path.write_text(text.replace(change.old, change.new), encoding="utf-8")


def restore(root: Path) -> None:
    """The work tree as it was committed."""
    git(root, "reset", "--quiet", "--hard")
    git(root, "clean", "--quiet", "--force", "-d")


def git(root: Path, *arguments: str) -> str:
    """Run git; its output."""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout
