"""Risk flags that follow from the changed objects of a unit alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fleetgen.catalog.capacity import quantity
from fleetgen.model.change import ABSENT, Change, FieldChange, FieldValue, ObjectChange, PathStep
from fleetgen.model.resource import KEPT
from fleetgen.review.workloads import TEMPLATES, is_below, restarts_of

# (group, kind) -> paths that the API server refuses to change (validation of Kubernetes 1.33, pkg/apis/*/validation)
_IMMUTABLE: Final[dict[tuple[str, str], tuple[tuple[str, ...], ...]]] = {
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("apps", "StatefulSet"): (
        ("spec", "selector"),
        ("spec", "serviceName"),
        ("spec", "volumeClaimTemplates"),
        ("spec", "podManagementPolicy"),
    ),
    ("batch", "Job"): (("spec", "selector"), ("spec", "template"), ("spec", "completionMode")),
    ("", "Service"): (("spec", "clusterIP"),),
    ("", "PersistentVolumeClaim"): (
        ("spec", "accessModes"),
        ("spec", "selector"),
        ("spec", "storageClassName"),
        ("spec", "volumeMode"),
        ("spec", "volumeName"),
    ),
    ("storage.k8s.io", "StorageClass"): (
        ("parameters",),
        ("provisioner",),
        ("reclaimPolicy",),
        ("volumeBindingMode",),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (("roleRef",),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (("roleRef",),),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    ("node.k8s.io", "RuntimeClass"): (("handler",),),
}
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_DRIVERS: Final = frozenset({"ClusterPolicy", "NVIDIADriver", "DeviceConfig"})


def object_risks(change: Change) -> Iterator[tuple[str, str]]:
    """(flag, reason) of everything about the objects of a change."""
    for item in change.objects:
        kind = (item.id.group, item.id.kind)
        if item.action == "removed" and kind in KEPT:
            yield "kept-object-removed", f"{item.id} leaves the fleet; sites keep it and what it holds until somebody deletes it"
        if item.action != "changed":
            continue
        for field in item.fields:
            yield from _of_field(item, field, kind)
    for item in restarts_of(change):
        yield "restart", f"the Pods of {item.id} are replaced"


def _of_field(item: ObjectChange, field: FieldChange, kind: tuple[str, str]) -> Iterator[tuple[str, str]]:
    if any(is_below(field, path) for path in _IMMUTABLE.get(kind, ())):
        yield "immutable-field", f"{field.where} of {item.id} cannot be changed; the sync fails until the object is replaced"
    if kind in TEMPLATES or kind[1] in {"CronJob", "Job"}:
        last = field.path[-1]
        if last == "replicas" and _is_less(field.old, field.new):
            yield "fewer-replicas", f"{item.id} goes from {field.old} to {field.new} replicas"
        if "limits" in field.path and _is_less(field.old, field.new):
            yield "lower-limit", f"{field.where} of {item.id} goes from {field.old} to {field.new}"
        if last in _PROBES and field.new is ABSENT:
            yield "probe-removed", f"{item.id} loses {field.where}"
    if (item.id.kind in _DRIVERS and _is_driver(field.path)) or _is_driver(_chart_value(field.path)):
        yield "driver-change", f"{field.where} of {item.id} changes; GPU nodes are drained one after the other"


def _chart_value(path: tuple[PathStep, ...]) -> tuple[PathStep, ...]:
    """The path below the values of a chart, as that of the ClusterPolicy which the chart makes of them."""
    return ("spec", *path[path.index("valuesObject") + 1 :]) if "valuesObject" in path else ()


def _is_driver(path: tuple[PathStep, ...]) -> bool:
    return path[:2] in {("spec", "driver"), ("spec", "version"), ("spec", "kernelModuleType"), ("spec", "usePrecompiled")}


def _is_less(old: FieldValue, new: FieldValue) -> bool:
    """Whether an amount is reduced; a limit that goes away is none."""
    if not isinstance(old, str | int) or not isinstance(new, str | int):
        return False
    try:
        return quantity(str(new)) < quantity(str(old))
    except ValueError:
        return False
