from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import replace
from typing import cast

from fleetgen.model.inventory import Delivery
from fleetgen.model.plain import JsonObject
from fleetgen.rehearse.charts import StandIn, repositories, stand_in
from fleetgen.rehearse.crds import SiteDefinition, SiteDefinitions, anything
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import case, components, names

DELIVERY = Delivery(repo_url="https://git.example.com/fleet.git")
CHART = StandIn(
    unit="u",
    repo_url="https://charts.example.com/x",
    name="x",
    version="v1.2.3",
    definitions=(SiteDefinition(data=anything("g.io", "v1", "Thing", cluster=False), origin=""),),
)


def test_the_archive_has_the_name_the_version_and_the_definitions_and_nothing_else() -> None:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(CHART.archive()))) as tar:
        files = {name: tar.extractfile(name) for name in tar.getnames()}
        texts = {name: file.read().decode() for name, file in files.items() if file}
    chart = cast("JsonObject", load_manifests(texts["x/Chart.yaml"])[0])
    assert sorted(texts) == ["x/Chart.yaml", "x/crds/crds.yaml", "x/values.yaml"]
    assert (chart["name"], chart["version"], texts["x/values.yaml"]) == ("x", "v1.2.3", "{}\n")
    assert load_manifests(texts["x/crds/crds.yaml"]) == [anything("g.io", "v1", "Thing", cluster=False)]


def test_the_same_bytes_every_time() -> None:
    """A repository whose archive changed under one version would be another chart."""
    assert CHART.archive() == CHART.archive()


def test_a_repository_lists_its_charts() -> None:
    found = repositories([CHART])
    assert {url: sorted(files) for url, files in found.items()} == {
        "https://charts.example.com/x": ["index.yaml", "x-v1.2.3.tgz"]
    }
    index = cast("JsonObject", load_manifests(found["https://charts.example.com/x"]["index.yaml"].decode())[0])
    (entry,) = cast("dict[str, list[JsonObject]]", index["entries"])["x"]
    assert (entry["version"], entry["urls"]) == ("v1.2.3", ["x-v1.2.3.tgz"])


def test_only_units_with_a_chart_get_one() -> None:
    made = {name: stand_in(name, case(name).variant, SiteDefinitions([]), DELIVERY) for name in names()}
    assert {name.partition("/")[0] for name, chart in made.items() if chart} == {
        name for name, component in components().items() if component.chart
    }


def test_a_chart_comes_from_the_mirror_of_the_environment() -> None:
    delivery = replace(DELIVERY, chart_repositories={"https://helm.ngc.nvidia.com/nvidia": "https://charts.example.com/nvidia"})
    chart = stand_in("gpu-operator", case("gpu-operator/rke2-a2").variant, SiteDefinitions([]), delivery)
    assert chart is not None
    assert chart.repo_url == "https://charts.example.com/nvidia"
