from __future__ import annotations

from dataclasses import replace

from fleetgen.model.change import Change, FieldChange, ObjectChange, Tree
from fleetgen.stages.diff.trees import diff
from tests.fleets import key, manifest, tree

WEB, DB, SHOP = manifest("Deployment shop/web", replicas=1), manifest("StatefulSet shop/db"), manifest("Namespace shop")
WIDER = manifest("Deployment shop/web", replicas=2)
REPLICAS = ObjectChange(id=WEB.id, action="changed", fields=(FieldChange(path=("spec", "replicas"), old=1, new=2),))


def test_a_tree_does_not_differ_from_itself() -> None:
    same = tree({"prod/c1": {"web": [WEB], "db": [DB]}, "dev/c2": {}})
    assert diff(same, same) == ()


def test_equal_changes_are_one_and_the_widest_comes_first() -> None:
    old = tree({"prod/c1": {"web": [WEB]}, "prod/c2": {"web": [WEB], "db": [DB]}, "prod/c3": {"web": [WEB]}})
    new = tree({"prod/c1": {"web": [WIDER]}, "prod/c2": {"web": [WIDER]}, "prod/c3": {"web": [WEB]}})
    assert diff(old, new) == (
        Change(units=("web",), objects=(REPLICAS,), clusters=(key("prod/c1"), key("prod/c2"))),
        Change(units=("db",), objects=(ObjectChange(id=DB.id, action="removed"),), clusters=(key("prod/c2"),)),
    )


def test_variants_that_differ_elsewhere_share_the_change_that_they_have_in_common() -> None:
    old = tree({"prod/c1": {"web": [WEB]}, "prod/c2": {"web": [WEB, SHOP]}})
    new = tree({"prod/c1": {"web": [WIDER]}, "prod/c2": {"web": [WIDER, SHOP]}})
    assert diff(old, new) == (Change(units=("web",), objects=(REPLICAS,), clusters=(key("prod/c1"), key("prod/c2"))),)


def test_clusters_that_come_and_go() -> None:
    old, new = tree({"prod/c1": {"web": [WEB, SHOP]}}), tree({"prod/c2": {"web": [WEB]}})
    added = ObjectChange(id=WEB.id, action="added")
    removed = tuple(ObjectChange(id=each.id, action="removed") for each in (WEB, SHOP))
    assert diff(old, new) == (
        Change(units=("web",), objects=removed, clusters=(key("prod/c1"),)),
        Change(units=("web",), objects=(added,), clusters=(key("prod/c2"),)),
    )


def test_a_variant_with_another_path_and_the_same_objects_has_moved() -> None:
    old = tree({"prod/c1": {"web": [WEB]}})
    new = Tree(bills={key("prod/c1"): {"web": "another key"}}, objects={"another key": [WEB]})
    assert diff(old, new) == (Change(units=("web",), objects=(), clusters=(key("prod/c1"),), moved=True),)


def test_a_renamed_cluster_is_the_same_cluster() -> None:
    old, new = tree({"prod/c1": {"web": [WEB]}}), tree({"prod/c2": {"web": [WIDER]}})
    change = Change(units=("web",), objects=(REPLICAS,), clusters=(key("prod/c2"),))
    assert diff(old, new, {key("prod/c2"): key("prod/c1")}) == (change,)


def test_equal_edits_are_one_change_across_contents_and_units() -> None:
    old = tree(
        {"prod/c1": {"a": [WEB], "b": [DB]}, "prod/c2": {"a": [WEB, SHOP], "c": [manifest("Deployment shop/other", replicas=1)]}}
    )
    new = tree(
        {"prod/c1": {"a": [WIDER], "b": []}, "prod/c2": {"a": [WIDER], "c": [manifest("Deployment shop/other", replicas=2)]}}
    )
    other = replace(REPLICAS, id=manifest("Deployment shop/other").id)
    both = (key("prod/c1"), key("prod/c2"))
    assert diff(old, new) == (
        Change(units=("a", "c"), objects=(other, REPLICAS), clusters=both),
        Change(units=("a",), objects=(ObjectChange(id=SHOP.id, action="removed"),), clusters=(key("prod/c2"),)),
        Change(units=("b",), objects=(ObjectChange(id=DB.id, action="removed"),), clusters=(key("prod/c1"),)),
    )
