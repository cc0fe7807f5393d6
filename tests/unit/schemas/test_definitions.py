"""Definitions of custom kinds: found in text, read, chosen by version, refused with a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from fleetgen.errors import InputError
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.schema import Definition
from fleetgen.schemas.definitions import Definitions, DefinitionSource, made_by, rank, read, sources, version_of
from fleetgen.schemas.object_schema import ObjectSchema
from fleetgen.yamlfile import load_manifests

CRD: Final = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.g.io}}
spec:
  group: g.io
  names:
    kind: {kind}
    plural: {plural}
  versions:
  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}
"""


def crd(kind: str = "Thing", schema: str = "{type: object}") -> str:
    return CRD.format(kind=kind, plural=f"{kind.lower()}s", schema=schema)


def refused(source: DefinitionSource) -> tuple[str, str, str]:
    with pytest.raises(InputError) as caught:
        read(source)
    (finding,) = caught.value.findings
    return finding.code, str(finding.place), finding.message


def test_only_documents_with_definitions_are_sources_and_know_their_line() -> None:
    files = {
        "b.yaml": "# two\n" + crd("A") + "---\nkind: Pod\n---\n" + crd("B"),
        "a.yaml": "kind: ConfigMap\n",
        "c.yaml": "---\n" + crd("C"),
    }
    found = sources(files)
    assert [str(source.place) for source in found] == ["b.yaml:1", "b.yaml:14", "c.yaml:1"]
    assert [definition.kind for source in found for definition in read(source)] == ["A", "B", "C"]


def listed(*kinds: str) -> str:
    """As `kubectl get crd -o yaml` prints them."""
    items = "".join("- " + crd(kind).replace("\n", "\n  ").removesuffix("  ") for kind in kinds)
    return f"apiVersion: v1\nitems:\n{items}kind: List\nmetadata: {{}}\n"


def test_the_items_of_a_list_as_kubectl_prints_it_are_sources_each() -> None:
    found = sources({"all.yaml": "# all\n---\n" + listed("A", "B")})
    assert [str(source.place) for source in found] == ["all.yaml:5", "all.yaml:15"]
    assert [definition.kind for source in found for definition in read(source)] == ["A", "B"]
    broken = sources({"all.yaml": listed("A").replace("group: g.io", "group: [")})
    assert refused(broken[0])[:2] == ("E0101", "all.yaml:9:11")


def test_a_list_that_is_written_otherwise_is_read_as_a_whole() -> None:
    text = listed("A", "B").replace("\n", "\n    ").replace("\n    kind: List\n    metadata: {}\n    ", "\nkind: List\n")
    (source,) = sources({"all.yaml": text.replace("    items:", "items:")})
    assert [definition.kind for definition in read(source)] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (crd(), True),
        ('{"kind": "CustomResourceDefinition", "spec": {"group": "g.io", "names": {"kind": "Thing"}}}', True),
        ("spec: {group: 'g.io', names: {kind: Thing}}", True),
        (crd("Things"), False),
        (crd().replace("group: g.io", "group: gg.io"), False),
        ("# a Thing of g.io\n", False),
    ],
    ids=["block", "JSON", "flow", "longer kind", "longer group", "only mentioned"],
)
def test_text_is_read_only_if_it_may_define_the_kind(text: str, *, may: bool) -> None:
    assert DefinitionSource(place=Place("f.yaml", 1), text=text).may_define("g.io", "Thing") is may


def test_a_definition_keeps_what_judges_objects() -> None:
    (definition,) = read(sources({"f.yaml": crd()})[0])
    assert (definition.group, definition.kind, list(definition.versions)) == ("g.io", "Thing", ["v1"])
    assert definition.versions["v1"].served
    assert Definition.from_data(definition.as_data()) == definition


BROKEN: Final = "a broken definition: "
REFUSED: Final = {
    "not YAML": (
        crd().replace("group: g.io", "group: [g.io"),
        ("E0101", "f.yaml:6:8", "is not valid YAML: did not find expected ',' or ']'"),
    ),
    "aliases without end": (
        crd().replace("g.io\n  names", "&a [*a]\n  names"),
        ("E0104", "f.yaml:1", "its aliases expand to more than was written"),
    ),
    "not JSON": (
        crd().replace("{type: object}", "{type: !!binary aaaa}"),
        ("E0105", "f.yaml:1", "a bytes or a key that is not text, which JSON does not have"),
    ),
    "no group": (
        crd().replace("  group: g.io\n", ""),
        ("E0607", "f.yaml:1", f"{BROKEN}it lacks spec.group, spec.names.kind or spec.versions"),
    ),
    "old": (
        crd().replace("/v1\n", "/v1beta1\n"),
        (
            "E0607",
            "f.yaml:1",
            f"{BROKEN}Thing.g.io has apiVersion apiextensions.k8s.io/v1beta1 instead of apiextensions.k8s.io/v1",
        ),
    ),
    "no schema": (
        crd(schema="[]"),
        ("E0607", "f.yaml:1", f"{BROKEN}a version of Thing.g.io lacks name or schema.openAPIV3Schema"),
    ),
    "not a schema": (
        crd(schema="{type: object, properties: {a: {minLength: -1}}}"),
        (
            "E0607",
            "f.yaml:1",
            f"{BROKEN}the schema of Thing.g.io v1 is not valid: properties.a.minLength: -1 is less than the minimum of 0",
        ),
    ),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_definition_has_a_place(text: str, expected: tuple[str, str, str]) -> None:
    assert refused(DefinitionSource(place=Place("f.yaml", 1), text=text)) == expected


def test_the_plain_equals_sign_of_one_official_definition_is_text() -> None:
    (definition,) = read(
        DefinitionSource(place=Place("f.yaml", 1), text=crd(schema="{type: object, properties: {op: {enum: [=, '!=']}}}"))
    )
    assert ObjectSchema(definition.versions["v1"].schema).breaches({"apiVersion": "g.io/v1", "kind": "Thing", "op": "="}) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("crds/gpu/v25.10.1/x.yaml", "25.10.1"),
        ("crds/openshift/release-4.22/x.yaml", "4.22"),
        ("crds/v1.2/sub/x.yaml", "1.2"),
        ("crds/v1/x.yaml", ""),
        ("crds/x-1.2.yaml", ""),
    ],
)
def test_a_folder_names_the_version(path: str, expected: str) -> None:
    assert version_of(path) == expected


def test_versions_are_ordered_as_numbers_and_the_wanted_one_is_last() -> None:
    paths = ["a/v25.3.4/x", "a/v26.7.0/x", "a/v25.10.1/x", "a/x"]
    assert sorted(paths, key=lambda path: rank(path, "")) == ["a/x", "a/v25.3.4/x", "a/v25.10.1/x", "a/v26.7.0/x"]
    assert [max(paths, key=lambda path: rank(path, wanted)) for wanted in ("v25.3.4", "25.10.1", "v24.1.0")] == [
        "a/v25.3.4/x",
        "a/v25.10.1/x",
        "a/v26.7.0/x",
    ]


NAMED: Final = "{type: object, properties: {%s: {type: string}}}"


def test_the_definition_of_the_providers_version_is_chosen_else_the_latest() -> None:
    files = {f"crds/v{version}/x.yaml": crd(schema=NAMED % f"v{index}") for index, version in enumerate(("1.9.0", "1.10.0"))}
    both = Definitions(sources(files))
    chosen = [both.find("g.io", "Thing", version) for version in ("v1.9.0", "v1.10.0", "v2.0.0", "")]
    assert [found[0].place.path for found in chosen if found] == [
        "crds/v1.9.0/x.yaml",
        "crds/v1.10.0/x.yaml",
        "crds/v1.10.0/x.yaml",
        "crds/v1.10.0/x.yaml",
    ]
    assert both.find("g.io", "Other", "") is None


def test_equal_definitions_may_lie_anywhere() -> None:
    found = Definitions(sources({"a.yaml": crd(), "b.yaml": "# the same\n" + crd()})).find("g.io", "Thing", "")
    assert found is not None
    assert found[0].place.path == "a.yaml"


@pytest.mark.parametrize(
    "paths", [("a.yaml", "b.yaml"), ("crds/v1.0/a.yaml", "crds/v1.0/b.yaml"), ("a.yaml", "crds/v1.0/b.yaml")]
)
def test_two_definitions_of_one_kind_that_nothing_tells_apart_are_refused(paths: Sequence[str]) -> None:
    files = {path: crd(schema=NAMED % name) for path, name in zip(paths, ("a", "b"), strict=True)}
    with pytest.raises(InputError) as caught:
        Definitions(sources(files)).find("g.io", "Thing", "")
    (finding,) = caught.value.findings
    where = {str(finding.place).partition(":")[0], finding.message.rpartition(" ")[2].partition(":")[0]}
    assert where == set(paths)
    assert (finding.code, finding.message.rpartition(" ")[0]) == ("E0607", "Thing.g.io has another definition in")


def test_only_what_may_define_a_kind_is_read_and_that_once() -> None:
    asked: list[str] = []

    def reader(source: DefinitionSource) -> Sequence[Definition]:
        asked.append(source.place.path)
        return read(source)

    both = "kind: List\nitems: [" + ", ".join(str(load_manifests(crd(kind))[0]) for kind in ("One", "Two")) + "]\n"
    found = Definitions(sources({"a.yaml": crd("Thing"), "b.yaml": crd("Other"), "c.yaml": both}), reader)
    for _ in range(2):
        for kind in ("Thing", "None", "One", "Two"):
            assert (found.find("g.io", kind, "") is not None) is (kind != "None")
    assert asked == ["a.yaml", "c.yaml"]


def template(validation: str) -> JsonObject:
    return {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "fgthing"},
        "spec": {"crd": {"spec": {"names": {"kind": "FGThing"}, "validation": load_manifests(validation)[0]}}},
    }


def constraint(parameters: str) -> JsonObject:
    spec: JsonObject = {"enforcementAction": "deny", "match": {"kinds": [{"kinds": ["Pod"]}]}}
    spec["parameters"] = load_manifests(parameters)[0]
    return {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "FGThing", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize(
    ("validation", "parameters", "expected"),
    [
        ("{openAPIV3Schema: {type: object, properties: {a: {type: string}}}}", "{a: x}", []),
        (
            "{openAPIV3Schema: {type: object, properties: {limit: {type: string}}}}",
            "{limits: x}",
            ["unknown key 'limits' in spec.parameters"],
        ),
        ("{legacySchema: true, openAPIV3Schema: {properties: {a: {type: string}}}}", "{b: 1}", []),
        ("{}", "{a: 1}", ["unknown key 'parameters' in spec"]),
    ],
)
def test_a_constraint_template_brings_the_kind_of_its_constraints(validation: str, parameters: str, expected: list[str]) -> None:
    definition = made_by(template(validation))
    assert definition is not None
    assert (definition.group, definition.kind, list(definition.versions)) == (
        "constraints.gatekeeper.sh",
        "FGThing",
        ["v1beta1", "v1alpha1"],
    )
    found = ObjectSchema(definition.versions["v1beta1"].schema).breaches(constraint(parameters))
    assert [breach.message for breach in found] == expected


def test_a_rendered_definition_brings_its_kind_and_other_objects_bring_none() -> None:
    (loaded,) = load_manifests(crd())
    assert isinstance(loaded, dict)
    assert made_by(loaded) == read(sources({"f.yaml": crd()})[0])[0]
    assert made_by({"kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1"}) is None
    assert made_by({"kind": "ConstraintTemplate", "apiVersion": "templates.gatekeeper.sh/v1"}) is None
    assert made_by({"kind": "ConstraintTemplate", "apiVersion": "other.io/v1"}) is None
    assert made_by({"kind": "Pod", "apiVersion": "v1"}) is None
