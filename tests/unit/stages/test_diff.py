from __future__ import annotations

import pytest

from fleetgen.model.change import Change, FieldChange, ObjectChange, Tree
from fleetgen.stages.diff import diff
from tests.fleets import key, manifest, tree

WEB, DB, SHOP = manifest("Deployment shop/web", replicas=1), manifest("StatefulSet shop/db"), manifest("Namespace shop")
WIDER = manifest("Deployment shop/web", replicas=2)
REPLICAS = ObjectChange(id=WEB.id, action="changed", fields=(FieldChange(path="spec.replicas", old="1", new="2"),))


def test_a_tree_does_not_differ_from_itself() -> None:
    same = tree({"prod/c1": {"web": [WEB], "db": [DB]}, "dev/c2": {}})
    assert diff(same, same) == ()


def test_equal_changes_are_one_and_the_widest_comes_first() -> None:
    old = tree({"prod/c1": {"web": [WEB]}, "prod/c2": {"web": [WEB], "db": [DB]}, "prod/c3": {"web": [WEB]}})
    new = tree({"prod/c1": {"web": [WIDER]}, "prod/c2": {"web": [WIDER]}, "prod/c3": {"web": [WEB]}})
    assert diff(old, new) == (
        Change(unit="web", objects=(REPLICAS,), clusters=(key("prod/c1"), key("prod/c2"))),
        Change(unit="db", objects=(ObjectChange(id=DB.id, action="removed"),), clusters=(key("prod/c2"),)),
    )


def test_variants_that_differ_elsewhere_share_the_change_that_they_have_in_common() -> None:
    old = tree({"prod/c1": {"web": [WEB]}, "prod/c2": {"web": [WEB, SHOP]}})
    new = tree({"prod/c1": {"web": [WIDER]}, "prod/c2": {"web": [WIDER, SHOP]}})
    assert diff(old, new) == (Change(unit="web", objects=(REPLICAS,), clusters=(key("prod/c1"), key("prod/c2"))),)


def test_clusters_that_come_and_go() -> None:
    old, new = tree({"prod/c1": {"web": [WEB, SHOP]}}), tree({"prod/c2": {"web": [WEB]}})
    added = ObjectChange(id=WEB.id, action="added")
    removed = tuple(ObjectChange(id=each.id, action="removed") for each in (WEB, SHOP))
    assert diff(old, new) == (
        Change(unit="web", objects=removed, clusters=(key("prod/c1"),)),
        Change(unit="web", objects=(added,), clusters=(key("prod/c2"),)),
    )


def test_a_variant_with_another_path_and_the_same_objects_has_moved() -> None:
    old = tree({"prod/c1": {"web": [WEB]}})
    new = Tree(bills={key("prod/c1"): {"web": "another key"}}, objects={"another key": [WEB]})
    assert diff(old, new) == (Change(unit="web", objects=(), clusters=(key("prod/c1"),), moved=True),)


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": 1}, {"a": 2}, [("spec.a", "1", "2")]),
        ({"a": 1, "b": 1}, {"a": 1}, [("spec.b", "1", None)]),
        ({"a": 1}, {"a": 1, "b": None}, [("spec.b", None, "null")]),
        ({"a": {"b": [1, {"c": "x"}]}}, {"a": {"b": [2, {"c": "y"}]}}, [("spec.a.b[0]", "1", "2"), ("spec.a.b[1].c", "x", "y")]),
        ({"a": [1, 2]}, {"a": [1]}, [("spec.a", "[1, 2]", "[1]")]),
        ({"a": {"b": 1}}, {"a": [1]}, [("spec.a", '{"b": 1}', "[1]")]),
        ({"a": "1"}, {"a": 1}, [("spec.a", "1", "1")]),
        ({"a": "x" * 101}, {"a": "short"}, [("spec.a", "x" * 97 + "...", "short")]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_fields(before: dict[str, object], after: dict[str, object], fields: list[tuple[str, str | None, str | None]]) -> None:
    old, new = (tree({"prod/c1": {"web": [manifest("Deployment shop/web", **spec)]}}) for spec in (before, after))
    changed = tuple(FieldChange(path=path, old=first, new=second) for path, first, second in fields)
    assert [item.fields for change in diff(old, new) for item in change.objects] == [changed]
