"""What a site's Argo CD pulls, and from where."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.model.inventory import Delivery
from fleetgen.model.plain import JsonObject
from fleetgen.stages.compose.applications import variant_application
from fleetgen.stages.compose.projects import cluster_project
from tests.golden.components.cases import case, components

NVIDIA: Final = "https://helm.ngc.nvidia.com/nvidia"
MIRROR: Final = "https://charts.example.com/nvidia"
GIT: Final = "https://git.example.com/fleet.git"


def delivery(mirrors: dict[str, str]) -> Delivery:
    return Delivery(repo_url=GIT, chart_repositories=mirrors)


@pytest.mark.parametrize(("mirrors", "expected"), [({}, NVIDIA), ({NVIDIA: MIRROR}, MIRROR)], ids=["as declared", "mirrored"])
def test_a_chart_is_pulled_from_the_mirror_of_the_environment(mirrors: dict[str, str], expected: str) -> None:
    made = variant_application(case("gpu-operator/rke2-a2").variant, delivery(mirrors), {})
    sources = cast("list[JsonObject]", cast("JsonObject", made["spec"])["sources"])
    assert [source["repoURL"] for source in sources] == [expected, GIT]


def test_the_project_permits_the_mirror_beside_what_is_mirrored() -> None:
    """It must not shrink when a mirror comes or goes: an Application that still names the other could not be removed."""
    made = cluster_project([], [components()["gpu-operator"]], delivery({NVIDIA: MIRROR}), ())
    assert cast("JsonObject", made["spec"])["sourceRepos"] == [MIRROR, GIT, NVIDIA]
