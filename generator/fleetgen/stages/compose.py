"""Stage 5: what Argo CD reads of every cluster: Applications, project, root, identity and the bill of materials. Plain Python.

The shapes follow what was tried on real components (docs/decisions/0002-argo-cd-objects.md): waves, retry without limit,
server-side apply, no finalizer on what a site cannot live without.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from fleetgen.model.component import Chart, Component
from fleetgen.model.fleet import Cluster, Environment
from fleetgen.model.inventory import Delivery
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import KEEP, SYNC_OPTIONS
from fleetgen.model.settings import Table, at
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.yamlfile import dump

ARGOCD: Final = "argocd"
SERVER: Final = "https://kubernetes.default.svc"
ROOT_PROJECT: Final = "fleet-root"
PROJECT: Final = "fleet"
IDENTITY_WAVE: Final = 0
_FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"


def namespaces_of(variant: Variant, manifests: Sequence[Manifest]) -> frozenset[str]:
    """The namespaces that a unit touches: those of its objects, and those that its settings name, switched off ones included."""
    named = (
        at(variant.settings, ("values", *variant.component.namespaces_in.split("."))) if variant.component.namespaces_in else None
    )
    return frozenset(m.id.namespace for m in manifests if m.id.namespace) | frozenset(
        named.entries if isinstance(named, Table) else ()
    )


def delivery_of(environment: Environment, repo_override: str = "") -> Delivery:
    """Where the environment's sites pull from, with `{env}` filled in."""
    spec = environment.spec.delivery
    return Delivery(
        repo_url=repo_override or spec.repo_url,
        revision=spec.revision.replace("{env}", environment.name),
        path=spec.path.replace("{env}", environment.name),
        chart_repositories=spec.chart_repositories,
    )


def chart_repository(chart: Chart, delivery: Delivery) -> str:
    """Where the sites pull a chart from: the environment's mirror of its repository, if there is one."""
    return delivery.chart_repositories.get(chart.repo_url, chart.repo_url)


def _git_source(delivery: Delivery, path: str) -> JsonObject:
    return {"repoURL": delivery.repo_url, "targetRevision": delivery.revision, "path": f"{delivery.path}/{path}"}


def _metadata(name: str, wave: int, *, kept: bool = False, finalizer: bool = False) -> JsonObject:
    annotations: JsonObject = {"argocd.argoproj.io/sync-wave": str(wave)}
    if kept:
        annotations[SYNC_OPTIONS] = KEEP
    metadata: JsonObject = {
        "name": name,
        "namespace": ARGOCD,
        "labels": {"app.kubernetes.io/managed-by": "fleetgen"},
        "annotations": annotations,
    }
    if finalizer:
        metadata["finalizers"] = [_FINALIZER]
    return metadata


def _sync_policy() -> JsonObject:
    """Prune and self-heal, retry for ever: an edge has nobody to press sync, and a link that comes and goes."""
    return {
        "automated": {"prune": True, "selfHeal": True},
        "syncOptions": ["ServerSideApply=true", "ApplyOutOfSyncOnly=true"],
        "retry": {"limit": -1, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}, "refresh": True},
    }


def _application(metadata: JsonObject, project: str, source: JsonObject, namespace: str) -> JsonObject:
    spec: JsonObject = {
        "project": project,
        **source,
        "destination": {"server": SERVER, "namespace": namespace},
        "syncPolicy": _sync_policy(),
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def application(variant: Variant, delivery: Delivery, chart_values: Json) -> JsonObject:
    """The Application of a variant; a chart and the overlay are two sources of one Application."""
    component = variant.component
    overlay = _git_source(delivery, variant.key.folder)
    source: JsonObject = {"source": overlay}
    if chart := variant.chart:
        helm: JsonObject = {"releaseName": chart.release_name, "valuesObject": chart_values}
        helm_source: JsonObject = {
            "repoURL": chart_repository(chart, delivery),
            "chart": chart.name,
            "targetRevision": variant.version,
            "helm": helm,
        }
        source = {"sources": [helm_source, overlay]}
    namespace = variant.namespaces[0] if variant.namespaces else ARGOCD
    return _application(_metadata(variant.key.unit, component.wave, finalizer=component.finalizer), PROJECT, source, namespace)


def application_files(variant: Variant, delivery: Delivery, chart_values: Json) -> dict[str, str]:
    """The app/ folder of a variant."""
    folder = f"{variant.key.folder}/app"
    return {
        f"{folder}/kustomization.yaml": _kustomization(["application.yaml"]),
        f"{folder}/application.yaml": dump(application(variant, delivery, chart_values)),
    }


def _kustomization(resources: Sequence[str]) -> str:
    return dump({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": list(resources)})


def cluster_folder(environment: str, cluster: str) -> str:
    """The cluster's folder below the output root."""
    return f"clusters/{environment}/{cluster}"


def root_application(cluster: Cluster, delivery: Delivery) -> JsonObject:
    """The Application that syncs the cluster's own folder; it lives in that folder, too."""
    source: JsonObject = {"source": _git_source(delivery, cluster_folder(cluster.spec.environment, cluster.name))}
    return _application(_metadata("root", 0, kept=True), ROOT_PROJECT, source, ARGOCD)


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
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": ROOT_PROJECT, "namespace": ARGOCD},
        "spec": spec,
    }


def project(cluster: Cluster, library: Sequence[Component], delivery: Delivery, namespaces: Collection[str]) -> JsonObject:
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
    if windows := _sync_windows(cluster):
        spec["syncWindows"] = windows
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": _metadata(PROJECT, -10, kept=True),
        "spec": spec,
    }


def _sync_windows(cluster: Cluster) -> list[Json]:
    """Maintenance windows allow; a hold denies at every minute (self-heal stops, too)."""
    windows: list[Json] = [
        {
            "kind": "allow",
            "schedule": w.schedule,
            "duration": w.duration,
            "timeZone": cluster.spec.site.timezone,
            "applications": ["*"],
            "manualSync": True,
        }
        for w in cluster.spec.maintenance.windows
    ]
    if hold := cluster.spec.hold:
        description = f"hold: {hold.reason} ({hold.owner})"
        windows.append(
            {
                "kind": "deny",
                "schedule": "* * * * *",
                "duration": "1h",
                "applications": ["*"],
                "manualSync": True,
                "description": description,
            }
        )
    return windows


def _identity(cluster: Cluster, variants: Sequence[Variant]) -> list[JsonObject]:
    namespaces = sorted({namespace for v in variants if v.component.identity for namespace in v.namespaces})
    data: JsonObject = {
        "CLUSTER": cluster.name,
        "SITE": cluster.spec.site.name,
        "ENVIRONMENT": cluster.spec.environment,
        "REGION": cluster.spec.region,
        "RING": cluster.spec.ring,
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "fleetgen-identity",
                "namespace": namespace,
                "labels": {"app.kubernetes.io/managed-by": "fleetgen"},
            },
            "data": data,
        }
        for namespace in namespaces
    ]


def cluster_files(
    cluster: Cluster,
    bill: Mapping[str, VariantKey],
    resolved: Resolved,
    delivery: Delivery,
    *,
    library: Sequence[Component],
    namespaces: Mapping[VariantKey, Collection[str]],
) -> dict[str, str]:
    """The cluster's folder: bill of materials, root, project, identity, and a redirect folder for each former name."""
    folder = cluster_folder(cluster.spec.environment, cluster.name)
    variants = [resolved.variants[key] for key in bill.values()]
    touched = {namespace for key in bill.values() for namespace in namespaces.get(key, ())}
    files = {
        f"{folder}/root.yaml": dump(root_application(cluster, delivery)),
        f"{folder}/project.yaml": dump(project(cluster, library, delivery, touched)),
    }
    resources = ["root.yaml", "project.yaml"]
    if objects := _identity(cluster, variants):
        source: JsonObject = {"source": _git_source(delivery, f"{folder}/identity")}
        files[f"{folder}/identity.yaml"] = dump(
            _application(_metadata("identity", IDENTITY_WAVE, finalizer=True), PROJECT, source, ARGOCD)
        )
        files[f"{folder}/identity/kustomization.yaml"] = _kustomization([f"{_namespace(o)}.yaml" for o in objects])
        files |= {f"{folder}/identity/{_namespace(o)}.yaml": dump(o) for o in objects}
        resources.append("identity.yaml")
    resources += [f"../../../{key.folder}/app" for key in bill.values()]
    files[f"{folder}/kustomization.yaml"] = _kustomization(resources)
    for former in cluster.spec.former_names:
        files[f"{cluster_folder(cluster.spec.environment, former)}/kustomization.yaml"] = _kustomization([f"../{cluster.name}"])
    return files


def _namespace(configmap: JsonObject) -> str:
    metadata = configmap["metadata"]
    return str(metadata["namespace"]) if isinstance(metadata, dict) else ""


def index(environment: str, resolved: Resolved, waivers: Mapping[VariantKey, Sequence[str]]) -> JsonObject:
    """The index of an environment: variant -> clusters, version, waivers whose scope matches (whatever their date)."""
    written = {name for name, cluster in resolved.clusters.items() if cluster.spec.lifecycle == "active"}
    variants: JsonObject = {}
    for key, variant in sorted(resolved.variants.items()):
        clusters = [name for name in variant.clusters if name in written]
        if key.environment == environment and clusters:
            variants[f"{key.ring}/{key.unit}/{key.variant}"] = {
                "clusters": [*clusters],
                "version": variant.version,
                "waivers": [*sorted(waivers.get(key, ()))],
            }
    return {"apiVersion": "fleetgen.io/v1alpha1", "environment": environment, "variants": variants}
