"""Template files whose name starts with `_`: shared by the templates of one folder, and rendered to nothing themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from fleetgen.errors import InputError
from fleetgen.stages.render import Renderer
from tests.golden.components.cases import case

KUSTOMIZATION: Final = "resources: [{{ base }}]\n"
IMPORT: Final = '{% import "_model.j2" as m with context %}'


def rendered(**files: str) -> dict[str, str]:
    variant = case("argocd/default").variant
    texts = {"overlay/kustomization.yaml.j2": KUSTOMIZATION, "chart/_model.j2": "", **files}
    overlay = Renderer().overlay(replace(variant, component=replace(variant.component, files=texts)))
    return {path.removeprefix(overlay.root + "/"): text for path, text in overlay.files.items() if "kustomization" not in path}


def test_a_part_is_imported_with_what_the_template_sees() -> None:
    part = "{% set twice = unit ~ unit %}{% macro said(word) %}{{ word }}!{% endmacro %}"
    files = {"overlay/_model.j2": part, "overlay/a.txt.j2": IMPORT + "{{ m.twice }} {{ m.said('yes') }}\n"}
    assert rendered(**files) == {"a.txt": "argocdargocd yes!\n"}


def test_a_part_above_the_folders_is_shared_by_them() -> None:
    files = {
        "_word.j2": "{% set word = unit %}",
        "overlay/a.txt.j2": '{% import "../_word.j2" as w with context %}{{ w.word }}\n',
    }
    assert rendered(**files) == {"a.txt": "argocd\n"}


@pytest.mark.parametrize("name", ["_model.j2", "../chart/_model.j2", "/etc/passwd", "a.txt.j2"])
def test_nothing_else_can_be_imported(name: str) -> None:
    text = f'{{% import "{name}" as m %}}x'
    with pytest.raises(InputError) as caught:
        rendered(**{"overlay/a.txt.j2": text})
    assert [(finding.code, finding.message) for finding in caught.value.findings] == [
        ("E0503", f"the template fails: TemplateNotFound: templates/argocd/overlay/{name}")
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
        rendered(**files)
    assert [(finding.code, str(finding.place)) for finding in caught.value.findings] == [
        ("E0502", "templates/argocd/overlay/_model.j2:2")
    ]
