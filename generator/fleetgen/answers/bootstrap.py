"""What a technician applies once at a site, so that its Argo CD pulls the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fleetgen.build.desired_state import Desired, select_cluster
from fleetgen.errors import InputError, problem
from fleetgen.model.inventory import Delivery
from fleetgen.model.plain import JsonObject
from fleetgen.stages.compose.applications import root_application
from fleetgen.stages.compose.argocd import ARGOCD
from fleetgen.stages.compose.projects import root_project
from fleetgen.yamlfile import dump

_ARGOCD_UNIT: Final = "argocd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What is applied once at a cluster: each object with a comment, in order."""

    cluster: str
    parts: tuple[tuple[str, JsonObject], ...]

    @property
    def objects(self) -> tuple[JsonObject, ...]:
        """The objects in order."""
        return tuple(data for _, data in self.parts)

    def yaml(self) -> str:
        """A stream of documents for one `kubectl apply -f -`."""
        needs = f"# What cluster {self.cluster} needs once, after Argo CD itself is installed."
        head = f"{needs} Contains no credentials: add them to the Secret.\n"
        return head + "".join(f"---\n# {comment}\n{dump(data)}" for comment, data in self.parts)


def bootstrap(desired: Desired, name: str) -> Bootstrap:
    """Namespace, settings, bootstrap project, repository and root Application. Raises InputError E0301, E0305."""
    resolved = desired.plan.resolved
    bill = resolved.bills[select_cluster(resolved, name)]
    cluster = resolved.clusters[name]
    if _ARGOCD_UNIT not in bill:
        fix = "set components.argocd.enabled: true in a layer of the cluster"
        raise InputError(problem("E0305", f"cluster '{name}' has no unit argocd", fix=fix, place=cluster.place))
    delivery = desired.deliveries[cluster.spec.environment]
    settings = [
        m.data
        for m in sorted(desired.objects[bill[_ARGOCD_UNIT]], key=lambda m: m.id)
        if (m.id.group, m.id.kind) == ("", "ConfigMap")
    ]
    parts = (
        ("the namespace of Argo CD", _namespace(desired, name)),
        *(("a setting of Argo CD that the unit argocd keeps up to date", data) for data in settings),
        ("what the root Application may do", root_project(delivery)),
        (_credentials(delivery), _repository(delivery)),
        ("the root Application: everything else comes through it", root_application(cluster.key, delivery)),
    )
    return Bootstrap(cluster=name, parts=parts)


def _namespace(desired: Desired, name: str) -> JsonObject:
    """As cluster-baseline builds it, so that the first sync changes nothing."""
    for key in desired.plan.resolved.bills[name].values():
        for manifest in desired.objects[key]:
            if (manifest.id.group, manifest.id.kind, manifest.id.name) == ("", "Namespace", ARGOCD):
                return manifest.data
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ARGOCD}}


def _credentials(delivery: Delivery) -> str:
    if delivery.repo_url.startswith("http"):
        return "the repository; if it is private, add username and password below stringData"
    return "the repository; add sshPrivateKey below stringData"


def _repository(delivery: Delivery) -> JsonObject:
    labels: JsonObject = {"argocd.argoproj.io/secret-type": "repository", "app.kubernetes.io/managed-by": "fleetgen"}
    metadata: JsonObject = {"name": "fleet-repository", "namespace": ARGOCD, "labels": labels}
    data: JsonObject = {"type": "git", "url": delivery.repo_url}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}
