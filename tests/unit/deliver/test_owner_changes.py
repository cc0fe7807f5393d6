"""An object that another unit would own: a site deletes it with the first unit before the second one makes it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from fleetgen.deliver.publish_guards import owner_changes
from fleetgen.model.change import Tree
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import Manifest
from fleetgen.model.resource import ResourceId

FIX: Final = "publish twice: first without the object; then, when the sites have synced, with the object in its new unit"
SETTINGS: Final = "ConfigMap serving/settings"


def tree(clusters: Mapping[str, Mapping[str, Sequence[str]]]) -> Tree:
    """Cluster -> unit -> names of objects (`Kind/name`)."""
    objects: dict[str, list[Manifest]] = {}
    bills: dict[ClusterKey, dict[str, str]] = {}
    for cluster, units in clusters.items():
        for unit, names in units.items():
            content = f"{unit}: {', '.join(names)}"
            bills.setdefault(ClusterKey(*cluster.split("/")), {})[unit] = content
            objects[content] = [manifest(name) for name in names]
    return Tree(bills=bills, objects=objects)


def manifest(name: str) -> Manifest:
    kind, _, rest = name.partition("/")
    return Manifest(id=ResourceId("", kind, "serving", rest), data={}, digest=name)


def moved(identity: str, owner: str, unit: str, *clusters: str) -> Finding:
    message = f"{identity} moves from unit '{owner}' to '{unit}'; sites would delete it first"
    return Finding(code="E0703", message=message, fix=FIX, clusters=clusters)


BEFORE: Final = {"production/a": {"toy": ["ConfigMap/settings", "Service/toy"], "extra": ["Service/extra"]}}
CASES: Final = {
    "nothing changes": (BEFORE, BEFORE, []),
    "to a unit that is there": (
        BEFORE,
        {"production/a": {"toy": ["Service/toy"], "extra": ["ConfigMap/settings", "Service/extra"]}},
        [moved(SETTINGS, "toy", "extra", "production/a")],
    ),
    "to a new unit, the old one goes": (
        BEFORE,
        {"production/a": {"new": ["ConfigMap/settings"], "extra": ["Service/extra"]}},
        [moved(SETTINGS, "toy", "new", "production/a")],
    ),
    "at several clusters it is told once": (
        {f"production/{name}": BEFORE["production/a"] for name in "ba"},
        {f"production/{name}": {"new": ["ConfigMap/settings"]} for name in "ab"},
        [moved(SETTINGS, "toy", "new", "production/a", "production/b")],
    ),
    "an object that stays is in its unit, one that goes is in none": (BEFORE, {"production/a": {"toy": ["Service/toy"]}}, []),
    "a new object has no other owner": (BEFORE, {"production/a": {**BEFORE["production/a"], "new": ["ConfigMap/other"]}}, []),
    "a new cluster has nothing to lose": (BEFORE, {"production/b": {"new": ["ConfigMap/settings"]}}, []),
    "an Application is no object of its unit": (
        {"production/a": {"toy": ["Application/toy"]}},
        {"production/a": {"new": ["Application/toy"]}},
        [],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_an_object_that_changes_its_owner(
    before: Mapping[str, Mapping[str, Sequence[str]]], after: Mapping[str, Mapping[str, Sequence[str]]], expected: list[Finding]
) -> None:
    assert owner_changes(tree(before), tree(after)) == expected
