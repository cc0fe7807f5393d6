"""What a component supports is judged on every cluster, and only where the setting that needs it is on."""

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
spec: {rank: 1, rings: [broad], delivery: {repoURL: "https://git.example.com/fleet.git"}}
---
apiVersion: fleetgen.io/v1alpha1
kind: HardwareProfile
metadata: {name: box}
spec: {nodePools: [{name: main, arch: amd64}], kubernetes: {distribution: k3s, version: v1.35.4+k3s1}}
"""
CLUSTER: Final = """---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec: {environment: production, ring: broad, profile: box%s}
"""
COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: serve}
spec:
  title: Serve
  description: One unit a model.
  wave: 3
  supports: [%s]
  instances: {each: models}
  settings: {properties: {models: {}, gate: {}}}
  defaults: {enabled: true, version: "1", values: %s}
"""
ARCH: Final = "{fact: arch, anyOf: [amd64], message: Serve it with something else.}"
VOLUMES: Final = "{fact: kubernetes.minor, atLeast: '1.35', when: models.*.imageVolume, unless: gate, message: Use an image.}"
ARM: Final = ", nodePools: [{name: main, arch: arm64}]"
OLD: Final = ", kubernetes: {distribution: k3s, version: v1.%d.1}"
PLAIN: Final = "{models: {a: {enabled: true}, b: {enabled: true, imageVolume: {reference: x}}}}"
GATED: Final = "{gate: true, models: {b: {enabled: true, imageVolume: {reference: x}}}}"


def refused(supports: str, values: str, *clusters: str) -> list[tuple[str, str, str, str]]:
    fleet = FLEET + "".join(CLUSTER % (f"c{number}", more) for number, more in enumerate(clusters))
    loaded = load({"fleet/all.yaml": fleet}, {"templates/serve/component.yaml": COMPONENT % (supports, values)})
    try:
        resolve(loaded)
    except InputError as error:
        return [(f.code, f.message, f.fix, str(f.place)) for f in error.findings]
    return []


def test_a_cluster_that_is_not_the_first_of_its_variant_is_judged_too() -> None:
    found = refused(ARCH, "{models: {a: {enabled: true}}}", "", ARM, "", ARM)
    message = "'serve.a' does not support arch arm64 (cluster 'c1' and 1 more)"
    assert found == [("E0507", message, "Serve it with something else.", "fleet/all.yaml:17:1")]


VERSIONS: Final = {
    "new enough": (PLAIN, "", []),
    "newer": (PLAIN, OLD % 100, []),
    "too old": (PLAIN, OLD % 9, ["'serve.b' does not support kubernetes.minor 1.9 with models.b.imageVolume (cluster 'c0')"]),
    "too old, but the setting says that it works": (GATED, OLD % 34, []),
    "too old, but not asked for": ("{models: {a: {enabled: true}}}", OLD % 34, []),
}


@pytest.mark.parametrize(("values", "cluster", "messages"), VERSIONS.values(), ids=VERSIONS)
def test_a_condition_on_a_version_holds_where_its_setting_is_on(values: str, cluster: str, messages: list[str]) -> None:
    assert [message for _, message, _, _ in refused(VOLUMES, values, cluster)] == messages


def test_a_condition_needs_exactly_one_measure() -> None:
    with pytest.raises(InputError) as caught:
        refused("{fact: arch, message: Nothing is asked.}", "{}", "")
    assert {finding.code for finding in caught.value.findings} == {"E0506"}
