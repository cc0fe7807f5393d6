"""What a rehearsal of a cluster needs to know, from the committed tree: pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from generator.errors import InputError, problem
from generator.model.fleet import Cluster
from generator.model.manifest import Documents
from generator.model.plain import Json, JsonObject
from generator.pipeline.bootstrapping import bootstrap
from generator.pipeline.desired import Desired, select_cluster
from generator.pipeline.showing import contents
from generator.rehearse import objects
from generator.rehearse.charts import StandIn, stand_in
from generator.rehearse.crds import Definition, Definitions
from generator.stages.compose import cluster_folder
from generator.yamlfile import load_manifests

_GATEKEEPER: Final = "gatekeeper"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatekeeperChart:
    """Version and values of the chart as committed."""

    version: str
    values: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`definitions`: CRDs that are there before the first sync. `objects`: all that the site must hold afterwards."""

    cluster: Cluster
    repo_url: str
    ref: str
    bootstrap: tuple[JsonObject, ...]
    settings: Mapping[str, Mapping[str, str]]
    applications: tuple[str, ...]
    objects: tuple[JsonObject, ...]
    charts: tuple[StandIn, ...]
    provided: tuple[Definition, ...]
    definitions: tuple[JsonObject, ...]
    gatekeeper: GatekeeperChart | None
    windows: bool


def wanted(desired: Desired, root: Documents, definitions: Definitions, argocd: Sequence[JsonObject]) -> Wanted:
    """`root`: the cluster's folder as kustomize builds it; `argocd`: Argo CD's own CRDs. Raises InputError E1305."""
    cluster = _cluster(desired, root.root)
    resolved = desired.plan.resolved
    delivery = desired.deliveries[cluster.spec.environment]
    if not delivery.repo_url.startswith(("https://", "http://")):
        fix = "rehearse with --delivery-repo https://git.example.com/fleet.git"
        text = f"sites of {cluster.spec.environment} pull from {delivery.repo_url}; a rehearsal serves http and https"
        raise InputError(problem("E1305", text, fix=fix, place=cluster.place))
    applied = tuple(cast("list[JsonObject]", load_manifests(bootstrap(desired, cluster.name))))
    top = [document for document in root.documents if isinstance(document, dict)]
    variants = [(unit, resolved.variants[key]) for unit, key in resolved.bills[cluster.name].items()]
    charts = [stand_in(unit, variant, definitions, delivery) for unit, variant in variants]
    served = tuple(chart for chart in charts if chart)
    provided = tuple(definitions.find(api) for api in resolved.clusters[cluster.name].spec.provides)
    by_chart = [definition.data for chart in served for definition in chart.definitions]
    return Wanted(
        cluster=cluster,
        repo_url=delivery.repo_url,
        ref=delivery.revision,
        bootstrap=applied,
        settings=_settings(applied),
        applications=tuple(objects.text(d, "metadata", "name") for d in top if d.get("kind") == "Application"),
        objects=(*top, *contents(desired, cluster.name).manifests, *by_chart),
        charts=served,
        provided=provided,
        definitions=(*argocd, *(definition.data for definition in provided)),
        gatekeeper=_gatekeeper(top),
        windows=bool(cluster.spec.maintenance.windows) or cluster.spec.hold is not None,
    )


def root_of(desired: Desired, name: str) -> str:
    """The folder of a cluster below the output root. Raises InputError E0301."""
    select_cluster(desired.plan.resolved, name)
    return cluster_folder(desired.plan.resolved.clusters[name].spec.environment, name)


def _cluster(desired: Desired, root: str) -> Cluster:
    return desired.plan.resolved.clusters[root.rpartition("/")[2]]


def _settings(applied: Sequence[JsonObject]) -> Mapping[str, Mapping[str, str]]:
    """The ConfigMaps of Argo CD among what a technician applies, by name."""
    return {
        objects.text(data, "metadata", "name"): {key: str(value) for key, value in objects.at(data, "data").items()}
        for data in applied
        if data.get("kind") == "ConfigMap"
    }


def _gatekeeper(top: Sequence[JsonObject]) -> GatekeeperChart | None:
    for application in top:
        for source in objects.items(application, "spec", "sources"):
            if source.get("chart") == _GATEKEEPER:
                return GatekeeperChart(
                    version=objects.text(source, "targetRevision"), values=objects.at(source, "helm").get("valuesObject", {})
                )
    return None
