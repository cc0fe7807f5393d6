from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from fleetgen.deliver.publish import owner_changes
from fleetgen.model.finding import Finding
from fleetgen.model.manifest import Manifest
from tests.unit.trees import manifest, tree

Units = Mapping[str, Sequence[Manifest]]

WEB = manifest("Deployment shop/web")
SHOP = manifest("Namespace shop")
APPLICATION = manifest("Application argocd/a")


def _moved(identity: str, owner: str, unit: str, *clusters: str) -> Finding:
    return Finding(
        code="E0703",
        message=f"{identity} moves from unit '{owner}' to '{unit}'; a site would delete it first",
        fix="do it in two steps: publish without the object, let the sites sync, then publish it in its new unit",
        clusters=clusters,
    )


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        pytest.param({"a": [WEB], "b": [SHOP]}, {"a": [], "b": [SHOP, WEB]}, ["Deployment shop/web"], id="to an old unit"),
        pytest.param({"a": [WEB, SHOP]}, {"b": [WEB, SHOP]}, ["Deployment shop/web", "Namespace shop"], id="renamed unit"),
        pytest.param({"a": [WEB]}, {"a": [manifest("Deployment shop/web", replicas=2)]}, [], id="changed where it is"),
        pytest.param({"a": [WEB]}, {"a": [], "b": [SHOP]}, [], id="removed"),
        pytest.param({"a": [SHOP]}, {"a": [SHOP], "b": [WEB]}, [], id="added"),
        pytest.param(
            {"a": [manifest("Application argocd/a")]}, {"b": [manifest("Application argocd/a")]}, [], id="an Application"
        ),
        pytest.param({"a": [WEB]}, {"b": [manifest("Deployment other/web")]}, [], id="another namespace"),
    ],
)
def test_an_object_that_another_unit_would_own(before: Units, after: Units, moved: Sequence[str]) -> None:
    found = owner_changes(tree({"prod/c1": before}), tree({"prod/c1": after}))
    assert found == [_moved(identity, "a", "b", "prod/c1") for identity in moved]


def test_one_finding_for_all_clusters_of_the_same_move() -> None:
    before = tree({f"prod/c{number}": {"a": [WEB], "b": []} for number in range(4)})
    after = tree(
        {
            "prod/c0": {"a": [], "b": [WEB]},
            "prod/c1": {"a": [WEB], "b": []},
            "prod/c2": {"a": [], "b": [WEB]},
            "prod/c9": {"b": [WEB]},
        }
    )
    assert owner_changes(before, after) == [_moved("Deployment shop/web", "a", "b", "prod/c0", "prod/c2")]
