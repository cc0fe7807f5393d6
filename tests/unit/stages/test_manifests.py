"""Plain manifests as Kubernetes reads them."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.model.plain import Json
from fleetgen.model.settings import nearest_place
from fleetgen.stages import manifests
from fleetgen.stages.manifests import data_of, kubernetes_plain, read

# What go-yaml resolves, as sigs.k8s.io/yaml hands it to the API server.
PLAIN: dict[str, Json] = {
    "text": "text",
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "yes": True,
    "Off": False,
    "0": 0,
    "0644": 420,
    "0o644": 420,
    "-017": -15,
    "0x1F": 31,
    "0b11": 3,
    "1_000": 1000,
    "_1": "_1",
    "089": 89.0,
    "1.5": 1.5,
    "1e3": 1000.0,
    ".5": 0.5,
    "+1": 1,
    "12:30": "12:30",
    "2026-01-01": "2026-01-01",
    "1.2.3": "1.2.3",
    "0x": "0x",
    "1" * 500: "1" * 500,
}


@pytest.mark.parametrize(("text", "value"), PLAIN.items(), ids=[repr(text)[:20] for text in PLAIN])
def test_plain_scalars(text: str, value: Json) -> None:
    assert kubernetes_plain(text) == value
    assert type(kubernetes_plain(text)) is type(value)


HEAD = "apiVersion: v1\nkind: A\nmetadata: {name: x}\n"


def test_quoted_scalars_are_text() -> None:
    assert data_of(read(HEAD + "a: '0644'\nb: \"yes\"\nc: |\n  1\n", "f")[0]) == {
        "apiVersion": "v1",
        "kind": "A",
        "metadata": {"name": "x"},
        "a": "0644",
        "b": "yes",
        "c": "1\n",
    }


def test_anchors_and_merge_keys() -> None:
    text = HEAD + "a: &a {x: 1, w: 2}\nb: &b {w: 3, z: 4}\nc: {<<: [*a, *b], x: 9}\nd: [*a]\ne:\n  <<: *b\n  w: null\n"
    (tree,) = read(text, "f")
    data = data_of(tree)
    assert isinstance(data, dict)
    assert data["c"] == {"w": 2, "z": 4, "x": 9}
    assert data["d"] == [{"x": 1, "w": 2}]
    assert data["e"] == {"w": None, "z": 4}
    assert str(nearest_place(tree, ("c", "z"))) == "f:5:17"
    assert str(nearest_place(tree, ("c", "x"))) == "f:6:22"


LISTED = """apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMapList
  items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: Pod, metadata: {generateName: b-}}
---
---
# nothing
---
{"apiVersion": "v1", "kind": "ShoppingList", "metadata": {"name": "c"}}
"""


def test_lists_are_unpacked_in_place() -> None:
    assert [str(tree.origin.place) for tree in read(LISTED, "f")] == ["f:7:5", "f:8:3", "f:13:1"]


NOT_AN_OBJECT = "pass files that contain only Kubernetes objects"
BUILD = "build it and pass the result: kustomize build DIR | fleetgen check --manifests -"
WRONG = {
    "not YAML": (
        "a: [\n",
        "f:2:1",
        "E0101",
        "is not valid YAML: did not find expected node content while parsing a flow node",
        None,
    ),
    "twice": (HEAD + "a: 1\na: 2\n", "f:5:1", "E0102", "key 'a' appears twice; the first is in line 4", None),
    "disputed": (HEAD + "a: y\n", "f:4:4", "E0103", "y without quotes is read as the boolean true by YAML 1.1", None),
    "infinite": (
        HEAD + "a: .inf\n",
        "f:4:4",
        "E0103",
        ".inf without quotes is read as a number that JSON does not have by YAML 1.1",
        None,
    ),
    "tag": (HEAD + "a: !!binary x\n", "f:4:4", "E0105", "the tag !!binary is used", None),
    "no anchor": (HEAD + "a: *b\n", "f:4:4", "E0104", "the alias *b has no anchor before it", "write &b where its value is"),
    "inside itself": (HEAD + "a: &b [*b]\n", "f:4:8", "E0104", "the alias *b has no anchor before it", None),
    "text": ("just text\n", "f:1:1", "E0602", "the document is not a Kubernetes object", NOT_AN_OBJECT),
    "values": (
        "replicas: 3\n",
        "f:1:1",
        "E0602",
        "the document is not a Kubernetes object: apiVersion is missing or not text",
        NOT_AN_OBJECT,
    ),
    "no kind": (
        "apiVersion: v1\n",
        "f:1:1",
        "E0602",
        "the document is not a Kubernetes object: kind is missing or not text",
        None,
    ),
    "no metadata": (
        "apiVersion: v1\nkind: A\n",
        "f:1:1",
        "E0602",
        "the document is not a Kubernetes object: metadata is missing",
        None,
    ),
    "no name": (
        "apiVersion: v1\nkind: A\nmetadata: {}\n",
        "f:1:1",
        "E0602",
        "the document is not a Kubernetes object: metadata.name is missing or not text",
        None,
    ),
    "in a list": (
        LISTED.replace("{name: a}", "{}"),
        "f:7:5",
        "E0602",
        "the document is not a Kubernetes object: metadata.name is missing or not text",
        None,
    ),
    "kustomization": (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        "f:1:1",
        "E0602",
        "a kustomization is not a manifest",
        BUILD,
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_used(case: tuple[str, str, str, str, str | None]) -> None:
    text, place, code, message, fix = case
    with pytest.raises(InputError) as caught:
        read(text, "f")
    (found,) = caught.value.findings
    assert (str(found.place), found.code, found.message) == (place, code, message)
    assert fix in (None, found.fix)


def test_a_kustomization_without_kind_is_known_by_its_name() -> None:
    with pytest.raises(InputError) as caught:
        read("resources: [a.yaml]\n", "app/kustomization.yaml")
    assert caught.value.findings[0].fix == BUILD


def test_aliases_cannot_be_used_to_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "MAX_NODES", 1000)
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    with pytest.raises(InputError) as caught:
        read(f"{HEAD}l0: &l0 [x]\n{levels}", "f")
    assert {finding.message for finding in caught.value.findings} == {"aliases expand to more than 1000 values"}
