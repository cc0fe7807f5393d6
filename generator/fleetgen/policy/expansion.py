"""ExpansionTemplates: by them Gatekeeper judges the Pods of a workload when the workload is made, as the gate does.

The same table in Rego is policies/rego/gate/expansion; parity holds the two together. A CronJob expands to its Pod directly: by
way of a Job each message would come twice. No action of their own: the constraint's counts.

Argo CD applies them before the constraints: a constraint that comes first would judge Pods only, and let through their workloads.
"""

from __future__ import annotations

from typing import Final

from fleetgen.model.plain import JsonObject

_WORKLOADS: Final = (
    ("apps", "DaemonSet", "spec.template"),
    ("apps", "Deployment", "spec.template"),
    ("apps", "ReplicaSet", "spec.template"),
    ("apps", "StatefulSet", "spec.template"),
    ("batch", "CronJob", "spec.jobTemplate.spec.template"),
    ("batch", "Job", "spec.template"),
    ("", "ReplicationController", "spec.template"),
)


EXPANDED: Final = frozenset(f"{group}/{kind}" for group, kind, _ in _WORKLOADS)


def pod_path(group: str, kind: str) -> tuple[str, ...] | None:
    """Where a kind has the Pod that it makes; empty for a Pod, None for what makes none."""
    if (group, kind) == ("", "Pod"):
        return ()
    return next((tuple(source.split(".")) for *pair, source in _WORKLOADS if pair == [group, kind]), None)


def expansion_templates() -> tuple[JsonObject, ...]:
    """One for each kind of workload; its name is part of the message of a refusal."""
    return tuple(_template(group, kind, source) for group, kind, source in _WORKLOADS)


def _template(group: str, kind: str, source: str) -> JsonObject:
    return {
        "apiVersion": "expansion.gatekeeper.sh/v1beta1",
        "kind": "ExpansionTemplate",
        "metadata": {
            "name": f"expand-{kind.lower()}",
            "annotations": {
                "argocd.argoproj.io/sync-wave": "0",
                "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true",
            },
        },
        "spec": {
            "applyTo": [{"groups": [group], "versions": ["v1"], "kinds": [kind]}],
            "templateSource": source,
            "generatedGVK": {"group": "", "version": "v1", "kind": "Pod"},
        },
    }
