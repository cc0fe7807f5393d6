"""Gatekeeper's match: what is refused, and what is left for the gate."""

from __future__ import annotations

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.policy.match import findings, indexed
from fleetgen.yamlfile import parse


def problems(match: str) -> list[tuple[str, str, str]]:
    (tree,) = parse(f"match: {match}\n", "c.yaml")
    return [(str(found.place), found.message, found.fix) for found in findings(tree, ("match",))]


@pytest.mark.parametrize(
    "match",
    [
        "{}",
        "{kinds: []}",
        '{kinds: [{apiGroups: ["", apps, networking.k8s.io], kinds: [Pod, "*"]}], scope: Cluster}',
        '{namespaces: ["*", shop-*, "*-shop", "*ho*"], excludedNamespaces: [kube-*], name: web*}',
        "{labelSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: In, values: [b]}]}}",
        "{namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}}",
    ],
)
def test_good(match: str) -> None:
    assert problems(match) == []


def test_no_match_at_all() -> None:
    (tree,) = parse("a: b\n", "c.yaml")
    assert [*findings(tree, ("match",))] == []


ENDS = "use lower-case letters, digits, '-' and ':', with '*' at the ends only"
GROUP = "write the group without version ('' is the core group), or '*'"


@pytest.mark.parametrize(
    ("match", "place", "message", "fix"),
    [
        ("{kinds: [{apiGroups: [v1]}]}", 30, "match.kinds[0].apiGroups[0] is 'v1', which matches nothing", GROUP),
        ("{kinds: [{apiGroups: [apps/v1]}]}", 30, "match.kinds[0].apiGroups[0] is 'apps/v1', which matches nothing", GROUP),
        ('{kinds: [{apiGroups: ["*.io"]}]}', 30, "match.kinds[0].apiGroups[0] is '*.io', which matches nothing", GROUP),
        (
            "{kinds: [{kinds: [Pod, secret]}]}",
            31,
            "match.kinds[0].kinds[1] is 'secret', which matches nothing",
            "write the kind as in the object, for example Deployment, or '*'",
        ),
        ("{namespaces: [a*b]}", 22, "match.namespaces[0] is 'a*b', which Gatekeeper refuses", ENDS),
        ("{excludedNamespaces: [Shop]}", 30, "match.excludedNamespaces[0] is 'Shop', which Gatekeeper refuses", ENDS),
        ("{name: Web}", 15, "match.name is 'Web', which Gatekeeper refuses", ENDS),
        (
            "{labelSelector: {matchLabels: null}}",
            38,
            "match.labelSelector.matchLabels is null, which makes Gatekeeper's tools abort",
            "set a value or remove the key",
        ),
        (
            "{namespaceSelector: null}",
            28,
            "match.namespaceSelector is null, which makes Gatekeeper's tools abort",
            "set a value or remove the key",
        ),
        (
            "{labelSelector: {matchExpressions: [{key: a, operator: In}]}}",
            63,
            "match.labelSelector.matchExpressions[0]: In needs values",
            "add values",
        ),
        (
            "{namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}}",
            67,
            "match.namespaceSelector.matchExpressions[0]: Exists takes no values",
            "remove values",
        ),
    ],
)
def test_refused(match: str, place: int, message: str, fix: str) -> None:
    assert problems(match) == [(f"c.yaml:1:{place}", message, fix)]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [("*", {})]),
        ({"kinds": []}, [("*", {})]),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, [("/Pod", {})]),
        (
            {"kinds": [{"apiGroups": ["", "apps"], "kinds": ["A", "B"]}, {"apiGroups": [""], "kinds": ["A"]}], "name": "x"},
            [("/A", {"name": "x"}), ("/B", {"name": "x"}), ("apps/A", {"name": "x"}), ("apps/B", {"name": "x"})],
        ),
        ({"kinds": [{"kinds": ["Pod"]}]}, [("*", {"kinds": [{"kinds": ["Pod"]}]})]),
        ({"kinds": [{"apiGroups": ["*"], "kinds": ["Pod"]}]}, [("*", {"kinds": [{"apiGroups": ["*"], "kinds": ["Pod"]}]})]),
        (
            {"scope": "*", "source": "All", "name": "*", "namespaces": [], "excludedNamespaces": ["a"]},
            [("*", {"excludedNamespaces": ["a"]})],
        ),
        ({"labelSelector": {}, "scope": "Cluster"}, [("*", {"labelSelector": {}, "scope": "Cluster"})]),
    ],
)
def test_indexed(match: JsonObject, expected: list[tuple[str, JsonObject]]) -> None:
    assert indexed(match) == expected
