"""What a rehearsal of a cluster needs to know, from what the inputs of a commit make: pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.answers.bootstrap import bootstrap
from fleetgen.answers.show import contents
from fleetgen.build.desired_state import Desired
from fleetgen.errors import InputError, problem
from fleetgen.model.fleet import Cluster
from fleetgen.model.plain import Json, JsonObject
from fleetgen.rehearse import distributions, objects, olm
from fleetgen.rehearse.charts import StandIn, stand_in
from fleetgen.rehearse.crds import SiteDefinition, SiteDefinitions

_GATEKEEPER: Final = "gatekeeper"
_SERVED: Final = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatekeeperChart:
    """Version and values of the chart as committed."""

    version: str
    values: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`definitions`: CRDs that are there before the first sync. `objects`: all that the site must hold afterwards.

    `provided`, `namespaces`: what the site has by its distribution and by `spec.provides`.
    `packages`: what OLM would install at sites that have it.
    """

    cluster: Cluster
    repo_url: str
    ref: str
    bootstrap: tuple[JsonObject, ...]
    settings: Mapping[str, Mapping[str, str]]
    applications: tuple[str, ...]
    objects: tuple[JsonObject, ...]
    charts: tuple[StandIn, ...]
    packages: tuple[olm.Package, ...]
    provided: tuple[SiteDefinition, ...]
    namespaces: tuple[str, ...]
    definitions: tuple[JsonObject, ...]
    gatekeeper: GatekeeperChart | None
    windows: bool


def wanted(desired: Desired, name: str, definitions: SiteDefinitions, argocd: Sequence[JsonObject]) -> Wanted:
    """What an active cluster needs. `argocd`: Argo CD's own CRDs. Raises InputError E1305."""
    resolved = desired.plan.resolved
    cluster = resolved.clusters[name]
    delivery = desired.deliveries[cluster.spec.environment]
    if not delivery.repo_url.startswith(_SERVED):
        fix = (
            "on a branch, publish with --delivery-repo https://git.example.com/fleet.git, and rehearse that with the same option"
        )
        text = f"sites of {cluster.spec.environment} pull from {delivery.repo_url}; a rehearsal serves http and https"
        raise InputError(problem("E1305", text, fix=fix, place=cluster.place))
    applied = bootstrap(desired, cluster.name).objects
    top = [manifest.data for manifest in sorted(desired.pulled_by(name), key=lambda m: m.id)]
    variants = [(unit, resolved.variants[key]) for unit, key in resolved.bills[cluster.name].items()]
    charts = [stand_in(unit, variant, definitions, delivery) for unit, variant in variants]
    served = tuple(chart for chart in charts if chart)
    if foreign := [chart for chart in served if not chart.repo_url.startswith(_SERVED)]:
        raise InputError(problem("E1305", _not_served(chart), place=cluster.place) for chart in foreign)
    kubernetes = cluster.spec.kubernetes
    there = distributions.has(kubernetes.distribution if kubernetes else "", cluster.spec.provides)
    provided = tuple(definitions.find(api) for api in there.apis)
    given = {*there.apis, *(api for _, variant in variants for api in variant.component.provides)}
    packages = [
        package
        for _, variant in variants
        for package in olm.packages(variant, [m.data for m in desired.objects[variant.key]], definitions, given)
    ]
    sets = (*(chart.definitions for chart in served), *(package.definitions for package in packages))
    brought = {objects.identity(definition.data): definition.data for found in sets for definition in found}
    return Wanted(
        cluster=cluster,
        repo_url=delivery.repo_url,
        ref=delivery.revision,
        bootstrap=applied,
        settings=_settings(applied),
        applications=tuple(objects.text(d, "metadata", "name") for d in top if d.get("kind") == "Application"),
        objects=(*top, *contents(desired, cluster.name).manifests, *brought.values()),
        charts=served,
        packages=tuple(packages),
        provided=provided,
        namespaces=there.namespaces,
        definitions=(*argocd, *(definition.data for definition in provided)),
        gatekeeper=_gatekeeper(top),
        windows=bool(cluster.spec.maintenance.windows) or cluster.spec.hold is not None,
    )


def _not_served(chart: StandIn) -> str:
    return f"unit '{chart.unit}' takes its chart from {chart.repo_url}; a rehearsal serves http and https"


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
