"""What a site's Argo CD pulls, and from where."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.model.fleet import Cluster
from fleetgen.model.inventory import ClusterSpec, Delivery
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import Origin, empty
from fleetgen.stages.compose.applications import variant_application
from fleetgen.stages.compose.projects import cluster_project
from tests.golden.components.cases import case, components

NVIDIA: Final = "https://helm.ngc.nvidia.com/nvidia"
MIRROR: Final = "https://charts.example.com/nvidia"
GIT: Final = "https://git.example.com/fleet.git"


def delivery(mirrors: dict[str, str]) -> Delivery:
    return Delivery(repo_url=GIT, chart_repositories=mirrors)


def cluster() -> Cluster:
    place = Place("fleet/clusters/a.yaml", 1, 1)
    return Cluster(
        name="a",
        place=place,
        labels={},
        source=lambda: empty(Origin("document", place)),
        spec=ClusterSpec(environment="production", ring="canary"),
        layers=(),
        groups=(),
        fact_tokens={},
    )


@pytest.mark.parametrize(("mirrors", "expected"), [({}, NVIDIA), ({NVIDIA: MIRROR}, MIRROR)], ids=["as declared", "mirrored"])
def test_a_chart_is_pulled_from_the_mirror_of_the_environment(mirrors: dict[str, str], expected: str) -> None:
    made = variant_application(case("gpu-operator/rke2-a2").variant, delivery(mirrors), {})
    sources = cast("list[JsonObject]", cast("JsonObject", made["spec"])["sources"])
    assert [source["repoURL"] for source in sources] == [expected, GIT]


def test_the_project_permits_the_mirror_beside_what_is_mirrored() -> None:
    """It must not shrink when a mirror comes or goes: an Application that still names the other could not be removed."""
    made = cluster_project(cluster(), [components()["gpu-operator"]], delivery({NVIDIA: MIRROR}), ())
    assert cast("JsonObject", made["spec"])["sourceRepos"] == [MIRROR, GIT, NVIDIA]
