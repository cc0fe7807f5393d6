"""What templates import: `_name.j2` beside them or one folder up, and `_parts/`, which all components share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from fleetgen import library
from fleetgen.errors import InputError
from fleetgen.model.finding import Finding
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.resource import ResourceId
from fleetgen.provenance.backward import template_of
from fleetgen.stages.load.components import read
from fleetgen.stages.render import Renderer
from tests.golden.components.cases import ROOT, case

KUSTOMIZATION: Final = "resources: [{{ base }}]\n"
IMPORT: Final = '{% import "_model.j2" as m with context %}'


def rendered(files: Mapping[str, str], parts: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the files of a component render to; `parts` are shared, by their whole path."""
    variant = case("argocd/default").variant
    texts = {"overlay/kustomization.yaml.j2": KUSTOMIZATION, "chart/_model.j2": "", **files}
    overlay = Renderer().overlay(replace(variant, component=replace(variant.component, files=texts, parts=parts or {})))
    return {path.removeprefix(overlay.root + "/"): text for path, text in overlay.files.items() if "kustomization" not in path}


def test_a_part_is_imported_with_what_the_template_sees() -> None:
    part = "{% set twice = unit ~ unit %}{% macro said(word) %}{{ word }}!{% endmacro %}"
    files = {"overlay/_model.j2": part, "overlay/a.txt.j2": IMPORT + "{{ m.twice }} {{ m.said('yes') }}\n"}
    assert rendered(files) == {"a.txt": "argocdargocd yes!\n"}


def test_a_part_above_the_folders_is_shared_by_them() -> None:
    files = {
        "_word.j2": "{% set word = unit %}",
        "overlay/a.txt.j2": '{% import "../_word.j2" as w with context %}{{ w.word }}\n',
    }
    assert rendered(files) == {"a.txt": "argocd\n"}


@pytest.mark.parametrize("name", ["_model.j2", "../chart/_model.j2", "/etc/passwd", "a.txt.j2"])
def test_nothing_else_can_be_imported(name: str) -> None:
    text = f'{{% import "{name}" as m %}}x'
    with pytest.raises(InputError) as caught:
        rendered({"overlay/a.txt.j2": text})
    assert [(finding.code, finding.message) for finding in caught.value.findings] == [
        ("E0503", f"there is no templates/argocd/overlay/{name} to import")
    ]


def test_nothing_outside_the_component_can_be_imported() -> None:
    renderer, variant = Renderer(), case("argocd/default").variant
    other = case("gpu-operator/rke2-a2").variant
    parts = {"overlay/kustomization.yaml.j2": KUSTOMIZATION, "_word.j2": "{% set word = 1 %}"}
    renderer.overlay(replace(other, component=replace(other.component, files=parts)))
    for name in ("../../gpu-operator/_word.j2", "../gpu-operator/_word.j2"):
        files = {**parts, "overlay/a.txt.j2": f'{{% import "{name}" as w %}}'}
        with pytest.raises(InputError):
            renderer.overlay(replace(variant, component=replace(variant.component, files=files)))


def test_a_problem_in_a_part_is_reported_there() -> None:
    files = {"overlay/_model.j2": "\n{% set size = values.nowhere %}{{ size }}", "overlay/a.txt.j2": IMPORT}
    with pytest.raises(InputError) as caught:
        rendered(files)
    assert [(finding.code, str(finding.place)) for finding in caught.value.findings] == [
        ("E0502", "templates/argocd/overlay/_model.j2:2")
    ]


SHARED: Final = {
    "templates/_parts/words.j2": "{% import 'signs.j2' as signs %}{% macro said(word) %}{{ word }}{{ signs.mark }}{% endmacro %}",
    "templates/_parts/signs.j2": "{% set mark = '!' %}",
}
SAID: Final = "{% import '_parts/words.j2' as words %}{{ words.said(unit) }}\n"


@pytest.mark.parametrize("name", ["overlay/a.txt.j2", "overlay/below/a.txt.j2"])
def test_what_components_share_is_imported_from_anywhere(name: str) -> None:
    assert rendered({name: SAID}, SHARED) == {name.removeprefix("overlay/").removesuffix(".j2"): "argocd!\n"}


def test_a_part_of_the_component_itself_is_nearer() -> None:
    own = "{% macro said(word) %}own {{ word }}{% endmacro %}"
    assert rendered({"_parts/words.j2": own, "overlay/a.txt.j2": SAID}, SHARED) == {"a.txt": "own argocd\n"}


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("_parts/sings.j2", "correct the import, or write templates/_parts/sings.j2"),
        ("../_parts/words.j2", "correct the import"),
    ],
)
def test_a_part_that_is_not_there(name: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        rendered({"overlay/a.txt.j2": f"\n{{% import '{name}' as words %}}"}, SHARED)
    assert [(finding.code, str(finding.place), finding.fix) for finding in caught.value.findings] == [
        ("E0503", "templates/argocd/overlay/a.txt.j2:2", fix)
    ]


def test_a_problem_in_a_shared_part_is_reported_there() -> None:
    parts = {"templates/_parts/words.j2": "\n\n{% macro said(word) %}{{ word.nowhere }}{% endmacro %}"}
    with pytest.raises(InputError) as caught:
        rendered({"overlay/a.txt.j2": SAID}, parts)
    assert [(finding.code, str(finding.place)) for finding in caught.value.findings] == [("E0502", "templates/_parts/words.j2:3")]


def test_a_finding_points_at_the_template_and_not_at_the_part() -> None:
    macro = "{% macro config(name) %}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ name }}}\n{% endmacro %}"
    parts = {"templates/_parts/objects.j2": macro}
    texts = {
        "overlay/kustomization.yaml.j2": KUSTOMIZATION,
        "overlay/mq.yaml.j2": "{% import '_parts/objects.j2' as o %}{{ o.config('mq') }}",
    }
    variant = case("argocd/default").variant
    overlay = Renderer().overlay(replace(variant, component=replace(variant.component, files=texts, parts=parts)))
    made = Manifest(id=ResourceId("", "ConfigMap", "argocd", "mq"), data={"metadata": {"name": "mq"}}, digest="")
    assert template_of(made, [overlay]) == Place("templates/argocd/overlay/mq.yaml.j2")


def test_components_know_what_they_share() -> None:
    problems: list[Finding] = []
    component = (ROOT / "templates/cert-manager/component.yaml").read_text(encoding="utf-8")
    releases = (ROOT / "policies/catalog/cert-manager/releases.yaml").read_text(encoding="utf-8")
    files = {
        "templates/cert-manager/component.yaml": component,
        "policies/catalog/cert-manager/releases.yaml": releases,
        **SHARED,
    }
    found = read(files, problems)
    assert problems == []
    assert {name: each.parts for name, each in found.items()} == {"cert-manager": SHARED}


BUILTIN: Final = {
    "templates/_parts/words.j2": "builtin",
    "templates/mq/component.yaml": "builtin",
    "templates/web/component.yaml": "builtin",
    "policies/constraints/a.yaml": "builtin",
}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, BUILTIN),
        (
            {"templates/mq/base/a.yaml": "own"},
            {**{path: text for path, text in BUILTIN.items() if "mq" not in path}, "templates/mq/base/a.yaml": "own"},
        ),
        (
            {"templates/_parts/mine.j2": "own"},
            {
                **BUILTIN,
                "templates/_parts/mine.j2": "own",
                **{f"templates/{name}/_parts/words.j2": "builtin" for name in ("mq", "web")},
            },
        ),
        (
            {"templates/_parts/words.j2": "own", "templates/mq/component.yaml": "own"},
            {
                **BUILTIN,
                "templates/_parts/words.j2": "own",
                "templates/mq/component.yaml": "own",
                "templates/web/_parts/words.j2": "builtin",
            },
        ),
    ],
    ids=["nothing", "a component", "another part", "a part and a component"],
)
def test_builtin_components_keep_their_parts(own: dict[str, str], expected: dict[str, str]) -> None:
    assert library.overlay(BUILTIN, own) == expected
