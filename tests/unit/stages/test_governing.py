"""Waivers, Enforcement documents and duties as they are loaded; groups that tell clusters apart."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.model.fleet import Duty
from fleetgen.model.inventory import EnforcementScope, EnforcementSpec, Stage
from fleetgen.model.place import Place
from fleetgen.stages.load.governing import contributing
from fleetgen.stages.resolve import resolve
from tests.fleets import load

COMPONENTS = {
    "templates/roles/component.yaml": """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: roles}
spec:
  title: Roles
  description: Roles.
  wave: 0
  inputs: {roles: TeamRole}
  settings: {properties: {roles: {additionalProperties: {}}}}
  defaults: {enabled: true, version: "1", values: {}}
""",
    "templates/rules/component.yaml": """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: rules}
spec:
  title: Rules
  description: Rules.
  wave: 0
  policies: {only: [FG-POD-001]}
  settings: {properties: {}}
  defaults: {enabled: true, version: "1", values: {}}
""",
}
FLEET = """apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  rank: 1
  rings: [one]
  groups: [night, pilots]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
---
apiVersion: fleetgen.io/v1alpha1
kind: Group
metadata: {name: pilots}
spec: {selector: {matchLabels: {pilot: "yes"}}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Group
metadata: {name: night}
spec: {selector: {matchLabels: {open: night}}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: a, labels: {pilot: "yes", open: night}}
spec: &spec
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: b, labels: {open: night}}
spec: &spec
---
apiVersion: fleetgen.io/v1alpha1
kind: TeamRole
metadata: {name: security}
spec: {duties: [policies], teams: [team-security]}
---
apiVersion: fleetgen.io/v1alpha1
kind: TeamRole
metadata: {name: viewer}
spec: {}
""".replace(
    "&spec", "{environment: dev, ring: one, kubernetes: {distribution: k3s, version: v1.35.4}, nodePools: [{name: main}]}"
)
STAGED = """apiVersion: fleetgen.io/v1alpha1
kind: Enforcement
metadata: {name: e}
spec:
  constraints: [x]
  scope: {environments: [dev], rings: [dev/one], groups: [pilots]}
  action: dryrun
  stages: [{action: warn, from: 2026-11-20}]
  owner: team-security
  reason: first see
"""


def test_documents() -> None:
    fleet = load({"fleet/all.yaml": FLEET, "policies/enforcement/e.yaml": STAGED}, COMPONENTS)
    (document,) = fleet.enforcements
    assert document.spec == EnforcementSpec(
        constraints=("x",),
        scope=EnforcementScope(environments=("dev",), rings=("dev/one",), groups=("pilots",)),
        action="dryrun",
        stages=(Stage(action="warn", from_="2026-11-20"),),
        owner="team-security",
        reason="first see",
    )
    assert fleet.duties == (
        Duty(role="security", teams=("team-security",), duties=("policies",), place=Place("fleet/all.yaml", 30, 1)),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "dev/one",
            "dev/two",
            "policies/enforcement/e.yaml:6:40: there is no ring 'dev/two'; did you mean 'dev/one'?",
        ),
        ("[pilots]", "[pilot]", "policies/enforcement/e.yaml:6:59: there is no group 'pilot'; did you mean 'pilots'?"),
        (
            "action: warn",
            "action: denyy",
            (
                "policies/enforcement/e.yaml:8:21: spec.stages[0].action is 'denyy', which is not one of the 3 known values;"
                " did you mean 'deny'?"
            ),
        ),
        (
            "2026-11-20",
            "soon",
            "policies/enforcement/e.yaml:8:33: spec.stages[0].from is 'soon', which is not a date; write it as 2026-12-31",
        ),
    ],
)
def test_mistakes(old: str, new: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load({"fleet/all.yaml": FLEET, "policies/enforcement/e.yaml": STAGED.replace(old, new)}, COMPONENTS)
    assert [f"{found.place}: {found.message}; {found.fix}" for found in caught.value.findings] == [expected]


def test_groups_that_tell_clusters_apart_name_variants_of_units_with_policies_only() -> None:
    fleet = load({"fleet/all.yaml": FLEET}, COMPONENTS)
    before, after = resolve(fleet), resolve(contributing(fleet, {"pilots"}))
    assert {str(key) for key in before.variants} == {"dev/one/roles/default", "dev/one/rules/default"}
    assert {str(key): variant.clusters for key, variant in after.variants.items()} == {
        "dev/one/roles/default": ("a", "b"),
        "dev/one/rules/default": ("b",),
        "dev/one/rules/pilots": ("a",),
    }
    assert contributing(fleet, set()) is fleet
