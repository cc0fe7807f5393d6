"""How operators that a rehearsal cannot run tell that what they manage is ready: one row a kind, read off their code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, cast

from fleetgen.model.plain import Json, JsonObject
from fleetgen.rehearse import objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One entry of `status.conditions`."""

    type: str
    status: str = "True"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What `operator` writes into the status of an object of the kind when it is ready: `status`, and `conditions`.

    `observes`: it also writes which generation of the object it has seen.
    """

    group: str
    kind: str
    operator: str
    status: JsonObject = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    observes: bool = False


_READY: Final = (Condition(type="Ready", reason="Ready"),)
_AVAILABLE: Final = (
    Condition(type="Available", reason="Ready"),
    Condition(type="Upgradeable", reason="Ready"),
    Condition(type="Progressing", status="False", reason="Ready"),
    Condition(type="Degraded", status="False", reason="Ready"),
)

READINESS: Final = (
    # NVIDIA/gpu-operator api/nvidia/v1, v1alpha1: `state`
    Readiness(group="nvidia.com", kind="ClusterPolicy", operator="gpu-operator", status={"state": "ready"}),
    Readiness(group="nvidia.com", kind="NVIDIADriver", operator="gpu-operator", status={"state": "ready"}),
    Readiness(group="nvidia.com", kind="GPUCluster", operator="gpu-operator", status={"state": "ready"}),
    # ROCm/gpu-operator internal/conditions/deviceconfig.go, internal/controllers/device_config_reconciler.go
    Readiness(
        group="amd.com",
        kind="DeviceConfig",
        operator="amd-gpu-operator",
        conditions=(Condition(type="Ready", reason="OperatorReady"),),
        observes=True,
    ),
    # intel-device-plugins-for-kubernetes deployments/operator/crd
    Readiness(
        group="deviceplugin.intel.com",
        kind="GpuDevicePlugin",
        operator="intel-device-plugins",
        status={"desiredNumberScheduled": 1, "numberReady": 1},
    ),
    # openshift/cluster-nfd-operator controllers/nodefeaturediscovery_status.go; the upstream operator came from it
    Readiness(group="nfd.openshift.io", kind="NodeFeatureDiscovery", operator="nfd-operator", conditions=_AVAILABLE),
    Readiness(group="nfd.kubernetes.io", kind="NodeFeatureDiscovery", operator="nfd-operator", conditions=_AVAILABLE),
    # cert-manager pkg/apis/certmanager/v1, and what Argo CD's own health checks of these kinds look at
    Readiness(group="cert-manager.io", kind="Certificate", operator="cert-manager", conditions=_READY),
    Readiness(group="cert-manager.io", kind="Issuer", operator="cert-manager", conditions=_READY),
    Readiness(group="cert-manager.io", kind="ClusterIssuer", operator="cert-manager", conditions=_READY),
)


def report(row: Readiness, data: JsonObject, now: str) -> JsonObject | None:
    """The merge patch of the object's status; None if it says so already. `now` as Kubernetes writes a time."""
    status = objects.at(data, "status")
    patch: JsonObject = {**row.status}
    if row.observes:
        patch["observedGeneration"] = objects.at(data, "metadata").get("generation")
    if all(status.get(key) == value for key, value in patch.items()) and _holds(status, row.conditions):
        return None
    if row.conditions:
        patch["conditions"] = cast("Json", [_written(condition, now) for condition in row.conditions])
    return patch


def _holds(status: JsonObject, wanted: tuple[Condition, ...]) -> bool:
    found = {objects.text(c, "type"): objects.text(c, "status") for c in objects.items(status, "conditions")}
    return all(found.get(condition.type) == condition.status for condition in wanted)


def _written(condition: Condition, now: str) -> JsonObject:
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": "reported by a rehearsal",
        "lastTransitionTime": now,
    }
