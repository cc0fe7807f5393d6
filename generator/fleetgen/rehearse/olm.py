"""Stands in for OLM on OpenShift-like sites: Subscription, InstallPlan, approval, definitions, ClusterServiceVersion.

Follows operator-lifecycle-manager's catalog operator as far as a site depends on it: nothing is installed before an OperatorGroup
is there and the plan is approved, and with `installPlanApproval: Manual` nobody but a person approves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.model.variant import Variant
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import Objects
from fleetgen.rehearse.crds import SiteDefinition, SiteDefinitions, split

GROUP: Final = "operators.coreos.com"
SUBSCRIPTION: Final = "Subscription"
# What OLM itself brings; a site that has one has all.
APIS: Final = (
    f"{GROUP}/v1/OperatorGroup",
    f"{GROUP}/v1alpha1/ClusterServiceVersion",
    f"{GROUP}/v1alpha1/InstallPlan",
    f"{GROUP}/v1alpha1/{SUBSCRIPTION}",
)
_VERSION: Final = f"{GROUP}/v1alpha1"
_MANAGER: Final = "olm"
# Of packages that share a unit with another one: whose definitions are whose, by API group.
_GROUPS: Final = {
    "nfd": ("nfd.openshift.io", "nfd.k8s-sigs.io"),
    "kernel-module-management": ("kmm.sigs.x-k8s.io",),
    "gpu-operator-certified": ("nvidia.com",),
    "amd-gpu-operator": ("amd.com",),
}

Note = Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a Subscription of a unit brings, besides an operator that does not run here."""

    name: str
    namespace: str
    definitions: tuple[SiteDefinition, ...]


def packages(
    variant: Variant, manifests: Sequence[JsonObject], definitions: SiteDefinitions, given: Collection[str]
) -> tuple[Package, ...]:
    """The packages that a unit subscribes to: they bring what its component provides, and what it uses and nobody gives.

    `given`: APIs that the site has anyway, or that some unit provides.
    """
    subscribed = [m for m in manifests if (objects.identity(m).group, objects.identity(m).kind) == (GROUP, SUBSCRIPTION)]
    owned: dict[str, dict[ResourceId, SiteDefinition]] = {_package(subscription): {} for subscription in subscribed}
    used = [f"{m['apiVersion']}/{m['kind']}" for m in manifests if _is_custom(objects.identity(m).group)]
    for api in dict.fromkeys((*variant.component.provides, *(api for api in used if api not in given))) if owned else ():
        owner = next((name for name in owned if split(api)[0] in _GROUPS.get(name, ())), next(iter(owned)))
        found = definitions.find(api, variant.version)
        owned[owner][objects.identity(found.data)] = found
    return tuple(
        Package(
            name=_package(s), namespace=objects.text(s, "metadata", "namespace"), definitions=tuple(owned[_package(s)].values())
        )
        for s in subscribed
    )


def _is_custom(group: str) -> bool:
    """Groups of Kubernetes itself have no dot, or end in k8s.io."""
    return "." in group and not group.endswith(".k8s.io") and group != GROUP


class Olm:
    """Acts once a look. `newer`: packages of which the catalogue has a later version than the one that was asked for."""

    def __init__(self, note: Note, patience: float) -> None:
        self._note, self._patience = note, patience
        self._told: set[tuple[str, str]] = set()
        self._waiting: dict[ResourceId, float] = {}
        self.newer: set[str] = set()

    def act(self, api: Objects, known: Sequence[Package]) -> None:
        """Take every Subscription one step further."""
        for subscription in api.list(GROUP, SUBSCRIPTION):
            csv = _wanted_csv(subscription)
            if objects.text(subscription, "status", "installedCSV") != csv:
                self._install(api, subscription, csv, known)
            elif _package(subscription) in self.newer and objects.text(subscription, "status", "state") != "UpgradePending":
                self._report(api, subscription, _pending(f"{csv}-newer", installed=csv))
                self._tell(subscription, "a later version waits for an approval that nobody gives")

    def _install(self, api: Objects, subscription: JsonObject, csv: str, known: Sequence[Package]) -> None:
        plan = ResourceId(GROUP, "InstallPlan", objects.text(subscription, "metadata", "namespace"), f"install-{csv}")
        found = api.get(plan)
        if found is None:
            api.apply(_plan(plan, csv, objects.text(subscription, "spec", "installPlanApproval") or "Automatic"))
            self._report(api, subscription, _pending(csv))
        elif objects.at(found, "spec").get("approved") is not True:
            self._approve(api, subscription, plan)
        elif len(api.list(GROUP, "OperatorGroup", plan.namespace)) != 1:
            self._tell(subscription, f"waits until namespace {plan.namespace} has exactly one OperatorGroup")
        else:
            self._execute(api, subscription, plan, csv, known)

    def _approve(self, api: Objects, subscription: JsonObject, plan: ResourceId) -> None:
        now = time.monotonic()
        if now - self._waiting.setdefault(plan, now) >= self._patience:
            del self._waiting[plan]
            api.merge(plan, {"spec": {"approved": True}})
            self._tell(subscription, f"{plan.name} approved by a stand-in; at a site it is a job or a person")

    def _execute(self, api: Objects, subscription: JsonObject, plan: ResourceId, csv: str, known: Sequence[Package]) -> None:
        name = _package(subscription)
        brought = [d.data for p in known if (p.name, p.namespace) == (name, plan.namespace) for d in p.definitions]
        for definition in brought:
            api.apply(definition, manager=_MANAGER)
        version = ResourceId(GROUP, "ClusterServiceVersion", plan.namespace, csv)
        api.apply(_csv(version))
        api.merge(version, {"status": {"phase": "Succeeded", "reason": "InstallSucceeded"}}, status=True)
        api.merge(plan, {"status": {"phase": "Complete", "catalogSources": []}}, status=True)
        self._report(api, subscription, _installed(csv))
        self._tell(subscription, f"{csv} installed by a stand-in for OLM: {len(brought)} definitions")

    def _report(self, api: Objects, subscription: JsonObject, status: JsonObject) -> None:
        api.merge(objects.identity(subscription), {"status": {**status, "lastUpdated": now()}}, status=True)

    def _tell(self, subscription: JsonObject, what: str) -> None:
        name = objects.text(subscription, "metadata", "name")
        if (name, what) not in self._told:
            self._told.add((name, what))
            self._note(name, what)


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _package(subscription: JsonObject) -> str:
    return objects.text(subscription, "spec", "name")


def _wanted_csv(subscription: JsonObject) -> str:
    """The version that was asked for; without `startingCSV` OLM takes the channel's newest, whatever that is today."""
    channel = objects.text(subscription, "spec", "channel") or "newest"
    return objects.text(subscription, "spec", "startingCSV") or f"{_package(subscription)}.{channel}"


def _plan(plan: ResourceId, csv: str, approval: str) -> JsonObject:
    spec: JsonObject = {"approval": approval, "approved": approval == "Automatic", "clusterServiceVersionNames": [csv]}
    return {
        "apiVersion": _VERSION,
        "kind": plan.kind,
        "metadata": {"name": plan.name, "namespace": plan.namespace},
        "spec": spec,
    }


def _csv(version: ResourceId) -> JsonObject:
    install: JsonObject = {"strategy": "deployment", "spec": {"deployments": []}}
    return {
        "apiVersion": _VERSION,
        "kind": version.kind,
        "metadata": {"name": version.name, "namespace": version.namespace},
        "spec": {"displayName": version.name, "install": install},
    }


def _pending(csv: str, installed: str = "") -> JsonObject:
    waiting: JsonObject = {"type": "InstallPlanPending", "status": "True", "reason": "RequiresApproval"}
    known: JsonObject = {"installedCSV": installed} if installed else {}
    return {"state": "UpgradePending", "currentCSV": csv, "conditions": [_HEALTHY, waiting], **known}


def _installed(csv: str) -> JsonObject:
    conditions: list[Json] = [_HEALTHY]
    return {"state": "AtLatestKnown", "currentCSV": csv, "installedCSV": csv, "conditions": conditions}


_HEALTHY: Final[JsonObject] = {"type": "CatalogSourcesUnhealthy", "status": "False", "reason": "AllCatalogSourcesHealthy"}
