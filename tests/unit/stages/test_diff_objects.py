"""Objects and fields compared by meaning."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.model.change import ABSENT, FieldValue
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.stages.diff.fields import field_changes
from fleetgen.stages.diff.objects import object_changes

_Shown = tuple[str, FieldValue, FieldValue]


def shown(before: object, after: object) -> list[_Shown]:
    """The changes of `spec` as (path, old, new)."""
    old, new = (cast("JsonObject", {"spec": spec}) for spec in (before, after))
    return [
        (change.where.removeprefix("spec").removeprefix("."), change.old, change.new) for change in field_changes(old, new, {})
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1, "b": 1}, {"a": 1}, [("b", 1, ABSENT)]),
        ({"a": 1}, {"a": 1, "b": None}, [("b", ABSENT, None)]),
        ({"a": {"b": 1}}, {"a": [1]}, [("a", {"b": 1}, [1])]),
        ({"a": "1"}, {"a": 1}, [("a", "1", 1)]),
        ({"a": 1.0}, {"a": 1}, []),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}, []),
        ({"labels": {"app.kubernetes.io/name": "a"}}, {"labels": {}}, [("labels[app.kubernetes.io/name]", "a", ABSENT)]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_mappings_and_values(before: JsonObject, after: JsonObject, changes: list[_Shown]) -> None:
    assert shown(before, after) == changes


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(
            {"containers": [{"name": "a", "image": "x:1"}, {"name": "server", "image": "y:1"}]},
            {"containers": [{"name": "server", "image": "y:2"}, {"name": "a", "image": "x:1"}]},
            [("containers.server.image", "y:1", "y:2")],
            id="entries with a name, in another order",
        ),
        pytest.param(
            {"env": [{"name": "A.B", "value": "1"}]},
            {"env": [{"name": "A.B", "value": "2"}, {"name": "C", "value": "3"}]},
            [("env[name=A.B].value", "1", "2"), ("env.C", ABSENT, {"name": "C", "value": "3"})],
            id="a name that is no word, an entry that comes",
        ),
        pytest.param(
            {"destinations": [{"namespace": "serving", "server": "s"}, {"namespace": "web", "server": "s"}]},
            {"destinations": [{"namespace": "serving", "server": "t"}]},
            [
                ("destinations[namespace=serving].server", "s", "t"),
                ("destinations[namespace=web]", {"namespace": "web", "server": "s"}, ABSENT),
            ],
            id="entries with a namespace",
        ),
        pytest.param(
            {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
            {"ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP", "endPort": 60}]},
            [("ports[port=53,protocol=UDP].endPort", ABSENT, 60)],
            id="entries with a port and a protocol",
        ),
        pytest.param({"verbs": ["get", "list"]}, {"verbs": ["list", "get"]}, [], id="plain values have no order"),
        pytest.param(
            {"verbs": ["get", "list"]},
            {"verbs": ["watch", "get"]},
            [("verbs[list]", "list", ABSENT), ("verbs[watch]", ABSENT, "watch")],
            id="plain values come and go",
        ),
        pytest.param({"verbs": ["a", "a"]}, {"verbs": ["a"]}, [("verbs[1]", "a", ABSENT)], id="a plain value that stands twice"),
        pytest.param({"args": ["a", "b"]}, {"args": ["b", "a"]}, [("args", ["a", "b"], ["b", "a"])], id="words have an order"),
        pytest.param(
            {"args": ["serve", "--batch=8"]},
            {"args": ["serve", "--batch=4"]},
            [("args[--batch]", "--batch=8", "--batch=4")],
            id="flags",
        ),
        pytest.param(
            {"initContainers": [{"name": "a"}, {"name": "b"}]},
            {"initContainers": [{"name": "b"}, {"name": "a"}]},
            [("initContainers", [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}])],
            id="entries with a name whose order matters",
        ),
        pytest.param(
            {"rules": [{"verbs": ["get"]}, {"verbs": ["list"]}]},
            {"rules": [{"verbs": ["list"]}, {"verbs": ["get"]}, {"verbs": ["watch"]}]},
            [("rules[2]", ABSENT, {"verbs": ["watch"]})],
            id="equal entries without a name are the same wherever they stand",
        ),
        pytest.param(
            {"rules": [{"verbs": ["get"]}, {"verbs": ["list"]}]},
            {"rules": [{"verbs": ["get", "watch"]}, {"verbs": ["list"]}]},
            [("rules[0].verbs[watch]", ABSENT, "watch")],
            id="the others are paired in their order",
        ),
        pytest.param(
            {"rules": [{"alert": "A", "expr": "x"}, {"record": "r", "expr": "y"}]},
            {"rules": [{"alert": "A", "expr": "z"}, {"record": "r", "expr": "y"}]},
            [("rules[alert=A].expr", "x", "z")],
            id="alerts and recording rules",
        ),
    ],
)
def test_lists(before: JsonObject, after: JsonObject, changes: list[_Shown]) -> None:
    assert shown(before, after) == changes


def config_map(name: str, **data: str) -> Manifest:
    return Manifest.of(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "web"}, "data": {**data}}
    )


def deployment(config: str, version: str = "apps/v1") -> Manifest:
    spec: JsonObject = {"template": {"spec": {"volumes": [{"name": "config", "configMap": {"name": config}}]}}}
    metadata: JsonObject = {"name": "web", "namespace": "web"}
    return Manifest.of({"apiVersion": version, "kind": "Deployment", "metadata": metadata, "spec": spec})


def test_a_config_map_that_is_called_after_its_content_is_followed() -> None:
    old = [config_map("web-5c7b9f4d2k", batch="8"), deployment("web-5c7b9f4d2k")]
    new = [config_map("web-79h86gfbc2", batch="4"), deployment("web-79h86gfbc2")]
    config, web = object_changes(old, new)
    assert (config.id, config.former, config.action) == (new[0].id, old[0].id, "changed")
    assert [(field.where, field.old, field.new, field.follows) for field in config.fields] == [
        ("data.batch", "8", "4", False),
        ("metadata.name", "web-5c7b9f4d2k", "web-79h86gfbc2", True),
    ]
    assert [(field.where, field.old, field.new, field.follows) for field in web.fields] == [
        ("spec.template.spec.volumes.config.configMap.name", "web-5c7b9f4d2k", "web-79h86gfbc2", True)
    ]


def test_two_that_could_be_the_successor_are_not_followed() -> None:
    old = [config_map("web-5c7b9f4d2k", batch="8")]
    new = [config_map("web-79h86gfbc2", batch="4"), config_map("web-2222222222", batch="4")]
    assert [(item.action, item.id.name) for item in object_changes(old, new)] == [
        ("added", "web-2222222222"),
        ("removed", "web-5c7b9f4d2k"),
        ("added", "web-79h86gfbc2"),
    ]


@pytest.mark.parametrize("version", ["apps/v1beta1", "extensions/v1beta1"])
def test_another_api_version_or_group_is_a_modification(version: str) -> None:
    old, new = deployment("x", version), deployment("x")
    (change,) = object_changes([old], [new])
    assert (change.id, change.former) == (new.id, None if old.id == new.id else old.id)
    assert [(field.where, field.old, field.new) for field in change.fields] == [("apiVersion", version, "apps/v1")]
