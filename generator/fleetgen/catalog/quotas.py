"""ResourceQuotas of namespaces beside what the units in them ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.catalog.capacity import quantity
from fleetgen.catalog.workloads import workload_pods
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import mapping_of

_PODS: Final = "pods"


@dataclass(frozen=True, slots=True)
class QuotaShortfall:
    """A quota that does not admit what is asked for: `key` and `hard` as the quota has them, `asked` in base units."""

    namespace: str
    key: str
    hard: str
    asked: float


def quota_shortfalls(manifests: Sequence[Manifest], nodes: int) -> Iterator[QuotaShortfall]:
    """Quotas among the objects of a cluster that its workloads exceed, all replicas together.

    A workload that is scaled counts with the most replicas that it may get, a DaemonSet with every node. What charts make is not
    among the objects.
    """
    quotas = [m for m in manifests if m.id.kind == "ResourceQuota" and not m.id.group]
    if not quotas:
        return
    asked = _asked(manifests, nodes)
    for quota in quotas:
        for key, hard in sorted(mapping_of(mapping_of(quota.data.get("spec")).get("hard")).items()):
            total = asked.get((quota.id.namespace, key.removeprefix("requests.")), 0)
            if not key.startswith("limits.") and total > quantity(str(hard)):
                yield QuotaShortfall(quota.id.namespace, key, str(hard), total)


def _asked(manifests: Sequence[Manifest], nodes: int) -> dict[tuple[str, str], float]:
    """(namespace, resource or `pods`) -> the sum of all Pods there."""
    totals: dict[tuple[str, str], float] = {}
    for namespace, kind, most, requests in workload_pods(manifests):
        number = nodes if kind == "DaemonSet" else most
        for name, amount in {**requests, _PODS: 1.0}.items():
            totals[namespace, name] = totals.get((namespace, name), 0) + amount * number
    return totals
