"""`fleetgen verify`: output/ equals its inputs, and every folder that a site pulls builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fleetgen.build import output_tree
from fleetgen.build.desired_state import Desired, cached_builds
from fleetgen.build.output_tree import TreeOnDisk
from fleetgen.deliver.check import Checked, check
from fleetgen.errors import GateFailed, problem
from fleetgen.inputs.cache import key
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.composed import ClusterFolder
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.stages.compose.redirects import former_keys


def verify(run: Run) -> Checked:
    """Prove that output/ equals its inputs and that every root of it builds. Raises GateFailed E0901 with every difference."""
    checked = check(run)
    difference = output_tree.compare(TreeOnDisk(run.repository.output), checked.approved.files)
    found = [
        problem("E0901", message, fix="run 'fleetgen render' and commit the result", place=Place(f"{OUTPUT}/{path}"))
        for paths, message in (
            (difference.changed, "differs from what its inputs render to"),
            (difference.added, "is missing"),
            (difference.removed, "is not rendered by any input"),
        )
        for path in paths
    ]
    if found:
        raise GateFailed(found)
    if found := roots_that_fail(run, checked.desired):
        raise GateFailed(found)
    return checked


def roots_that_fail(run: Run, desired: Desired) -> list[Finding]:
    """Build the folder of a cluster of each kind as its Argo CD does; bills of materials were composed without kustomize."""
    composed, files = desired.composed, desired.files
    apps = {path: text for key in composed.variants for path, text in files.of(key.app_folder).items()}
    roots: dict[str, tuple[str, dict[str, str]]] = {}
    for cluster in distinct_roots(composed.clusters.values()):
        used = {path: text for key in cluster.units for path, text in files.of(key.app_folder).items()}
        own = dict(files.of(cluster.key.folder))
        roots[_root_key(own, used)] = (cluster.key.folder, {**apps, **own})
        for former in former_keys(cluster.cluster)[:1]:
            redirected = {**own, **files.of(former.folder)}
            roots[_root_key(redirected, used)] = (former.folder, {**apps, **redirected})
    built = cached_builds(run, roots, {})
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


def distinct_roots(clusters: Iterable[ClusterFolder]) -> list[ClusterFolder]:
    """One cluster of each kind: of the others' folders only names differ, which no kustomization reads."""
    kinds: dict[tuple[object, ...], ClusterFolder] = {}
    for cluster in clusters:
        redirected = bool(cluster.cluster.spec.former_names)
        kind = (cluster.key.environment, cluster.units, cluster.namespaces, cluster.project.digest, redirected)
        kinds.setdefault(kind, cluster)
    return [*kinds.values()]


def _root_key(own: Mapping[str, str], used: Mapping[str, str]) -> str:
    return key("root", *(part for item in sorted({**own, **used}.items()) for part in item))
