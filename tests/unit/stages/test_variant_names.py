"""Names of variants: which layers and facts are in them, and names that are refused."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.errors import InputError
from fleetgen.stages.resolve import resolve
from tests.fleets import load

FLEET: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec:
  rank: 1
  rings: [broad]
  groups: [%(group)s]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
  components: {app: {enabled: true}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Region
metadata: {name: %(region)s}
spec: {components: %(of_region)s}
---
apiVersion: fleetgen.io/v1alpha1
kind: HardwareProfile
metadata: {name: %(profile)s}
spec: {nodePools: [{name: main}], kubernetes: {distribution: k3s, version: v1.35.4}, components: %(of_profile)s}
---
apiVersion: fleetgen.io/v1alpha1
kind: Group
metadata: {name: %(group)s}
spec: {selector: {matchLabels: {always: "on"}}, components: %(of_group)s}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: store, labels: {always: "on"}}
spec: {environment: production, ring: broad, region: %(region)s, profile: %(profile)s, components: %(of_cluster)s}
"""
DEFAULTS: Final = {
    "region": "north",
    "profile": "l4-single",
    "group": "late",
    **dict.fromkeys(("of_region", "of_profile", "of_group", "of_cluster"), "{}"),
}
COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: app}
spec:
  title: App
  description: Has a size.
  wave: 3
  facts: [%s]
  settings: {properties: {size: {}}}
  defaults: {version: "1", values: {size: 0}}
"""
SETS: Final = "{app: {values: {size: 1}}}"


def name_of(facts: str, **fleet: str) -> str:
    loaded = load({"fleet/all.yaml": FLEET % {**DEFAULTS, **fleet}}, {"templates/app/component.yaml": COMPONENT % facts})
    return resolve(loaded).bills["store"]["app"].variant


@pytest.mark.parametrize(
    ("facts", "fleet", "name"),
    [
        ("", {}, "default"),
        ("", {"of_region": SETS}, "north"),
        ("", {"of_group": SETS, "of_profile": SETS, "of_region": SETS}, "north--l4-single--late"),
        ("distribution, gpu.products", {}, "k3s--none"),
        ("distribution", {"of_region": SETS}, "north--k3s"),
        ("nodePools, distribution", {}, "l4-single--k3s"),
        ("distribution", {"of_region": SETS, "of_cluster": SETS}, "cluster-store"),
        ("", {"of_region": SETS, "region": "n" * 40}, "n" * 40),
        ("proxy", {"of_cluster": "{}, network: {proxy: 'http://proxy:3128'}"}, "cluster-store"),
        ("proxy", {"of_cluster": "{}, network: {serviceCIDRs: [10.43.0.0/16]}"}, "default"),
    ],
)
def test_what_contributes_is_in_the_name(facts: str, fleet: dict[str, str], name: str) -> None:
    assert name_of(facts, **fleet) == name


LONG: Final = {"region": "r" * 40, "profile": "p" * 40, "group": "g" * 40}
REFUSED: Final = {
    "a token that is too long": (
        {"region": "n" * 41},
        "E0401",
        f"the region name '{'n' * 41}' cannot be part of a path",
        ("use lower-case letters, digits and single . + - (at most 40); default, app, cluster-* and Windows devices are taken"),
    ),
    "the name of a device": (
        {"profile": "com1"},
        "E0401",
        "the profile name 'com1' cannot be part of a path",
        ("use lower-case letters, digits and single . + - (at most 40); default, app, cluster-* and Windows devices are taken"),
    ),
    "a value of a fact": (
        {"group": "k3s"},
        "E0402",
        "the group name 'k3s' is also a value of the fact distribution",
        "rename it, for example 'k3s-group'",
    ),
    "a value of a fact in a sum": (
        {"group": "x+arm64"},
        "E0402",
        "the group name 'x+arm64' is also a value of the fact arch",
        "rename it, for example 'x+arm64-group'",
    ),
    "what an empty fact has": (
        {"region": "none"},
        "E0402",
        "the region name 'none' is also the value of an empty fact",
        "rename it, for example 'none-region'",
    ),
    "a minor version": (
        {"region": "'1.35'"},
        "E0402",
        "the region name '1.35' is also a Kubernetes minor version",
        "rename it, for example '1.35-region'",
    ),
    "two kinds of documents": (
        {"group": "north"},
        "E0402",
        "the group 'north' has the same name as the region at fleet/all.yaml:12:1",
        "rename one of the two",
    ),
    "a name that is too long": (
        {**LONG, "of_region": SETS, "of_profile": SETS, "of_group": SETS},
        "E0403",
        f"the variant name '{'--'.join(LONG.values())}' is too long for a path",
        "add a group for this combination",
    ),
}


@pytest.mark.parametrize(("fleet", "code", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_names_that_are_refused(fleet: dict[str, str], code: str, message: str, fix: str) -> None:
    with pytest.raises(InputError) as error:
        name_of("", **fleet)
    assert [(finding.code, finding.message, finding.fix) for finding in error.value.findings] == [(code, message, fix)]
