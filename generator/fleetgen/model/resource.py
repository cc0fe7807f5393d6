"""The identity of a Kubernetes object, the same everywhere: findings, diff, ownership, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fleetgen.model.plain import Json

# The annotation by which Argo CD leaves an object alone when it leaves the tree, and when its Application is deleted.
SYNC_OPTIONS: Final = "argocd.argoproj.io/sync-options"
KEEP: Final = "Prune=false,Delete=false"
# (group, kind) of what holds data or other objects, and so must outlive a mistake
KEPT: Final = frozenset({("", "Namespace"), ("", "PersistentVolumeClaim"), ("apiextensions.k8s.io", "CustomResourceDefinition")})
# (group, kind) of Kubernetes' own kinds that have no namespace
CLUSTER_SCOPED: Final = frozenset(
    {
        *(("", kind) for kind in ("Namespace", "Node", "PersistentVolume")),
        *(("admissionregistration.k8s.io", f"{kind}WebhookConfiguration") for kind in ("Mutating", "Validating")),
        *(("admissionregistration.k8s.io", f"{kind}AdmissionPolicy") for kind in ("Mutating", "Validating")),
        *(("admissionregistration.k8s.io", f"{kind}AdmissionPolicyBinding") for kind in ("Mutating", "Validating")),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        *(("certificates.k8s.io", kind) for kind in ("CertificateSigningRequest", "ClusterTrustBundle")),
        *(("flowcontrol.apiserver.k8s.io", kind) for kind in ("FlowSchema", "PriorityLevelConfiguration")),
        *(("networking.k8s.io", kind) for kind in ("IngressClass", "IPAddress", "ServiceCIDR")),
        ("node.k8s.io", "RuntimeClass"),
        *(("rbac.authorization.k8s.io", kind) for kind in ("ClusterRole", "ClusterRoleBinding")),
        *(("resource.k8s.io", kind) for kind in ("DeviceClass", "DeviceTaintRule", "ResourceSlice")),
        ("scheduling.k8s.io", "PriorityClass"),
        *(("storage.k8s.io", kind) for kind in ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")),
        ("storage.k8s.io", "VolumeAttributesClass"),
    }
)


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
