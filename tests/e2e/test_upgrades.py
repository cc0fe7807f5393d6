"""An upgrade that brings new fields of custom resources to a running site, which has the definitions of before.

Argo CD types what it applies on the server's side by the definitions that are there. A new field is then an error of the
comparison, nothing is synced any more, and the definition that knows the field never comes. The definitions here have the fields
that differ between the two releases, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.rehearsal import BuiltTools
from fleetgen.rehearse.site import RehearsedSite
from fleetgen.yamlfile import dump
from tests.e2e import sites
from tests.e2e.conftest import ROOT, shown
from tests.e2e.fleet import Fleet

HUB: Final = "hub-newark"
COMPONENT: Final = "templates/gpu-operator/component.yaml"
PROFILE: Final = "fleet/profiles/central-mixed.yaml"
CLIENT_SIDE: Final = "serverSideApply: false"
COMMON: Final = (
    *("driverType", "repository", "image", "version", "usePrecompiled", "kernelModuleType", "priorityClassName"),
    *(
        "tolerations",
        "nodeSelector",
        "labels",
        "manager",
        "secretEnv",
        "licensingConfig",
        "imagePullSecrets",
        "env",
        "rdma",
        "gds",
    ),
    *("readinessProbe", "livenessProbe", "startupProbe", "podSecurityContext", "resources", "annotations"),
)
FIELDS: Final = {"v26.3.3": COMMON, "v26.7.0": (*COMMON, "default", "upgradePolicy")}


def definition(fields: Sequence[str]) -> JsonObject:
    """NVIDIADriver with these fields of its spec, whatever is in them."""
    anything: JsonObject = {"x-kubernetes-preserve-unknown-fields": True}
    spec: JsonObject = {"type": "object", "properties": dict.fromkeys(fields, anything)}
    status: JsonObject = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version: JsonObject = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}},
    }
    names: JsonObject = {
        "kind": "NVIDIADriver",
        "listKind": "NVIDIADriverList",
        "plural": "nvidiadrivers",
        "singular": "nvidiadriver",
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "nvidiadrivers.nvidia.com"},
        "spec": {"group": "nvidia.com", "names": names, "scope": "Cluster", "versions": [version]},
    }


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a release."""
    folder = tmp_path_factory.mktemp("definitions")
    for version, fields in FIELDS.items():
        (folder / version).mkdir()
        (folder / version / "nvidiadrivers.yaml").write_text(dump(definition(fields)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """The hub with several drivers, on the release before, applied on the server's side."""
    made = Fleet.made(ROOT, tmp_path_factory.mktemp("upgrades"), (HUB,))
    made.edit(COMPONENT, CLIENT_SIDE, "serverSideApply: true")
    made.edit(PROFILE, "version: v26.7.0", "version: v26.3.3")
    made.edit(PROFILE, "driver: {version: 595.91.07}", "driver: {version: 580.178.04}")
    made.edit(PROFILE, "version: 4.6.0-4.8.3", "version: 4.5.3-4.8.2")
    made.publish("The release before", "--allow-upgrade")
    return made


@pytest.fixture(scope="module")
def site(fleet: Fleet, programs: BuiltTools, definitions: Path) -> Iterator[RehearsedSite]:
    with (
        sites.opened(fleet, programs, HUB, definitions) as opened,
        shown("an operator with new fields", lambda: opened.timeline.events),
    ):
        opened.power_on()
        opened.wait_settled(fleet.git("rev-parse", "HEAD"), seconds=sites.PATIENCE)
        yield opened


def words(site: RehearsedSite) -> list[str]:
    """What Argo CD says of the operator's Application."""
    live = sites.live(site, sites.application("gpu-operator"))
    return [objects.text(condition, "message") for condition in objects.items(live, "status", "conditions")]


def test_applied_on_the_servers_side_new_fields_stop_the_site(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, definitions: Path
) -> None:
    fleet.edit(PROFILE, "version: v26.3.3", "version: v26.7.0")
    fleet.edit(PROFILE, "driver: {version: 580.178.04}", "driver: {version: 595.91.07}")
    fleet.edit(PROFILE, "version: 4.5.3-4.8.2", "version: 4.6.0-4.8.3")
    fleet.publish("The next release")
    site.serve(sites.wanted(fleet, programs, HUB, definitions))
    fleet.push(site.repository)
    site.wait(
        "the comparison fails", lambda: any("not declared in schema" in text for text in words(site)), seconds=sites.PATIENCE
    )


def test_applied_by_the_client_the_upgrade_reaches_the_site(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, definitions: Path, report: Callable[[str, str], None]
) -> None:
    fleet.edit(COMPONENT, "serverSideApply: true", CLIENT_SIDE)
    fleet.publish("Apply definitions and their objects by the client")
    site.serve(sites.wanted(fleet, programs, HUB, definitions))
    fleet.push(site.repository)
    seconds = site.wait("the new fields are there", lambda: has_new_fields(site), seconds=sites.PATIENCE)
    assert [text for text in words(site) if "schema" in text] == []
    # Argo CD sees them when it opens its watch again: until then the API server shows objects without them (decision 0023).
    report("an operator with new fields", f"{seconds:.0f} s from push to the new fields at the site")


def has_new_fields(site: RehearsedSite) -> bool:
    """Every driver of the site has the field that only the newer definition knows, and the operation succeeded."""
    drivers = site.api.list("nvidia.com", "NVIDIADriver")
    live = sites.live(site, sites.application("gpu-operator"))
    done = objects.text(live, "status", "operationState", "phase") == "Succeeded"
    return done and bool(drivers) and all("upgradePolicy" in objects.at(driver, "spec") for driver in drivers)
