"""Kinds of sites whose operators bring other definitions: OpenShift, where OLM installs them, and a site with an AMD card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.fleet import AS_OF, Ended, Fleet

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


@pytest.fixture(scope="module")
def rehearsed(fleet: Fleet, crds: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    """Both at once, each with its own folder for temporary files: ports and files do not collide, paths may be long."""

    def one(name: str) -> Ended:
        folder = tmp_path_factory.mktemp(f"{name}{'-long' * 20}")
        definitions = ["--crds", str(crds)] if crds else []
        ran = fleet.run("rehearse", name, "--as-of", AS_OF, "--json", *definitions, TMPDIR=str(folder))
        assert [path.name for path in folder.iterdir()] == []
        return ran

    with ThreadPoolExecutor() as pool:
        return dict(zip(KINDS, pool.map(one, KINDS), strict=True))


@pytest.mark.parametrize("name", KINDS)
def test_a_site_gets_all_that_is_committed(
    fleet: Fleet, rehearsed: Mapping[str, Ended], report: Callable[[str, str], None], name: str
) -> None:
    """Exit code 0: Synced and Healthy, every object there with its content, nothing else, and quiet afterwards."""
    ran = rehearsed[name]
    assert ran.code == 0, ran.err or ran.out[-3000:]
    data = json.loads(ran.out)
    assert (data["cluster"], data["findings"], data["unknown"]) == (name, [], [])
    shown = json.loads(fleet.run("show", name, "--as-of", AS_OF, "--json").out)
    kinds = {entry["object"].partition(" ")[0].partition(".")[0] for entry in shown["entries"]}
    assert KINDS[name] <= kinds
    lines = [f"{event['seconds']:7.1f} s  {event['subject']:26} {event['what']}" for event in data["timeline"]]
    size = sum(data["memoryBytes"].values()) // 2**20
    report(f"{name}", "\n".join([*lines, f"{data['seconds']} s, {size} MiB, {data['objects']} objects equal"]))
