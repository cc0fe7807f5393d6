"""Kubernetes of running sites: from the minor that was published to the one that is proposed, by the library's own catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from fleetgen.build.desired_state import Desired, desired
from fleetgen.deliver.upgrades import kubernetes_findings
from fleetgen.model.composed import RunningKubernetes
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from tests.fleets import TOY, OneFileBuilder, toy_run

CATALOG: Final = "policies/catalog/kubernetes/releases.yaml"
ROOT: Final = Path(__file__).parents[3]
STORES: Final = "fleet/clusters/stores.yaml"
FIRST: Final = ClusterKey("prod", "store-1")
SECOND: Final = ClusterKey("prod", "store-2")
OVERRIDE: Final = "; to publish it nevertheless, pass --allow-upgrade"
SKIPS: Final = "Kubernetes goes from {} to 1.35, but a running site goes to the next series only"


@pytest.fixture
def made(tmp_path: Path) -> Desired:
    """Two stores with k3s 1.35."""
    files = {**TOY, CATALOG: (ROOT / CATALOG).read_text(encoding="utf-8")}
    return desired(toy_run(tmp_path, files, OneFileBuilder()))


@pytest.mark.parametrize(
    ("distribution", "minor", "found"),
    [
        pytest.param("k3s", "1.35", [], id="the same"),
        pytest.param("k3s", "1.34", [], id="the next"),
        pytest.param(
            "k3s",
            "1.33",
            [(SKIPS.format("1.33"), "publish 1.34 and 1.35, each when the sites have taken the one before")],
            id="one is skipped",
        ),
        pytest.param(
            "k3s",
            "1.31",
            [(SKIPS.format("1.31"), "publish 1.32, 1.33, 1.34 and 1.35, each when the sites have taken the one before")],
            id="three are skipped",
        ),
        pytest.param(
            "k3s",
            "1.36",
            [
                (
                    "Kubernetes goes back from 1.36 to 1.35 on running sites",
                    "keep 1.36, or a newer version; a site that has nothing yet may get 1.35",
                )
            ],
            id="back",
        ),
        pytest.param("kubeadm", "1.31", [], id="set up anew with another distribution"),
        pytest.param("k3s", "1.19", [], id="a minor that the catalog does not know"),
    ],
)
def test_a_running_site(made: Desired, distribution: str, minor: str, found: list[tuple[str, str]]) -> None:
    published = {FIRST: RunningKubernetes(distribution, minor)}
    assert kubernetes_findings(made.plan.fleet, made.composed, published, {}) == [
        Finding(code="E0908", message=message, fix=f"{fix}{OVERRIDE}", place=Place(STORES, 4, 1), clusters=("store-1",))
        for message, fix in found
    ]


def test_a_renamed_site_is_the_one_that_it_was(made: Desired) -> None:
    shop = ClusterKey("prod", "shop")
    findings = kubernetes_findings(made.plan.fleet, made.composed, {shop: RunningKubernetes("k3s", "1.33")}, {SECOND: shop})
    assert [(each.message, each.clusters) for each in findings] == [(SKIPS.format("1.33"), ("store-2",))]


def test_a_new_site_is_free(made: Desired) -> None:
    assert kubernetes_findings(made.plan.fleet, made.composed, {}, {}) == []
