"""Distinct questions over a fleet, which schema answers them, and what is reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

import pytest

from fleetgen.errors import InputError
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.model.schema import Api
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.builtin import BuiltinKinds
from fleetgen.schemas.definitions import Definitions, sources
from fleetgen.stages import object_schemas
from fleetgen.stages.object_schemas import JudgedObject, SchemaJudge, SchemaQuestion, SchemaSources
from fleetgen.yamlfile import load_manifests
from tests.fleets import cluster
from tests.golden.components.cases import case

HERE: Final = Place("templates/x.yaml")


def definitions_of(*apis: Api) -> JsonObject:
    """An OpenAPI document in which every kind has `a: text`."""
    base: JsonObject = {"type": "object", "additionalProperties": False}
    properties: JsonObject = {"apiVersion": {}, "kind": {}, "metadata": {"type": "object"}, "a": {"type": "string"}}
    found: JsonObject = {}
    for api in apis:
        named: JsonObject = {"group": api.group, "version": api.version, "kind": api.kind}
        found[str(api)] = {**base, "properties": properties, "x-kubernetes-group-version-kind": [named]}
    return {"$defs": found}


MAP: Final = Api("", "v1", "ConfigMap")
BUDGET: Final = Api("policy", "v1", "Budget")
OLD_BUDGET: Final = Api("policy", "v1beta1", "Budget")


class TwoMinors:
    """1.35 and 1.36; the older one serves a beta version, the newer one its successor."""

    digest = "two"
    minors: Sequence[str] = ("1.35", "1.36")

    def builtin(self, minor: str) -> BuiltinKinds:
        return BuiltinKinds(definitions_of(MAP, OLD_BUDGET if minor == "1.35" else BUDGET))


def built(text: str) -> Manifest:
    (data,) = load_manifests(text)
    assert isinstance(data, dict)
    metadata = cast("Mapping[str, str]", data["metadata"])
    group = str(data["apiVersion"]).rpartition("/")[0]
    identity = ResourceId(group, str(data["kind"]), metadata.get("namespace", ""), metadata["name"])
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    return Manifest(id=identity, data=data, digest=digest)


def site(name: str, version: str) -> Cluster:
    return cluster(name, f"{{environment: prod, ring: r, kubernetes: {{distribution: k3s, version: {version}}}}}")


def variant(unit: str, version: str = "v1.0.0", provides: Sequence[str] = ()) -> Variant:
    given = case("argocd/default").variant
    component = replace(given.component, name=unit, provides=tuple(provides))
    return replace(given, key=VariantKey("prod", "r", unit, "default"), component=component, version=version)


def fleet(versions: Mapping[str, str], variants: Sequence[Variant]) -> Resolved:
    """Every cluster has every variant."""
    bill = {v.key.unit: v.key for v in variants}
    return Resolved(
        variants={v.key: v for v in variants},
        bills=dict.fromkeys(versions, bill),
        clusters={name: site(name, version) for name, version in versions.items()},
    )


def ask(
    resolved: Resolved, objects: Mapping[str, Sequence[str]], files: Mapping[str, str] | None = None
) -> tuple[tuple[SchemaQuestion, ...], list[Finding]]:
    given = SchemaSources(kubernetes=TwoMinors(), definitions=Definitions(sources(files or {})))
    manifests = {key: [built(text) for text in objects.get(key.unit, ())] for key in resolved.variants}
    questions = object_schemas.schema_questions(resolved, manifests, given)
    judge = SchemaJudge(given.kubernetes)
    judged = [JudgedObject(question, judge.verdict(question)) for question in questions]
    return questions, object_schemas.schema_findings(judged, lambda _question, _breach: HERE)


def crd(name: str, version: str = "v1", served: str = "true") -> str:
    return f"""apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.g.io}}
spec:
  group: g.io
  names: {{kind: Thing}}
  versions:
  - {{name: v0, served: false, schema: {{openAPIV3Schema: {{type: object}}}}}}
  - name: {version}
    served: {served}
    schema: {{openAPIV3Schema: {{type: object, properties: {{{name}: {{type: string}}}}}}}}
"""


def config_map(key: str, name: str = "x") -> str:
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, {key}: b}}"


def thing(key: str, version: str = "v1") -> str:
    return f"{{apiVersion: g.io/{version}, kind: Thing, metadata: {{name: x}}, {key}: b}}"


def test_an_object_is_judged_once_for_all_clusters_variants_and_units_of_a_minor() -> None:
    versions = {f"c{number}": "v1.36.1" for number in range(50)} | {"old": "v1.35.9+k3s1"}
    resolved = fleet(versions, [variant("one"), variant("two")])
    questions, findings = ask(resolved, {"one": [config_map("a")], "two": [config_map("a")]})
    assert [(q.schema.minor, len(q.clusters), [key.unit for key in q.variants]) for q in questions] == [
        ("1.35", 1, ["one", "two"]),
        ("1.36", 50, ["one", "two"]),
    ]
    assert findings == []


def test_a_breach_is_one_finding_for_all_minors_that_agree() -> None:
    resolved = fleet({"new": "v1.36.1", "old": "v1.35.9"}, [variant("one")])
    _, findings = ask(resolved, {"one": [config_map("b")]})
    assert findings == [
        Finding(
            code="E0603",
            message="unknown key 'b' in the object (v1 of Kubernetes 1.35, 1.36)",
            fix="use one of: a, apiVersion, kind, metadata",
            place=HERE,
            object=ResourceId("", "ConfigMap", "", "x"),
            clusters=("new", "old"),
        )
    ]


def test_a_version_that_one_minor_does_not_serve_names_its_clusters_only() -> None:
    resolved = fleet({"new": "v1.36.1", "old": "v1.35.9"}, [variant("one")])
    _, findings = ask(resolved, {"one": ["{apiVersion: policy/v1beta1, kind: Budget, metadata: {name: x}}"]})
    assert findings == [
        Finding(
            code="E0604",
            message="Kubernetes 1.36 does not serve policy/v1beta1 Budget; served by Kubernetes 1.35",
            fix="set apiVersion: policy/v1, and adapt the object",
            place=HERE,
            object=ResourceId("policy", "Budget", "", "x"),
            clusters=("new",),
        )
    ]


def test_a_cluster_newer_than_all_schemas_is_judged_by_the_newest_and_gets_warnings() -> None:
    resolved = fleet({"newer": "v1.40.0", "new": "v1.36.1"}, [variant("one")])
    _, findings = ask(resolved, {"one": [config_map("b")]})
    assert [(f.severity, f.clusters) for f in findings] == [(Severity.ERROR, ("new",)), (Severity.WARNING, ("newer",))]
    assert object_schemas.unknown_minors(resolved, TwoMinors.minors) == [
        Finding(
            code="E0606",
            message="there are no schemas of Kubernetes 1.40; those of 1.36 are used, and their errors become warnings",
            fix="update fleetgen",
            place=Place("fleet/clusters/newer.yaml", 1, 77),
            severity=Severity.WARNING,
            clusters=("newer",),
        )
    ]


def test_a_cluster_older_than_all_schemas_is_not_judged_and_that_is_said() -> None:
    resolved = fleet({"older": "v1.9.0"}, [variant("one")])
    questions, findings = ask(resolved, {"one": [config_map("b")]})
    assert (questions, findings) == ((), [])
    (warning,) = object_schemas.unknown_minors(resolved, TwoMinors.minors)
    assert (warning.severity, warning.message, warning.fix) == (
        Severity.WARNING,
        "there are no schemas of Kubernetes 1.9; its own kinds are not validated",
        "update the clusters; the oldest schemas are those of Kubernetes 1.35",
    )


@pytest.mark.parametrize(
    ("minor", "expected"), [("1.34", ""), ("1.35", "1.35"), ("1.36", "1.36"), ("1.100", "1.36"), ("2.0", "1.36"), ("1.4", "")]
)
def test_nearest_minor(minor: str, expected: str) -> None:
    assert object_schemas.nearest_minor(minor, TwoMinors.minors) == expected


def test_custom_kinds_are_judged_by_the_definition_at_hand() -> None:
    resolved = fleet({"c": "v1.36.1"}, [variant("one")])
    _, findings = ask(resolved, {"one": [thing("size"), thing("sise")]}, {"crds/thing.yaml": crd("size")})
    assert findings == [
        Finding(
            code="E0603",
            message="unknown key 'sise' in the object (g.io/v1 of crds/thing.yaml)",
            fix="did you mean 'size'?",
            place=HERE,
            object=ResourceId("g.io", "Thing", "", "x"),
            clusters=("c",),
        )
    ]


@pytest.mark.parametrize(
    ("version", "served", "fact", "fix"),
    [
        ("v0", "true", "it serves v1", "set apiVersion: g.io/v1, and adapt the object"),
        ("v2", "true", "it serves v1", "set apiVersion: g.io/v1, and adapt the object"),
        ("v1", "false", "it serves no version", "remove it"),
    ],
    ids=["not served", "not there", "nothing served"],
)
def test_a_version_that_a_definition_does_not_serve(version: str, served: str, fact: str, fix: str) -> None:
    resolved = fleet({"c": "v1.36.1"}, [variant("one")])
    _, findings = ask(resolved, {"one": [thing("size", version)]}, {"crds/thing.yaml": crd("size", served=served)})
    message = f"crds/thing.yaml does not serve g.io/{version} Thing; {fact}"
    assert [(f.code, f.message, f.fix) for f in findings] == [("E0604", message, fix)]


def test_the_version_of_the_unit_that_provides_the_kind_chooses_the_definition() -> None:
    files = {"crds/v1.0.0/thing.yaml": crd("old"), "crds/v2.0.0/thing.yaml": crd("new")}
    for version, refused in (("v1.0.0", "new"), ("v2.0.0", "old"), ("v3.0.0", "old")):
        units = [variant("one"), variant("operator", version, ["g.io/v1/Thing"])]
        _, findings = ask(fleet({"c": "v1.36.1"}, units), {"one": [thing("old"), thing("new")]}, files)
        assert [f.message.split("'")[1] for f in findings] == [refused]


def test_what_the_fleet_itself_defines_comes_first_and_only_where_it_is_installed() -> None:
    """One cluster gets the definition from a unit, the other has only the user's folder."""
    resolved = fleet({"c": "v1.36.1"}, [variant("one"), variant("operator")])
    alone = {"one": VariantKey("prod", "r", "one", "default")}
    both = replace(
        resolved,
        bills={**resolved.bills, "d": alone},
        clusters={**resolved.clusters, "d": site("d", "v1.36.1")},
    )
    objects = {"one": [thing("rendered"), thing("given")], "operator": [crd("rendered")]}
    definition = Api("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
    _, findings = ask(both, objects, {"crds/thing.yaml": crd("given")})
    title = "CustomResourceDefinition things.g.io of unit 'operator'"
    assert [(f.message, f.clusters) for f in findings if f.object and f.object.kind == "Thing"] == [
        (f"unknown key 'given' in the object (g.io/v1 of {title})", ("c",)),
        ("unknown key 'rendered' in the object (g.io/v1 of crds/thing.yaml)", ("d",)),
    ]
    assert [f.message for f in findings if f.code == "E0605"] == [
        f"not validated for lack of a schema: {definition.api_version} {definition.kind}"
    ]


def test_all_definitions_that_cannot_be_used_are_reported_at_once() -> None:
    other = crd("a").replace("Thing", "Other")
    files = {"a.yaml": crd("a"), "b.yaml": crd("b"), "c.yaml": other.replace("g.io\n", "g.io\n  x: [\n")}
    resolved = fleet({"c": "v1.36.1", "d": "v1.35.1"}, [variant("one")])
    with pytest.raises(InputError) as caught:
        ask(resolved, {"one": [thing("a"), thing("a").replace("Thing", "Other")]}, files)
    assert [(f.code, str(f.place)) for f in caught.value.findings] == [("E0607", "a.yaml:1"), ("E0101", "c.yaml:8:3")]


def test_kinds_without_a_schema_are_one_note() -> None:
    resolved = fleet({"c": "v1.36.1", "d": "v1.35.1"}, [variant("one")])
    kinds = ("b.io/v1, kind: B", "a.io/v1, kind: Z", "a.io/v1, kind: A", "a.io/v1, kind: A", "a.io/v2, kind: A")
    texts = [f"{{apiVersion: {kind}, metadata: {{name: x{index}}}}}" for index, kind in enumerate(kinds)]
    _, findings = ask(resolved, {"one": [*texts, config_map("a")]})
    assert findings == [
        Finding(
            code="E0605",
            message="not validated for lack of a schema: a.io/v1 A, Z; a.io/v2 A; b.io/v1 B",
            fix="add the CustomResourceDefinitions to a folder that `schemas` names",
            place=Place("fleetgen.toml"),
            severity=Severity.NOTE,
        )
    ]
