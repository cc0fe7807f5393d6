"""Every feature of a CustomResourceDefinition's schema: what is refused, in which words, and what is not."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.schema import Breach
from fleetgen.schemas.object_schema import NotASchema, ObjectSchema
from fleetgen.schemas.structural import defaulted, of_object, sentence, strict
from fleetgen.yamlfile import load_manifests


def judge(spec_schema: str, spec: str) -> list[tuple[str, str]]:
    """(message, fix) of an object with this spec, for a kind whose `spec` has this schema (both YAML)."""
    schema: JsonObject = {"type": "object", "properties": {"spec": load_manifests(spec_schema)[0]}}
    data: JsonObject = {
        "apiVersion": "g.io/v1",
        "kind": "Thing",
        "metadata": {"name": "x"},
        "spec": load_manifests(spec)[0],
    }
    found = ObjectSchema(of_object(schema)).breaches(data)
    assert {breach.code for breach in found} <= {"E0603"}
    return [(breach.message, breach.fix) for breach in found]


SIZES: Final = (
    "{type: object, properties: {size: {type: integer, description: How big it is. More words.}, name: {type: string}}}"
)
OPEN: Final = (
    f"{{type: object, x-kubernetes-preserve-unknown-fields: true, properties: {{size: {{type: integer}}, sub: {SIZES}}}}}"
)
PORT: Final = "{type: object, properties: {port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}}}"
EMBEDDED: Final = (
    "{type: object, properties: {t: {type: object, x-kubernetes-embedded-resource: true, "
    "x-kubernetes-preserve-unknown-fields: true}}}"
)
CLOSED_EMBEDDED: Final = (
    "{type: object, properties: {t: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}}}"
)
NULLABLE: Final = "{type: object, properties: {a: {type: string, nullable: true, enum: [x]}, b: {type: string}}}"
DEFAULT: Final = (
    "{type: object, required: [a, b], properties: {a: {type: string, default: x}, b: {type: object, required: [c], "
    "properties: {c: {type: string}, d: {type: integer, default: 1}}}}}"
)
LIST: Final = "{type: object, properties: {l: {type: array, x-kubernetes-list-type: %s, items: {type: %s}}}}"
MAP: Final = (
    "{type: object, properties: {l: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name, port], "
    "items: {type: object, properties: {name: {type: string}, port: {type: integer}}}}}}"
)
EITHER: Final = "{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}"
STRING: Final = "{type: object, properties: {s: {type: string, %s}}}"
NUMBER: Final = "{type: object, properties: {n: {type: integer, %s}}}"

CASES: Final[dict[str, tuple[str, str, list[tuple[str, str]]]]] = {
    "what fits": (SIZES, "{size: 1, name: x}", []),
    "unknown key": (SIZES, "{sise: 1}", [("unknown key 'sise' in spec", "did you mean 'size'?")]),
    "unknown key that is near nothing": (SIZES, "{other: 1}", [("unknown key 'other' in spec", "use one of: name, size")]),
    "unknown key whose value is null": (SIZES, "{sise: null}", [("unknown key 'sise' in spec", "did you mean 'size'?")]),
    "an object without properties takes nothing": (
        "{type: object}",
        "{a: 1}",
        [("unknown key 'a' in spec", "remove it; there is nothing to choose from")],
    ),
    "wrong type, with the first sentence of the description": (
        SIZES,
        "{size: big}",
        [("spec.size must be a whole number, not text", "How big it is")],
    ),
    "number where text is meant": (
        SIZES,
        "{name: 5}",
        [("spec.name must be text, but 5 is read as a whole number", 'quote it: "5"')],
    ),
    "boolean where text is meant": (
        SIZES,
        "{name: true}",
        [("spec.name must be text, but true is read as true or false", 'quote it: "true"')],
    ),
    "preserve-unknown-fields keeps what is not named": (OPEN, "{other: {deep: [1]}}", []),
    "preserve-unknown-fields still judges what is named": (
        OPEN,
        "{size: x}",
        [("spec.size must be a whole number, not text", "change the value")],
    ),
    "preserve-unknown-fields ends at a key that is named": (
        OPEN,
        "{sub: {sise: 1}}",
        [("unknown key 'sise' in spec.sub", "did you mean 'size'?")],
    ),
    "preserve-unknown-fields without a type takes anything": ("{x-kubernetes-preserve-unknown-fields: true}", "[1, {a: b}]", []),
    "int-or-string takes both": (PORT, "{port: 80}", []),
    "int-or-string takes text": (PORT, "{port: http}", []),
    "int-or-string takes nothing else": (
        PORT,
        "{port: 1.5}",
        [("spec.port must be a whole number or text, not a number", "change the value")],
    ),
    "additionalProperties judges the values of any key": (
        "{type: object, additionalProperties: {type: string}}",
        "{a: x, b: 2}",
        [("spec.b must be text, but 2 is read as a whole number", 'quote it: "2"')],
    ),
    "additionalProperties: true takes any": ("{type: object, additionalProperties: true}", "{a: 1}", []),
    "embedded resource": (EMBEDDED, "{t: {apiVersion: v1, kind: Pod, metadata: {name: x, labels: {a: b}}, spec: {a: 1}}}", []),
    "embedded resource without a kind": (EMBEDDED, "{t: {apiVersion: v1}}", [("'kind' is missing in spec.t", "add 'kind'")]),
    "embedded resource with a wrong metadata": (
        EMBEDDED,
        "{t: {apiVersion: v1, kind: Pod, metadata: {lables: {}}}}",
        [("unknown key 'lables' in spec.t.metadata", "did you mean 'labels'?")],
    ),
    "embedded resource that is closed": (
        CLOSED_EMBEDDED,
        "{t: {apiVersion: v1, kind: Pod, spek: {}}}",
        [("unknown key 'spek' in spec.t", "did you mean 'spec'?")],
    ),
    "null where it is wanted": (NULLABLE, "{a: null}", []),
    "null where it is not is dropped by the API server": (NULLABLE, "{b: null}", []),
    "null for what is required is missing": (
        "{type: object, required: [b], properties: {b: {type: string, description: The b.}}}",
        "{b: null}",
        [("'b' is missing in spec", "add 'b': The b")],
    ),
    "null in a list": (
        "{type: array, items: {type: string}}",
        "[null]",
        [("spec[0] must be text, not null", "change the value")],
    ),
    "a default stands in for what is required": (DEFAULT, "{b: {c: x}}", []),
    "a default stands in for null": (DEFAULT, "{a: null, b: {c: x, d: null}}", []),
    "no default, no value": (DEFAULT, "{b: {}}", [("'c' is missing in spec.b", "add 'c'")]),
    "a set has no value twice": (
        LIST % ("set", "string"),
        "{l: [a, b, a]}",
        [('spec.l: ["a","b","a"] has non-unique elements', "change the value")],
    ),
    "a plain list may": (LIST % ("atomic", "string"), "{l: [a, b, a]}", []),
    "a list map tells its items apart": (MAP, "{l: [{name: a, port: 1}, {name: a, port: 2}, {name: a}, {name: a}]}", []),
    "a list map with equal keys": (
        MAP,
        "{l: [{name: a, port: 1}, {name: a, port: 1}]}",
        [("spec.l has two items with name a, port 1", "keep one of them; server-side apply refuses duplicates")],
    ),
    "oneOf, none": (
        EITHER,
        "{}",
        [("spec must fit exactly one of the alternatives: with 'a'; with 'b'", "choose one of them")],
    ),
    "oneOf, both": (
        EITHER,
        "{a: x, b: y}",
        [("spec must fit exactly one of the alternatives: it fits several", "choose one of them")],
    ),
    "oneOf does not close the object": (EITHER, "{a: x}", []),
    "enum": (
        STRING % "enum: [Always, Never]",
        "{s: Allways}",
        [("spec.s is 'Allways', which is not one of the 2 known values", "did you mean 'Always'?")],
    ),
    "pattern": (
        STRING % "pattern: '^[a-z]+$'",
        "{s: A1}",
        [("spec.s is 'A1', which has the wrong form", "the form is ^[a-z]+$")],
    ),
    "pattern with Go's NUL": (STRING % r"pattern: '^(/[^/\0]+)*$'", "{s: /a/b}", []),
    "format date-time": (
        STRING % "format: date-time",
        "{s: 2026-11-24}",
        [("spec.s is '2026-11-24', which is not a time", "write it as 2026-12-31T12:00:00Z")],
    ),
    "format byte": (STRING % "format: byte", "{s: a}", [("spec.s is 'a', which is not a base64 text", "encode it with base64")]),
    "format ipv4": (STRING % "format: ipv4", "{s: '::1'}", [("spec.s is '::1', which is not an ipv4", "change the value")]),
    "format ipv6": (STRING % "format: ipv6", "{s: '::1'}", []),
    "a format that Kubernetes reads its own way": (STRING % "format: duration", "{s: 5m}", []),
    "int32": (
        NUMBER % "format: int32",
        "{n: 3000000000}",
        [("spec.n: 3000000000 is greater than the maximum of 2147483647", "change the value")],
    ),
    "int64": (NUMBER % "format: int64", "{n: 3000000000}", []),
    "exclusive bounds of OpenAPI 3.0": (
        NUMBER % "minimum: 1, exclusiveMinimum: true",
        "{n: 1}",
        [("spec.n: 1 is less than or equal to the minimum of 1", "change the value")],
    ),
    "CEL is not evaluated": (STRING % "x-kubernetes-validations: [{rule: 'false'}]", "{s: x}", []),
}


@pytest.mark.parametrize(("schema", "spec", "expected"), CASES.values(), ids=CASES.keys())
def test_what_a_schema_says(schema: str, spec: str, expected: list[tuple[str, str]]) -> None:
    assert judge(schema, spec) == expected


def whole(schema: str, **data: Json) -> tuple[Breach, ...]:
    loaded = load_manifests(schema)[0]
    assert isinstance(loaded, dict)
    return ObjectSchema(of_object(loaded)).breaches({"apiVersion": "g.io/v1", "kind": "Thing", **data})


def test_metadata_is_the_same_for_all_kinds() -> None:
    found = whole(
        "{type: object, properties: {metadata: {type: object}}}", metadata={"name": "x", "labels": {"a": 1}, "annotation": {}}
    )
    assert found == (
        Breach(code="E0603", message="unknown key 'annotation' in metadata", fix="did you mean 'annotations'?"),
        Breach(
            code="E0603",
            message="metadata.labels.a must be text, but 1 is read as a whole number",
            fix='quote it: "1"',
            path=("metadata", "labels", "a"),
        ),
    )


def test_a_schema_may_narrow_the_name() -> None:
    schema = "{type: object, properties: {metadata: {type: object, properties: {name: {type: string, maxLength: 3}}}}}"
    assert whole(schema, metadata={"name": "abc", "labels": {"a": "b"}}) == ()
    assert [breach.message for breach in whole(schema, metadata={"name": "abcd"})] == [
        'metadata.name: "abcd" is longer than 3 characters'
    ]


def test_the_path_of_a_breach_leads_to_a_value_that_a_setting_may_have_set() -> None:
    schema = "{type: object, required: [b], properties: {a: {type: array, items: {type: integer}}, b: {type: integer}}}"
    assert [breach.path for breach in whole(schema, metadata={}, a=["x"], c=3)] == [(), (), ("a", 0)]


def test_defaults_are_copies() -> None:
    schema = strict(
        load_manifests("{type: object, properties: {a: {type: object, default: {}, properties: {b: {default: []}}}}}")[0]
    )
    first = defaulted({}, schema)
    assert first == {"a": {"b": []}}
    assert isinstance(first, dict)
    first["a"] = 1
    assert defaulted({}, schema) == {"a": {"b": []}}


@pytest.mark.parametrize("pattern", ["(?=a)", "["])
def test_a_pattern_that_go_does_not_know_either_is_no_schema(pattern: str) -> None:
    with pytest.raises(NotASchema, match="is not a"):
        ObjectSchema({"type": "string", "pattern": pattern})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("One.", "One"),
        ("One.  Two.", "One"),
        ("Split\nover lines", "Split over lines"),
        ("e.g. this and v1.2 too", "e.g. this and v1.2 too"),
        ("word " * 60, " ".join(["word"] * 31) + " ..."),
    ],
)
def test_first_sentence(text: str | None, expected: str) -> None:
    assert sentence(text) == expected
