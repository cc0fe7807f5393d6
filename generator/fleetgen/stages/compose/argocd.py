"""What Argo CD's objects share: where it lives at a site, and their metadata."""

from __future__ import annotations

from typing import Final

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import KEEP, SYNC_OPTIONS

ARGOCD: Final = "argocd"
SERVER: Final = "https://kubernetes.default.svc"
API_VERSION: Final = "argoproj.io/v1alpha1"
ROOT_PROJECT: Final = "fleet-root"
PROJECT: Final = "fleet"
_FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"


def metadata(name: str, wave: int, *, kept: bool = False, finalizer: bool = False) -> JsonObject:
    """`kept`: Argo CD never deletes the object. `finalizer`: when the Application goes, so does what it applied."""
    annotations: JsonObject = {"argocd.argoproj.io/sync-wave": str(wave)}
    if kept:
        annotations[SYNC_OPTIONS] = KEEP
    made: JsonObject = {
        "name": name,
        "namespace": ARGOCD,
        "labels": {"app.kubernetes.io/managed-by": "fleetgen"},
        "annotations": annotations,
    }
    if finalizer:
        made["finalizers"] = [_FINALIZER]
    return made
