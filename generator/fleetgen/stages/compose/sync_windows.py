"""Argo CD sync windows: when a cluster may change."""

from __future__ import annotations

from fleetgen.model.fleet import Cluster
from fleetgen.model.plain import Json


def sync_windows(cluster: Cluster) -> list[Json]:
    """Maintenance windows allow; a hold denies at every minute (self-heal stops, too)."""
    windows: list[Json] = [
        {
            "kind": "allow",
            "schedule": w.schedule,
            "duration": w.duration,
            "timeZone": cluster.spec.site.timezone,
            "applications": ["*"],
            "manualSync": True,
        }
        for w in cluster.spec.maintenance.windows
    ]
    if hold := cluster.spec.hold:
        description = f"hold: {hold.reason} ({hold.owner})"
        windows.append(
            {
                "kind": "deny",
                "schedule": "* * * * *",
                "duration": "1h",
                "applications": ["*"],
                "manualSync": True,
                "description": description,
            }
        )
    return windows
