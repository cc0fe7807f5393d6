"""What acts in place of what a rehearsal cannot run: operators that charts or OLM bring, storage, a technician.

What each of them does with which kind is data: `readiness.READINESS` for operators, `Wanted.packages` for OLM.
"""

from __future__ import annotations

import time
from typing import Final

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import objects, watching
from fleetgen.rehearse.apiserver import Objects
from fleetgen.rehearse.gatekeeper import NAMESPACE, POD, WEBHOOKS, Gatekeeper
from fleetgen.rehearse.olm import Olm, now
from fleetgen.rehearse.programs import Programs
from fleetgen.rehearse.readiness import READINESS, report
from fleetgen.rehearse.wanted import Wanted
from fleetgen.rehearse.watching import Timeline

_POD: Final = ResourceId("", "Pod", NAMESPACE, POD)
_PATIENCE: Final = 6.0


class StandIns:
    """Acts once a look. Everything it does is in the timeline and in `acted`; `hold` names what it leaves alone for now."""

    def __init__(self, programs: Programs, gatekeeper: Gatekeeper, timeline: Timeline) -> None:
        self._programs, self._gatekeeper, self._timeline = programs, gatekeeper, timeline
        self._waiting: dict[str, float] = {}
        self.olm = Olm(self._note, _PATIENCE)
        self.acted: list[str] = []
        self.hold: set[str] = set()

    def act(self, api: Objects, wanted: Wanted) -> None:
        """Do what is due."""
        if wanted.gatekeeper is not None and "gatekeeper" not in self.hold:
            self._run_gatekeeper(api, wanted)
        if wanted.packages and "olm" not in self.hold:
            self.olm.act(api, wanted.packages)
        self._report_ready(api)
        self._provide_volumes(api)
        if wanted.windows:
            self._sync_by_hand(api)

    def _note(self, subject: str, what: str) -> None:
        self._timeline.note(subject, what)
        self.acted.append(f"{subject}: {what}")

    def _run_gatekeeper(self, api: Objects, wanted: Wanted) -> None:
        """The chart's Deployment and webhook configuration: as soon as the chart's definitions are there."""
        if "gatekeeper" in self._programs.names() or not self._gatekeeper.can_start(api):
            return
        node = api.list("", "Node")[0]
        if api.get(_POD) is None:
            api.apply(self._gatekeeper.pod(objects.text(node, "metadata", "name")))
        self._programs.start(self._gatekeeper.program())
        chart = wanted.gatekeeper
        if chart is not None:
            kubernetes = objects.text(node, "status", "nodeInfo", "kubeletVersion")
            api.apply(self._gatekeeper.webhooks(chart.version, chart.values, kubernetes))
        self._timeline.note("gatekeeper", f"the process serves, {WEBHOOKS} applied")

    def _report_ready(self, api: Objects) -> None:
        """What operators would report of the objects that they manage."""
        served = api.kinds()
        for row in READINESS:
            if row.operator in self.hold or (row.group, row.kind) not in served:
                continue
            for data in api.list(row.group, row.kind):
                patch = report(row, data, now())
                if patch is not None:
                    api.merge(objects.identity(data), {"status": patch}, status=True)
                    self._note(objects.text(data, "metadata", "name"), f"{row.kind} reported ready by a stand-in")

    def _provide_volumes(self, api: Objects) -> None:
        """A claim that nobody declared (a site has it already), and a volume for every claim."""
        claims = {objects.identity(data) for data in api.list("", "PersistentVolumeClaim")}
        for pod in api.list("", "Pod"):
            for volume in objects.items(pod, "spec", "volumes"):
                name = objects.text(volume, "persistentVolumeClaim", "claimName")
                claim = ResourceId("", "PersistentVolumeClaim", objects.text(pod, "metadata", "namespace"), name)
                if name and claim not in claims:
                    api.apply(_claim(claim))
                    claims.add(claim)
                    self._note(name, "claim made by a stand-in: a site has its model volume already")
        for data in api.list("", "PersistentVolumeClaim"):
            if objects.text(data, "status", "phase") == "Pending" and not objects.text(data, "spec", "volumeName"):
                api.apply(_volume(data))

    def _sync_by_hand(self, api: Objects) -> None:
        """A maintenance window is closed: what `argocd app sync` does, which the project's windows allow."""
        now = time.monotonic()
        for data in api.list(watching.GROUP, "Application", "argocd"):
            name = objects.text(data, "metadata", "name")
            idle = "operation" not in data and objects.text(data, "status", "operationState", "phase") not in {
                "Running",
                "Terminating",
            }
            if (
                objects.text(data, "spec", "project") != "fleet"
                or objects.text(data, "status", "sync", "status") != "OutOfSync"
                or not idle
            ):
                self._waiting.pop(name, None)
            elif now - self._waiting.setdefault(name, now) > _PATIENCE:
                del self._waiting[name]
                policy = objects.at(data, "spec", "syncPolicy")
                sync: JsonObject = {"prune": True, "syncOptions": policy.get("syncOptions", []), "syncStrategy": {"hook": {}}}
                operation: JsonObject = {
                    "initiatedBy": {"username": "technician"},
                    "sync": sync,
                    "retry": policy.get("retry", {}),
                }
                api.merge(objects.identity(data), {"operation": operation})
                self._note(name, "synced by hand: the maintenance window is closed")


def _claim(wanted: ResourceId) -> JsonObject:
    spec: JsonObject = {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "10Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": wanted.name, "namespace": wanted.namespace},
        "spec": spec,
    }


def _volume(claim: JsonObject) -> JsonObject:
    identity = objects.identity(claim)
    spec = objects.at(claim, "spec")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{identity.namespace}-{identity.name}"},
        "spec": {
            "accessModes": spec.get("accessModes", []),
            "capacity": {"storage": objects.at(spec, "resources", "requests").get("storage", "10Gi")},
            "storageClassName": spec.get("storageClassName", ""),
            "claimRef": {"namespace": identity.namespace, "name": identity.name},
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": f"/var/lib/rehearsal/{identity.name}"},
        },
    }
