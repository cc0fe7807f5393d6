"""What a change of a workload's object means for its Pods."""

from __future__ import annotations

from typing import Final

from fleetgen.model.change import Change, FieldChange, ObjectChange, PathStep

# (group, kind) -> the path of the Pod template: a change below it replaces the Pods
TEMPLATES: Final = {
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("argoproj.io", "Rollout"): ("spec", "template"),
}


def restarts_of(change: Change) -> tuple[ObjectChange, ...]:
    """The workloads whose Pods are replaced. A ConfigMap that is called after its content replaces the Pods that name it."""
    return tuple(item for item in change.objects if item.action == "changed" and _replaces_pods(item))


def _replaces_pods(item: ObjectChange) -> bool:
    template = TEMPLATES.get((item.id.group, item.id.kind))
    return template is not None and any(is_below(field, template) for field in item.fields)


def is_below(field: FieldChange, path: tuple[PathStep, ...]) -> bool:
    """Whether a changed field is `path` or lies below it, or holds it."""
    return field.path[: len(path)] == path[: len(field.path)]
