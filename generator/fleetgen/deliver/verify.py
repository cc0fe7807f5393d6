"""`fleetgen verify`: output/ equals its inputs, and every folder that a site pulls builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fleetgen.build import output_tree
from fleetgen.build.desired_state import Desired
from fleetgen.build.kustomize_builds import cached_builds
from fleetgen.build.output_ids import output_ids
from fleetgen.deliver.check import Checked, check
from fleetgen.errors import GateFailed, problem
from fleetgen.inputs.cache import key
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.composed import ClusterFolder
from fleetgen.model.finding import Finding
from fleetgen.model.manifest import BuildRoot
from fleetgen.model.place import Place
from fleetgen.stages.compose.output_files import OutputFiles, Selection


@timed("compare")
def verify(run: Run) -> Checked:
    """Verify that output/ matches its inputs and that every root builds. Raises GateFailed E0901 with every difference."""
    checked = check(run)
    ids = output_ids(run.cache, checked.desired.files)
    difference = output_tree.difference(run.repository.output, ids)
    found = [
        problem("E0901", message, fix="run 'fleetgen render' and commit the result", place=Place(f"{OUTPUT}/{path}"))
        for paths, message in (
            (difference.changed, "differs from what its inputs render"),
            (difference.added, "is missing"),
            (difference.removed, "is not rendered by any input"),
        )
        for path in paths
    ]
    if found:
        raise GateFailed(found)
    if found := roots_that_fail(run, checked.desired, ids):
        raise GateFailed(found)
    return checked


@timed("build")
def roots_that_fail(run: Run, desired: Desired, ids: Mapping[str, str]) -> list[Finding]:
    """Build the folder of one cluster of each kind as its Argo CD does; bills of materials were composed without kustomize."""
    clusters = one_of_each_kind(desired.composed.clusters.values())
    roots = [root for cluster in clusters for root in _roots(cluster, desired.files)]
    built = cached_builds(run, {_key(root, ids): root for root in roots})
    return [
        problem(
            "E0901",
            f"the cluster's folder does not build: {answer.error}",
            fix="this is a bug; please report it",
            place=Place(f"{OUTPUT}/{answer.root}"),
        )
        for answer in built.values()
        if answer.error
    ]


def one_of_each_kind(clusters: Iterable[ClusterFolder]) -> list[ClusterFolder]:
    """One cluster of each kind: in the folders of the others only names differ, and no kustomization reads these."""
    kinds: dict[tuple[object, ...], ClusterFolder] = {}
    for cluster in clusters:
        renamed = bool(cluster.former)
        kinds.setdefault((cluster.units, cluster.namespaces, cluster.project.digest, renamed), cluster)
    return [*kinds.values()]


def _roots(cluster: ClusterFolder, files: OutputFiles) -> Iterator[BuildRoot]:
    """The cluster's folder with the Applications that it names; the folder of a former name, which names that folder."""
    own = [*files.paths(cluster.key.folder), *(path for unit in cluster.units for path in files.paths(unit.app_folder))]
    yield BuildRoot(cluster.key.folder, Selection(files, own))
    for former in cluster.former[:1]:
        yield BuildRoot(former.folder, Selection(files, [*own, *files.paths(former.folder)]))


def _key(root: BuildRoot, ids: Mapping[str, str]) -> str:
    return key("root", *(part for path in sorted(root.files) for part in (path, ids[path])))
