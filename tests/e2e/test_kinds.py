"""Kinds of sites whose operators bring other definitions: OpenShift, where OLM installs them, and a site with an AMD card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.fleet import AS_OF, Fleet

pytestmark = pytest.mark.usefixtures("programs")
# cluster -> the kinds of custom resources that the site must hold in the end
KINDS: Final = {
    "hospital-leipzig": {
        "ClusterPolicy",
        "NodeFeatureDiscovery",
        "NodeFeatureRule",
        "OperatorGroup",
        "PrometheusRule",
        "Subscription",
    },
    "studio-cologne": {"DeviceConfig", "NodeFeatureRule"},
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """These two sites alone."""
    return Fleet.made(ROOT, tmp_path_factory.mktemp("kinds"), tuple(KINDS))


@pytest.mark.parametrize("name", KINDS)
def test_a_site_gets_all_that_is_committed(
    fleet: Fleet, crds: Path | None, report: Callable[[str, str], None], name: str
) -> None:
    """Exit code 0: Synced and Healthy, every object there with its content, nothing else, and quiet afterwards."""
    ran = fleet.run("rehearse", name, "--as-of", AS_OF, "--json", *(["--crds", str(crds)] if crds else []))
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    assert (data["cluster"], data["findings"], data["unknown"]) == (name, [], [])
    shown = json.loads(fleet.run("show", name, "--as-of", AS_OF, "--json").out)
    kinds = {entry["object"].partition(" ")[0].partition(".")[0] for entry in shown["entries"]}
    assert KINDS[name] <= kinds
    lines = [f"{event['seconds']:7.1f} s  {event['subject']:26} {event['what']}" for event in data["timeline"]]
    size = sum(data["memoryBytes"].values()) // 2**20
    report(f"{name}", "\n".join([*lines, f"{data['seconds']} s, {size} MiB, {data['objects']} objects equal"]))
