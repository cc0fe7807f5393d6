"""A committed tree beside what the run wants: equal content has equal keys, and only what differs is built."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import pytest

from fleetgen.build.desired_state import Desired, desired
from fleetgen.build.rendered_tree import CLUSTER_UNIT, Trees, compared
from fleetgen.errors import InputError, problem
from fleetgen.inputs.committed_files import CommittedFolder
from fleetgen.inputs.run import Run
from fleetgen.model.blob import blob_ids
from fleetgen.model.composed import RunningKubernetes
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from fleetgen.stages.diff.trees import diff
from tests.fleets import TOY, OneFileBuilder, toy_run

MAP: Final = "environments/prod/canary/toy/cluster-store-1/map.yaml"
STORES: Final = (ClusterKey("prod", "store-1"), ClusterKey("prod", "store-2"))


@pytest.fixture
def builder() -> OneFileBuilder:
    return OneFileBuilder()


@pytest.fixture
def run(tmp_path: Path, builder: OneFileBuilder) -> Run:
    return toy_run(tmp_path, TOY, builder)


@pytest.fixture
def made(run: Run, builder: OneFileBuilder) -> Desired:
    result = desired(run)
    builder.built.clear()
    return result


def trees(made: Desired, files: Mapping[str, str], run: Run, environments: Collection[str] = ()) -> Trees:
    """What the run wants beside a commit with these files."""

    def read(paths: Collection[str]) -> Mapping[str, str]:
        return {path: files[path] for path in paths}

    return compared(run, made, blob_ids(made.files), CommittedFolder(ids=blob_ids(files), read=read), environments)


def shown(made: Desired, files: Mapping[str, str], run: Run) -> list[tuple[str, list[str], bool, list[str]]]:
    """Unit, clusters, whether only the path changed, object changes."""
    both = trees(made, files, run)
    return [
        (
            ", ".join(change.units),
            [str(key) for key in change.clusters],
            change.moved,
            [f"{o.action} {o.id}" for o in change.objects],
        )
        for change in diff(both.committed, both.wanted)
    ]


def test_the_committed_tree_is_the_wanted_one_and_nothing_is_built(run: Run, made: Desired, builder: OneFileBuilder) -> None:
    both = trees(made, made.files, run)
    assert list(both.wanted.bills) == list(STORES)
    assert [list(bill) for bill in both.wanted.bills.values()] == [["toy", CLUSTER_UNIT]] * 2
    assert both.committed == both.wanted
    assert builder.built == []


def test_only_the_unit_that_differs_is_built(run: Run, made: Desired, builder: OneFileBuilder) -> None:
    before = {**made.files, MAP: made.files[MAP].replace("'5'", "'4'")}
    assert before != made.files
    assert shown(made, before, run) == [("toy", ["prod/store-1"], False, ["changed ConfigMap default/toy"])]
    assert builder.built == ["environments/prod/canary/toy/cluster-store-1"]


def test_an_application_that_differs_needs_no_build(run: Run, made: Desired, builder: OneFileBuilder) -> None:
    (path,) = [name for name in made.files if name.startswith("environments/prod/broad/") and name.endswith("application.yaml")]
    before = {**made.files, path: made.files[path].replace("limit: -1", "limit: 5")}
    assert before != made.files
    assert shown(made, before, run) == [("toy", ["prod/store-2"], False, ["changed Application.argoproj.io argocd/toy"])]
    assert builder.built == []


def test_a_variant_that_is_only_called_otherwise_has_no_changes_of_objects(
    run: Run, made: Desired, builder: OneFileBuilder
) -> None:
    before = {path.replace("cluster-store-1", "old"): text.replace("cluster-store-1", "old") for path, text in made.files.items()}
    assert shown(made, before, run) == [("(cluster folder)", ["prod/store-1"], True, [])]
    assert builder.built == []


def test_a_cluster_that_is_new(run: Run, made: Desired) -> None:
    index = "environments/prod/index.json"
    before = {path: text for path, text in made.files.items() if not path.startswith("clusters/prod/store-2/")}
    data = json.loads(before[index])
    data["kubernetes"] = {"k3s": {"1.35": ["store-1"]}}
    data["variants"] = {path: entry for path, entry in data["variants"].items() if entry["clusters"] != ["store-2"]}
    before[index] = json.dumps(data)
    assert [(unit, names) for unit, names, _, _ in shown(made, before, run)] == [
        ("(cluster folder)", ["prod/store-2"]),
        ("toy", ["prod/store-2"]),
    ]


def test_what_the_clusters_ran_when_they_were_published(run: Run, made: Desired) -> None:
    index = "environments/prod/index.json"
    data = json.loads(made.files[index])
    assert trees(made, made.files, run).kubernetes == dict.fromkeys(STORES, RunningKubernetes("k3s", "1.35"))
    del data["kubernetes"]  # as it was written before it told
    assert trees(made, {**made.files, index: json.dumps(data)}, run).kubernetes == {}


def test_the_part_of_an_environment(run: Run, made: Desired) -> None:
    wanted = [trees(made, made.files, run, environments).wanted for environments in ([], ["prod"], ["other"])]
    assert (wanted[1], wanted[2].bills) == (wanted[0], {})


def test_an_index_that_is_not_json(run: Run, made: Desired) -> None:
    with pytest.raises(InputError) as caught:
        trees(made, {"environments/prod/index.json": "{"}, run)
    place = Place("output/environments/prod/index.json")
    assert [*caught.value.findings] == [problem("E0901", "index.json is not JSON", fix="run 'fleetgen render'", place=place)]
