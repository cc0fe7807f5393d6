"""The identity of a Kubernetes object, the same everywhere: findings, diff, ownership, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fleetgen.model.plain import Json

# The annotation by which Argo CD leaves an object alone when it leaves the tree, and when its Application is deleted.
SYNC_OPTIONS: Final = "argocd.argoproj.io/sync-options"
KEEP: Final = "Prune=false,Delete=false"


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """What "the same object" means. The version is left out: a new API version is a change, not a new object."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


def resource_id(data: Mapping[str, Json]) -> ResourceId:
    """The identity of a Kubernetes object."""
    group = str(data["apiVersion"]).rpartition("/")[0]
    metadata = data["metadata"]
    names = metadata if isinstance(metadata, dict) else {}
    return ResourceId(group, str(data["kind"]), str(names.get("namespace", "")), str(names.get("name", "")))
