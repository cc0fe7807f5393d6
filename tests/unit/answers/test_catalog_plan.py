"""The way of clusters to a version of a component, or of Kubernetes: steps, rings in their order, what goes with each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from fleetgen.answers.catalog import PlannedHop, plan_of_hops
from fleetgen.build.plan import Plan, plan_of
from fleetgen.errors import InputError
from tests.fleets import TOY, OneFileBuilder, toy_run

ROOT: Final = Path(__file__).parents[3]
KUBERNETES: Final = "policies/catalog/kubernetes/releases.yaml"
FILES: Final = {
    **TOY,
    KUBERNETES: (ROOT / KUBERNETES).read_text(encoding="utf-8"),
    "fleet/profiles/box.yaml": TOY["fleet/profiles/box.yaml"].replace("v1.35.4", "v1.34.4"),
    "policies/catalog/toy/releases.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: ComponentReleases
metadata: {name: toy}
spec:
  order: oldest-first
  steps: {to: next-series}
  releases:
    - {line: "1.0", versions: [1.0.0], supports: [{kubernetes.minor: ["1.34", "1.35"]}]}
    - {line: "1.1", versions: [1.1.0]}
    - {line: "1.2", versions: [1.2.0]}
""",
}
BOTH: Final = (("prod/canary", ("store-1",)), ("prod/broad", ("store-2",)))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Kubernetes 1.34 everywhere; store-1 has toy 1.1.0, store-2 toy 1.0.0."""
    return plan_of(toy_run(tmp_path, FILES, OneFileBuilder()))


@pytest.mark.parametrize(
    ("target", "name", "version", "hops"),
    [
        (
            "prod",
            "toy",
            "1.2.0",
            [PlannedHop(version="1.1.0", rings=BOTH[1:], needs=()), PlannedHop(version="1.2.0", rings=BOTH, needs=())],
        ),
        ("prod/canary", "toy", "1.2.0", [PlannedHop(version="1.2.0", rings=BOTH[:1], needs=())]),
        (
            "prod",
            "kubernetes",
            "1.36",
            [
                PlannedHop(version="1.35", rings=BOTH, needs=()),
                PlannedHop(version="1.36", rings=BOTH, needs=("another version of toy than 1.0.0: 1 cluster (store-2)",)),
            ],
        ),
        ("store-1", "kubernetes", "1.35", [PlannedHop(version="1.35", rings=BOTH[:1], needs=())]),
    ],
)
def test_the_steps(plan: Plan, target: str, name: str, version: str, hops: list[PlannedHop]) -> None:
    assert [*plan_of_hops(plan, target, name, version)] == hops


@pytest.mark.parametrize(
    ("target", "name", "version", "found"),
    [
        ("prud", "toy", "1.2.0", ("E0301", "'prud' is neither an environment nor a ring nor a cluster")),
        ("prod", "kubernets", "1.36", ("E0301", "there is no component 'kubernets'")),
        ("prod", "kubernetes", "1.99", ("E0508", "there is no release 1.99 of 'kubernetes' here")),
        ("prod", "kubernetes", "1.33", ("E0305", "no cluster of 'prod' has an older version of kubernetes than 1.33")),
    ],
)
def test_what_cannot_be_planned(plan: Plan, target: str, name: str, version: str, found: tuple[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        plan_of_hops(plan, target, name, version)
    assert [(each.code, each.message) for each in caught.value.findings] == [found]
