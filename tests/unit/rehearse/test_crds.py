from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.crds import SiteDefinitions, anything
from fleetgen.yamlfile import dump


def thing(version: str = "v1", **labels: str) -> JsonObject:
    metadata: JsonObject = {"name": "things.g.io", "labels": {**labels}}
    return anything("g.io", version, "Thing", cluster=False) | {"metadata": metadata}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ServiceMonitor", "servicemonitors.g.io"),
        ("ClusterPolicy", "clusterpolicies.g.io"),
        ("Gateway", "gateways.g.io"),
        ("Ingress", "ingresses.g.io"),
        ("Mesh", "meshes.g.io"),
    ],
)
def test_names_follow_the_fields_rule(kind: str, name: str) -> None:
    metadata = anything("g.io", "v1", kind, cluster=False)["metadata"]
    assert metadata == {"name": name}


def test_what_is_made_up_has_the_scope_that_components_declare_or_the_official_one() -> None:
    made = SiteDefinitions([], {("g.io", "Declared")})
    kinds = ("Declared", "Thing", "ClusterPolicy", "SecurityContextConstraints")
    scopes = {kind: objects.text(made.find(f"g.io/v1/{kind}").data, "spec", "scope") for kind in kinds}
    assert scopes == {
        "Declared": "Cluster",
        "Thing": "Namespaced",
        "ClusterPolicy": "Cluster",
        "SecurityContextConstraints": "Cluster",
    }


def test_the_users_folder_wins_by_version_then_the_tools_then_anything(tmp_path: Path) -> None:
    for folder in ("user/v1.0", "user/v9.0", "user/v10.0", "tool"):
        write(tmp_path / folder / "thing.yaml", dump(thing(where=folder.replace("/", "-"))))
    both = SiteDefinitions([("mine", tmp_path / "user"), ("the tool", tmp_path / "tool")])
    found = [both.find("g.io/v1/Thing", version).origin for version in ("v1.0", "9.0", "")]
    assert found == ["mine: v1.0/thing.yaml", "mine: v9.0/thing.yaml", "mine: v10.0/thing.yaml"]
    assert SiteDefinitions([("the tool", tmp_path / "tool")]).find("g.io/v1/Thing").origin == "the tool: thing.yaml"
    made_up = both.find("other.io/v1/Thing")
    assert (made_up.origin, made_up.data) == ("", anything("other.io", "v1", "Thing", cluster=False))


def test_a_definition_that_does_not_serve_the_version_is_another_one(tmp_path: Path) -> None:
    write(tmp_path / "old" / "thing.yaml", dump(thing("v1alpha1")))
    write(tmp_path / "new" / "thing.yml", dump(thing("v1")))
    both = SiteDefinitions([("mine", tmp_path)])
    origins = [both.find(f"g.io/{version}/Thing").origin for version in ("v1alpha1", "v1", "v2")]
    assert origins == ["mine: old/thing.yaml", "mine: new/thing.yml", ""]
    assert [(f.code, f.message) for f in both.problems] == [
        ("E1305", "g.io/v2/Thing is provided, but mine: new/thing.yml, mine: old/thing.yaml does not serve it")
    ]


def test_nobody_converts_between_versions(tmp_path: Path) -> None:
    data = thing()
    conversion: JsonObject = {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"]}}
    spec: JsonObject = {**objects.at(data, "spec"), "conversion": conversion}
    write(tmp_path / "thing.yaml", dump({**data, "spec": spec}))
    found = SiteDefinitions([("mine", tmp_path)]).find("g.io/v1/Thing").data
    assert objects.at(found, "spec", "conversion") == {"strategy": "None"}


def test_a_lone_equals_sign_is_text(tmp_path: Path) -> None:
    """The Prometheus operator's AlertmanagerConfig has one among the values of an enumeration."""
    text = dump(thing())
    write(tmp_path / "thing.yaml", text.replace("type: object", "type: object\n        enum:\n        - =", 1))
    (version,) = objects.items(SiteDefinitions([("mine", tmp_path)]).find("g.io/v1/Thing").data, "spec", "versions")
    assert objects.at(version, "schema", "openAPIV3Schema").get("enum") == ["="]


def test_foreign_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "x.yaml", "kind: Pod\n")
    write(tmp_path / "values.yaml", "{{ template }}: CustomResourceDefinition of another group\n")
    write(tmp_path / "README.md", dump(thing()))
    (tmp_path / "y.yaml").write_bytes(b"\xff\xfe")
    mine = SiteDefinitions([("mine", tmp_path)])
    assert (mine.find("g.io/v1/Thing").origin, mine.problems, mine.empty) == ("", [], [])


def test_a_folder_without_definitions_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "x.yaml", "kind: Pod\n")
    assert SiteDefinitions([("mine", tmp_path), ("nowhere", tmp_path / "nowhere")]).empty == ["mine", "nowhere"]


def test_files_that_cannot_be_read_are_told_with_their_place(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "kind: CustomResourceDefinition\nspec: {group: [\n  group: g.io\n kind: Thing\n")
    write(tmp_path / "b.yaml", "kind: CustomResourceDefinition\ngroup: g.io\nkind: Thing\na: 1\n  b: 2\n")
    write(tmp_path / "c.yaml", dump(thing()))
    mine = SiteDefinitions([("mine", tmp_path)])
    assert [mine.find("g.io/v1/Thing").origin for _ in range(2)] == ["mine: c.yaml"] * 2
    assert [(str(f.place), f.code, f.message) for f in mine.problems] == [
        (f"{tmp_path}/a.yaml:4:6", "E0101", "is not valid YAML: did not find expected ',' or ']'"),
        (f"{tmp_path}/b.yaml:5:4", "E0101", "is not valid YAML: mapping values are not allowed in this context"),
    ]
