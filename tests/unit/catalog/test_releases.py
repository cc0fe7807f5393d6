"""Versions that are known, and where they run."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.catalog.releases import release_of, unknown_version, unmet_conditions
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.plain import JsonObject
from fleetgen.stages.load.components import read

COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: thing}
spec:
  title: A thing
  description: Does something.
  wave: 0
  facts: [distribution]
  supports: [{fact: arch, anyOf: [amd64], message: Use another thing.}]
  namespaces: [thing, {name: thing-olm, where: {distribution: [openshift]}}]
  settings: {}
  defaults: {}
"""
RELEASES: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: ComponentReleases
metadata: {name: thing}
spec:
  releases:
    - line: "2.0"
      versions: [v2.0.1]
      supports:
        - {distribution: [k3s, rke2], kubernetes.minor: ["1.34", "1.35"]}
        - {distribution: [openshift], kubernetes.minor: ["1.33"]}
      data: {image: two}
    - line: "1.0"
      versions: [v1.0.0, v1.0.1]
      supports: [{distribution: [k3s], kubernetes.minor: ["1.33", "1.34"]}]
"""
ALIKE: Final = """
    - line: "2.1"
      like: "2.0"
      versions: [v2.1.0]
      data: {fields: [a], ports: {http: 80}}
    - line: "2.2"
      like: "2.1"
      versions: [v2.2.0]
      data: {image: null, fields: [b], ports: {https: 443}}
"""


def thing(component: str = COMPONENT, releases: str = RELEASES) -> tuple[Component | None, list[Finding]]:
    problems: list[Finding] = []
    texts = {"templates/thing/component.yaml": component, "policies/catalog/thing/releases.yaml": releases}
    return read(texts, problems).get("thing"), problems


def test_a_version_finds_its_release() -> None:
    component, problems = thing()
    assert (component is not None, problems) == (True, [])
    assert component is not None
    found = release_of(component, "v2.0.1")
    assert found is not None
    assert (found.line, found.data) == ("2.0", {"image": "two"})
    assert (unknown_version(component, "v1.0.1"), release_of(component, "v3")) == ("", None)


def test_a_release_says_what_differs_from_one_before_it() -> None:
    component, problems = thing(releases=RELEASES + ALIKE)
    assert problems == []
    assert component is not None
    assert [release.data for release in component.releases] == [
        {"fields": ["b"], "ports": {"http": 80, "https": 443}},
        {"image": "two", "fields": ["a"], "ports": {"http": 80}},
        {},
        {"image": "two"},
    ]


def test_an_unknown_version_names_the_known_ones() -> None:
    component, _ = thing()
    assert component is not None
    assert unknown_version(component, "v1.0.2") == "did you mean 'v1.0.1'? The known versions are v2.0.1, v1.0.1, v1.0.0"
    assert unknown_version(component, "latest") == "use one of v2.0.1, v1.0.1, v1.0.0"


UNMET: Final = {
    "fits": ("v2.0.1", "k3s", "1.35", "amd64", []),
    "too new": (
        "v1.0.1",
        "k3s",
        "1.35",
        "amd64",
        [
            (
                "distribution k3s with kubernetes.minor 1.35 in version v1.0.1",
                "use version v2.0.1; 1.0 runs on kubernetes.minor 1.33, 1.34",
            )
        ],
    ),
    "nowhere": (
        "v2.0.1",
        "microk8s",
        "1.35",
        "amd64",
        [("distribution microk8s with kubernetes.minor 1.35 in version v2.0.1", "no known version runs there")],
    ),
    "another pair": (
        "v2.0.1",
        "openshift",
        "1.34",
        "amd64",
        [
            (
                "distribution openshift with kubernetes.minor 1.34 in version v2.0.1",
                "no known version runs there; 2.0 runs on kubernetes.minor 1.33",
            )
        ],
    ),
    "what no version supports comes first": ("v2.0.1", "microk8s", "1.35", "arm64", [("arch arm64", "Use another thing.")]),
}


@pytest.mark.parametrize(("version", "distribution", "minor", "arch", "expected"), UNMET.values(), ids=UNMET)
def test_unmet(version: str, distribution: str, minor: str, arch: str, expected: list[tuple[str, str]]) -> None:
    component, _ = thing()
    assert component is not None
    facts: JsonObject = {"distribution": distribution, "kubernetes.minor": minor, "arch": [arch]}
    assert [(each.what, each.fix) for each in unmet_conditions(component, version, facts, component.defaults)] == expected


BROKEN: Final = {
    "a condition over a fact that is not declared": (
        COMPONENT.replace("  facts: [distribution]\n", ""),
        RELEASES,
        "a condition (where) uses the fact distribution, which the component does not declare",
        "add distribution to facts",
    ),
    "a version twice": (
        COMPONENT,
        RELEASES.replace("v1.0.0", "v2.0.1"),
        "listed twice: version v2.0.1",
        "list each version in one release only",
    ),
    "a line twice": (
        COMPONENT,
        RELEASES.replace('"1.0"', '"2.0"'),
        "listed twice: line 2.0",
        "list each line in one release only",
    ),
    "like a release that comes later": (
        COMPONENT,
        RELEASES + ALIKE.replace('like: "2.0"', 'like: "2.2"'),
        "there is no release 2.2",
        "did you mean '2.0'?; `like` names a release above this one",
    ),
    "releases of another component": (
        COMPONENT,
        RELEASES.replace("name: thing", "name: other"),
        "the component is named 'other' but its folder is 'policies/catalog/thing'",
        "give both the same name",
    ),
}


@pytest.mark.parametrize(("component", "releases", "message", "fix"), BROKEN.values(), ids=BROKEN)
def test_broken(component: str, releases: str, message: str, fix: str) -> None:
    _, problems = thing(component, releases)
    assert [(each.code, each.message, each.fix) for each in problems] == [("E0506", message, fix)]
