"""What a chart says about itself: as a folder, as an archive, or by its address alone."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from fleetgen.errors import InputError
from fleetgen.start.charts import HelmChart, chart_of

FILES = {
    "Chart.yaml": (
        "apiVersion: v2\nname: redis\nversion: 20.1.0\ndescription: An in-memory store.\n"
        "dependencies: [{name: common, version: 2.x.x}, {name: metrics, alias: exporter, version: 1.x.x}]\n"
    ),
    "values.yaml": "replicaCount: 1\nimage: &image {tag: yes}\nsidecar: *image\ntolerations: []\n",
    "templates/rbac.yaml": "{{- if .x }}\nkind: ClusterRole\n---\nkind: Namespace\n---\nkind: Role\n{{- end }}\n",
    "charts/common/templates/class.yaml": "kind: PriorityClass\n",
    "crds/topics.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: t}\nspec:\n"
        "  {group: mq.example.com, names: {kind: Topic}, scope: Cluster, versions: [{name: v1, served: true}]}\n"
    ),
    "README.md": "kind: Node\n",
}
EXPECTED = HelmChart(
    repo_url="https://charts.example.com",
    name="redis",
    version="20.1.0",
    title="An in-memory store",
    settings={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "common": {"type": "object", "description": "The chart's value common."},
            "exporter": {"type": "object", "description": "The chart's value exporter."},
            "global": {"type": "object", "description": "The chart's value global."},
            "replicaCount": {"description": "The chart's value replicaCount."},
            "image": {"type": "object", "description": "The chart's value image."},
            "sidecar": {"type": "object", "description": "The chart's value sidecar."},
            "tolerations": {"type": "array", "description": "The chart's value tolerations."},
        },
    },
    provides=("mq.example.com/v1/Topic",),
    cluster_scoped=(
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("scheduling.k8s.io", "PriorityClass"),
    ),
    is_read=True,
)


def placed(folder: Path, **other: str) -> Path:
    for name, text in {**FILES, **other}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_a_chart_that_is_here(tmp_path: Path, *, packed: bool) -> None:
    chart = placed(tmp_path / "redis")
    if packed:
        with tarfile.open(tmp_path / "redis-20.1.0.tgz", "w:gz") as archive:
            archive.add(chart, "redis")
        chart = tmp_path / "redis-20.1.0.tgz"
    assert chart_of(str(chart), "", "") == EXPECTED


@pytest.mark.parametrize(
    ("said", "repo_url", "name"),
    [
        ("https://charts.example.com/stable/mq", "https://charts.example.com/stable", "mq"),
        ("oci://registry.example.com/charts/mq/", "registry.example.com/charts", "mq"),
        ("registry.example.com/mq", "registry.example.com", "mq"),
    ],
)
def test_a_chart_of_a_repository(said: str, repo_url: str, name: str) -> None:
    assert chart_of(said, "1.2.3", "") == HelmChart(repo_url=repo_url, name=name, version="1.2.3")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("bitnami/redis", "E1201 'bitnami/redis' is neither a folder, an archive nor the address of a chart"),
        ("https://charts.example.com/mq", "E1201 the version of https://charts.example.com/mq is not known"),
        ("no.tgz", "no.tgz E0106 cannot be read as a chart: [Errno 2] No such file or directory: 'no.tgz'"),
    ],
)
def test_what_is_no_chart(said: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        chart_of(said, "", "")
    assert [f"{f.place or ''} {f.code} {f.message}".strip() for f in caught.value.findings] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: redis\n", "Chart.yaml names no chart and version"),
        ("name: redis\nversion: 1.0.0\ntype: library\n", "redis is a library chart, which installs nothing"),
    ],
)
def test_a_folder_that_installs_nothing(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        chart_of(str(placed(tmp_path / "c", **{"Chart.yaml": text})), "", "")
    assert [(f.code, f.message) for f in caught.value.findings] == [("E0506", expected)]
