"""Which policies a component installs follows from the policies; layers may ask for more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.errors import InputError
from fleetgen.model.component import ClusterResource, Installs
from fleetgen.model.policy import Policy
from fleetgen.policy.installing import installing
from tests.fleets import load, policy

COMPONENT = """apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: rules}
spec:
  title: Rules
  description: Rules.
  wave: 0
  policies: {except: [FG-RBAC], setting: site.more}
  clusterResources: [{group: "", kind: Node}]
  settings: {properties: {}}
  defaults: {enabled: true, version: "1", values: {}}
"""
FLEET = """apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  rank: 1
  rings: [one]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
  components: {rules: {values: {site: {more: []}}}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: a}
spec: {environment: dev, ring: one, kubernetes: {distribution: k3s, version: v1.35.4}, nodePools: [{name: main}]}
"""


def known(name: str, kind: str, *, scope: str = "object", where: str = "both") -> Policy:
    return replace(policy(name, scope=scope, where=where), kind=kind)


POLICIES = {
    each.id: each
    for each in (
        known("FG-POD-001", "FGPod"),
        known("FG-RBAC-001", "FGRbac"),
        known("FG-SHOP-001", "FGShop", where="cluster"),
        known("FG-SHOP-002", "FGGateOnly", where="gate"),
        known("FG-FLT-001", "FGFleet", scope="fleet"),
    )
}


@pytest.mark.parametrize(
    ("installs", "policy_id", "expected"),
    [
        (Installs(), "FG-POD-001", True),
        (Installs(but=("FG-POD",)), "FG-POD-001", False),
        (Installs(but=("FG-POD-002",)), "FG-POD-001", True),
        (Installs(only=("FG-POD",)), "FG-POD-001", True),
        (Installs(only=("FG-POD-001",)), "FG-POD-002", False),
        (Installs(only=("FG-POD",), but=("FG-POD-001",)), "FG-POD-001", False),
    ],
)
def test_takes(installs: Installs, policy_id: str, *, expected: bool) -> None:
    assert installs.takes(policy_id) is expected


@pytest.mark.parametrize(
    ("asked", "ids", "kinds"),
    [
        ("[]", ("FG-POD-001", "FG-SHOP-001"), ["FGPod", "FGShop"]),
        ("[FG-RBAC-001, FG-POD-001]", ("FG-POD-001", "FG-RBAC-001", "FG-SHOP-001"), ["FGPod", "FGRbac", "FGShop"]),
    ],
    ids=["by themselves", "asked for"],
)
def test_policies_and_kinds_follow_from_the_policies(asked: str, ids: tuple[str, ...], kinds: list[str]) -> None:
    fleet = load({"fleet/all.yaml": FLEET.replace("[]", asked)}, {"templates/rules/component.yaml": COMPONENT})
    assert fleet.components["rules"].policies == ()
    component = installing(fleet, POLICIES).components["rules"]
    declared = [ClusterResource(group="constraints.gatekeeper.sh", kind=kind) for kind in kinds]
    assert component.policies == ids
    assert component.cluster_resources == (ClusterResource(group="", kind="Node"), *declared)


def test_a_policy_that_no_site_can_hold() -> None:
    asked = FLEET.replace("[]", "[FG-RBAC-002, FG-SHOP-002]")
    fleet = load({"fleet/all.yaml": asked}, {"templates/rules/component.yaml": COMPONENT})
    with pytest.raises(InputError) as caught:
        installing(fleet, POLICIES)
    fact = "is not a policy that can run in a cluster"
    assert [(str(f.place), f.code, f.message, f.fix) for f in caught.value.findings] == [
        ("fleet/all.yaml:8:47", "E0301", f"FG-RBAC-002 {fact}", "did you mean 'FG-RBAC-001'?"),
        ("fleet/all.yaml:8:60", "E0301", f"FG-SHOP-002 {fact}", "did you mean 'FG-SHOP-001'?"),
    ]
