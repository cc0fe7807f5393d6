"""Argo CD AppProjects: what the units of a cluster may apply, and what its root Application may."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fleetgen.model.component import Component
from fleetgen.model.inventory import Delivery
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Table, at
from fleetgen.model.variant import Variant
from fleetgen.stages.compose.argocd import API_VERSION, ARGOCD, PROJECT, ROOT_PROJECT, SERVER, metadata
from fleetgen.stages.compose.delivery import chart_repository


def root_project(delivery: Delivery) -> JsonObject:
    """The bootstrap project: Applications and AppProjects in Argo CD's namespace, nothing else."""
    whitelist: list[Json] = [{"group": "argoproj.io", "kind": "Application"}, {"group": "argoproj.io", "kind": "AppProject"}]
    spec: JsonObject = {
        "description": "What the root Application of this cluster may apply",
        "sourceRepos": [delivery.repo_url],
        "destinations": [{"server": SERVER, "namespace": ARGOCD}],
        "namespaceResourceWhitelist": whitelist,
    }
    return {
        "apiVersion": API_VERSION,
        "kind": "AppProject",
        "metadata": {"name": ROOT_PROJECT, "namespace": ARGOCD},
        "spec": spec,
    }


def cluster_project(
    windows: Sequence[Json], library: Sequence[Component], delivery: Delivery, namespaces: Collection[str]
) -> JsonObject:
    """The children's AppProject: the sources, namespaces and cluster-scoped kinds of all components, installed here or not.

    It is the first thing that a sync applies. If it shrank with a unit that leaves, that unit could not be removed any more: its
    own objects would not be permitted, and the operation that tries again for ever keeps Argo CD from deleting the Application.
    """
    repos = {
        delivery.repo_url,
        *(repo for c in library for repo in c.source_repos),
        *(repo for c in library if c.chart for repo in (c.chart.repo_url, chart_repository(c.chart, delivery))),
    }
    spaces = {ARGOCD, *(space.name for c in library for space in c.namespaces), *namespaces}
    kinds = {(r.group, r.kind) for c in library for r in c.cluster_resources}
    spec: JsonObject = {
        "description": "What the units of this cluster may apply",
        "sourceRepos": [*sorted(repos)],
        "destinations": [{"server": SERVER, "namespace": namespace} for namespace in sorted(spaces)],
        "clusterResourceWhitelist": [{"group": group, "kind": kind} for group, kind in sorted(kinds)],
    }
    if windows:
        spec["syncWindows"] = [*windows]
    return {"apiVersion": API_VERSION, "kind": "AppProject", "metadata": metadata(PROJECT, -10, kept=True), "spec": spec}


def namespaces_of(variant: Variant, manifests: Sequence[Manifest]) -> frozenset[str]:
    """The namespaces that a unit touches: those of its objects, and those that its settings name, switched off ones included."""
    named = (
        at(variant.settings, ("values", *variant.component.namespaces_in.split("."))) if variant.component.namespaces_in else None
    )
    return frozenset(m.id.namespace for m in manifests if m.id.namespace) | frozenset(
        named.entries if isinstance(named, Table) else ()
    )
