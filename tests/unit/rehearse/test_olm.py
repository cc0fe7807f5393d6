"""A Subscription becomes an operator's definitions, step by step, as OLM's rules say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.model.variant import Variant
from fleetgen.rehearse import objects
from fleetgen.rehearse.crds import SiteDefinition, SiteDefinitions, anything
from fleetgen.rehearse.olm import Olm, Package, packages
from tests.golden.components.cases import case
from tests.unit.rehearse.fake import FakeSite

NAMESPACE = "nvidia-gpu-operator"
CSV = "gpu-operator-certified.v26.3.3"
SUBSCRIPTION = ResourceId("operators.coreos.com", "Subscription", NAMESPACE, "gpu-operator-certified")
PLAN = ResourceId("operators.coreos.com", "InstallPlan", NAMESPACE, f"install-{CSV}")
VERSION = ResourceId("operators.coreos.com", "ClusterServiceVersion", NAMESPACE, CSV)
POLICIES = ResourceId("apiextensions.k8s.io", "CustomResourceDefinition", "", "clusterpolicies.nvidia.com")
DEFINITION = SiteDefinition(data=anything("nvidia.com", "v1", "ClusterPolicy", cluster=True), origin="")
PACKAGE = Package(name="gpu-operator-certified", namespace=NAMESPACE, definitions=(DEFINITION,))
HEALTHY = {"type": "CatalogSourcesUnhealthy", "status": "False", "reason": "AllCatalogSourcesHealthy"}
PENDING = {"type": "InstallPlanPending", "status": "True", "reason": "RequiresApproval"}


def subscription(name: str = "gpu-operator-certified", approval: str = "Manual", csv: str = CSV) -> JsonObject:
    spec: JsonObject = {"name": name, "channel": "v26.3", "installPlanApproval": approval, "startingCSV": csv}
    metadata: JsonObject = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription", "metadata": metadata, "spec": spec}


def group(name: str = "g") -> JsonObject:
    metadata: JsonObject = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup", "metadata": metadata}


class Heard:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, subject: str, what: str) -> None:
        self.lines.append(f"{subject}: {what}")


def status(site: FakeSite) -> JsonObject:
    found = objects.at(site.objects[SUBSCRIPTION], "status")
    return {key: value for key, value in found.items() if key != "lastUpdated"}


def looks(site: FakeSite, olm: Olm, number: int) -> None:
    for _ in range(number):
        olm.act(site, [PACKAGE])


def test_manual_approval_is_given_by_hand_and_said() -> None:
    site, heard = FakeSite([subscription(), group()]), Heard()
    olm = Olm(heard, patience=0)
    looks(site, olm, 1)
    assert status(site) == {"state": "UpgradePending", "currentCSV": CSV, "conditions": [HEALTHY, PENDING]}
    assert objects.at(site.objects[PLAN], "spec") == {
        "approval": "Manual",
        "approved": False,
        "clusterServiceVersionNames": [CSV],
    }
    looks(site, olm, 1)
    assert objects.at(site.objects[PLAN], "spec").get("approved") is True
    assert POLICIES not in site.objects
    looks(site, olm, 3)
    assert status(site) == {"state": "AtLatestKnown", "currentCSV": CSV, "installedCSV": CSV, "conditions": [HEALTHY]}
    assert (site.objects[POLICIES], site.applied_by[POLICIES]) == (DEFINITION.data, "olm")
    assert objects.text(site.objects[VERSION], "status", "phase") == "Succeeded"
    assert objects.text(site.objects[PLAN], "status", "phase") == "Complete"
    assert heard.lines == [
        f"gpu-operator-certified: install-{CSV} approved by a stand-in; at a site it is a job or a person",
        f"gpu-operator-certified: {CSV} installed by a stand-in for OLM: 1 definitions",
    ]


def test_nobody_approves_before_the_patience_is_over() -> None:
    site, heard = FakeSite([subscription(), group()]), Heard()
    looks(site, Olm(heard, patience=3600), 5)
    assert (objects.at(site.objects[PLAN], "spec").get("approved"), POLICIES in site.objects, heard.lines) == (False, False, [])


def test_automatic_approval_needs_nobody() -> None:
    site, heard = FakeSite([subscription(approval="Automatic"), group()]), Heard()
    looks(site, Olm(heard, patience=3600), 2)
    assert status(site)["state"] == "AtLatestKnown"
    assert heard.lines == [f"gpu-operator-certified: {CSV} installed by a stand-in for OLM: 1 definitions"]


@pytest.mark.parametrize("groups", [[], [group("a"), group("b")]], ids=["none", "two"])
def test_nothing_is_installed_without_exactly_one_operator_group(groups: list[JsonObject]) -> None:
    site, heard = FakeSite([subscription(approval="Automatic"), *groups]), Heard()
    looks(site, Olm(heard, patience=0), 4)
    assert (status(site)["state"], POLICIES in site.objects) == ("UpgradePending", False)
    assert heard.lines == [f"gpu-operator-certified: waits until namespace {NAMESPACE} has exactly one OperatorGroup"]


def test_another_starting_csv_is_another_plan() -> None:
    site, heard = FakeSite([subscription(approval="Automatic"), group()]), Heard()
    olm = Olm(heard, patience=0)
    looks(site, olm, 3)
    newer = "gpu-operator-certified.v26.7.0"
    site.apply({**site.objects[SUBSCRIPTION], "spec": objects.at(subscription(approval="Automatic", csv=newer), "spec")})
    looks(site, olm, 1)
    assert (status(site)["state"], status(site)["installedCSV"]) == ("UpgradePending", CSV)
    looks(site, olm, 1)
    assert (status(site)["state"], status(site)["installedCSV"]) == ("AtLatestKnown", newer)


def test_a_later_version_in_the_catalogue_leaves_the_subscription_pending_for_ever() -> None:
    """What a site with Manual approval looks like the day after a release."""
    site, heard = FakeSite([subscription(approval="Automatic"), group()]), Heard()
    olm = Olm(heard, patience=0)
    olm.newer.add("gpu-operator-certified")
    looks(site, olm, 6)
    assert status(site) == {
        "state": "UpgradePending",
        "currentCSV": f"{CSV}-newer",
        "installedCSV": CSV,
        "conditions": [HEALTHY, PENDING],
    }
    assert heard.lines[1:] == ["gpu-operator-certified: a later version waits for an approval that nobody gives"]


def unit(name: str, *provides: str) -> Variant:
    variant = case(name).variant
    return replace(variant, component=replace(variant.component, provides=provides))


def names(package: Package) -> list[str]:
    return [objects.text(d.data, "metadata", "name") for d in package.definitions]


def test_definitions_of_a_unit_go_to_the_package_that_owns_their_group() -> None:
    variant = unit(
        "gpu-operator/rke2-a2", "nvidia.com/v1/ClusterPolicy", "nfd.openshift.io/v1/NodeFeatureDiscovery", "other.io/v1/Thing"
    )
    found = packages(variant, [subscription(), subscription("nfd"), group()], SiteDefinitions([]), ())
    assert [(package.name, package.namespace, names(package)) for package in found] == [
        ("gpu-operator-certified", NAMESPACE, ["clusterpolicies.nvidia.com", "things.other.io"]),
        ("nfd", NAMESPACE, ["nodefeaturediscoveries.nfd.openshift.io"]),
    ]
    assert packages(variant, [group()], SiteDefinitions([]), ()) == ()


def test_what_the_unit_uses_and_nobody_gives_comes_with_the_operator() -> None:
    """OpenShift's operator of node feature discovery has a kind of its own for what it shall run."""
    variant = unit("node-feature-discovery/openshift", "nfd.k8s-sigs.io/v1alpha1/NodeFeatureRule")
    used = [
        ("nfd.openshift.io/v1", "NodeFeatureDiscovery"),
        ("nfd.k8s-sigs.io/v1alpha1", "NodeFeatureRule"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("v1", "ConfigMap"),
    ]
    manifests: list[JsonObject] = [{"apiVersion": api, "kind": kind, "metadata": {"name": "x"}} for api, kind in used]
    given = {"monitoring.coreos.com/v1/PrometheusRule"}
    (package,) = packages(variant, [subscription("nfd"), *manifests], SiteDefinitions([]), given)
    assert names(package) == ["nodefeaturerules.nfd.k8s-sigs.io", "nodefeaturediscoveries.nfd.openshift.io"]
