"""What operators report, and that it fits the official definitions' shape."""

from __future__ import annotations

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.readiness import READINESS, Readiness, report

NOW = "2026-11-24T12:00:00Z"
BY_KIND = {(row.group, row.kind): row for row in READINESS}


def condition(kind: str, status: str, reason: str) -> JsonObject:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "reported by a rehearsal",
        "lastTransitionTime": NOW,
    }


@pytest.mark.parametrize(
    ("group", "kind", "status"),
    [
        ("nvidia.com", "ClusterPolicy", {"state": "ready"}),
        ("nvidia.com", "NVIDIADriver", {"state": "ready"}),
        (
            "amd.com",
            "DeviceConfig",
            {"observedGeneration": 3, "conditions": [condition("Ready", "True", "OperatorReady")]},
        ),
        (
            "nfd.openshift.io",
            "NodeFeatureDiscovery",
            {
                "conditions": [
                    condition("Available", "True", "Ready"),
                    condition("Upgradeable", "True", "Ready"),
                    condition("Progressing", "False", "Ready"),
                    condition("Degraded", "False", "Ready"),
                ]
            },
        ),
        ("deviceplugin.intel.com", "GpuDevicePlugin", {"desiredNumberScheduled": 1, "numberReady": 1}),
        ("cert-manager.io", "Certificate", {"conditions": [condition("Ready", "True", "Ready")]}),
    ],
)
def test_reports_of_operators(group: str, kind: str, status: JsonObject) -> None:
    assert report(BY_KIND[(group, kind)], {"kind": kind, "metadata": {"generation": 3}}, NOW) == status


def test_every_kind_once_and_every_row_says_something() -> None:
    assert len(BY_KIND) == len(READINESS)
    assert [row for row in READINESS if not row.status and not row.conditions] == []


@pytest.mark.parametrize("row", READINESS, ids=lambda row: f"{row.group}/{row.kind}")
def test_what_was_reported_is_not_reported_again(row: Readiness) -> None:
    status = report(row, {}, NOW)
    assert status is not None
    assert report(row, {"status": status}, "2026-11-24T13:00:00Z") is None


def test_another_generation_is_reported_again_where_the_operator_counts_them() -> None:
    row = BY_KIND[("amd.com", "DeviceConfig")]
    status = report(row, {"metadata": {"generation": 1}}, NOW)
    assert status is not None
    again = report(row, {"metadata": {"generation": 2}, "status": status}, NOW)
    assert again is not None
    assert again["observedGeneration"] == 2


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("ClusterPolicy", {"state": "notReady"}),
        ("DeviceConfig", {"conditions": [condition("Ready", "False", "x")]}),
        ("DeviceConfig", {"conditions": [condition("Error", "True", "x")]}),
    ],
)
def test_what_says_something_else_is_reported_ready(kind: str, status: JsonObject) -> None:
    row = next(row for row in READINESS if row.kind == kind)
    patch = report(row, {"status": status}, NOW)
    assert patch is not None
    assert objects.items(patch, "conditions") == objects.items(report(row, {}, NOW), "conditions")
