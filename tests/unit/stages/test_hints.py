"""What somebody writes who knows kustomize but not the project, and what the errors say to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.errors import InputError
from fleetgen.model.manifest import Overlay
from fleetgen.model.place import Place
from fleetgen.stages.lint import check
from fleetgen.stages.render import _DECLARE as DECLARE
from fleetgen.stages.render import Renderer
from tests.golden.components.cases import case


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("../base", "write {{ base }} in overlay/kustomization.yaml.j2"),
        ("../../base/", "write {{ base }} in overlay/kustomization.yaml.j2"),
        ("../secret.yaml", "move the file into base/ or overlay/"),
    ],
)
def test_the_base_is_named_by_its_variable(path: str, fix: str) -> None:
    empty = {"bases/mq/1/kustomization.yaml": "resources: []\n"}
    base = Overlay(root="bases/mq/1", files=empty, sources=dict.fromkeys(empty, "templates/mq/base/kustomization.yaml"))
    text = {"environments/dev/a/mq/default/kustomization.yaml": f"resources: [{path}]\n"}
    overlay = Overlay(root="environments/dev/a/mq/default", files=text, sources=dict.fromkeys(text, "k.yaml"))
    assert [(f.code, f.message, f.fix) for f in check(overlay, base)] == [
        ("E0107", f"the path {path} leaves the component's folder", fix)
    ]


def _layers(base: str, resources: str, patches: str) -> tuple[Overlay, Overlay]:
    """An overlay over a base, each with the file `o.yaml` where it has objects."""
    objects = {"bases/mq/1/o.yaml": base} if base else {}
    below = {"bases/mq/1/kustomization.yaml": f"resources: {'[o.yaml]' if base else '[]'}\n", **objects}
    above = {"e/kustomization.yaml": f"resources: [../bases/mq/1, o.yaml]\npatches: {patches}\n", "e/o.yaml": resources}
    named = {**{path: path.replace("bases/mq/1", "base") for path in below}, **{path: f"overlay/{path[2:]}" for path in above}}
    return Overlay(root="e", files=above, sources=named), Overlay(root="bases/mq/1", files=below, sources=named)


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: mq, namespace: queue}\n"
PATCHES = "[{target: {kind: Pod}, patch: x}, {target: {kind: Job}, patch: x}]"


@pytest.mark.parametrize(
    ("base", "resources", "patches", "found"),
    [
        (
            SERVICE,
            SERVICE,
            "[]",
            [
                (
                    "overlay/o.yaml",
                    "E0601",
                    "Service queue/mq is there already, in base/o.yaml",
                    "remove one of the two, rename it, or make it a patch",
                )
            ],
        ),
        (
            SERVICE,
            "",
            PATCHES,
            [
                (place, "E0504", f"a patch or replacement for kind={kind} matches nothing", "the objects are: Service/mq")
                for kind, place in (("Pod", "overlay/kustomization.yaml"), ("Job", "fleet/defaults.yaml:9:5"))
            ],
        ),
        (
            "",
            "",
            PATCHES,
            [
                (
                    place,
                    "E0504",
                    f"a patch or replacement for kind={kind} matches nothing",
                    "remove it; a patch cannot reach the objects of a chart, so set a value of the chart instead",
                )
                for kind, place in (("Pod", "overlay/kustomization.yaml"), ("Job", "fleet/defaults.yaml:9:5"))
            ],
        ),
    ],
    ids=["twice", "no such object", "chart alone"],
)
def test_what_kustomize_says_nothing_useful_about(
    base: str, resources: str, patches: str, found: list[tuple[str, str, str, str]]
) -> None:
    by_layers = [Place("fleet/defaults.yaml", 9, 5)] if patches == PATCHES else []
    problems = check(*_layers(base, resources, patches), by_layers)
    assert [(str(f.place), f.code, f.message, f.fix) for f in problems] == found


def test_a_template_has_a_name_of_its_own() -> None:
    variant = case("argocd/default").variant
    files = {"overlay/kustomization.yaml": "resources:\n  - {{ base }}\n"}
    with pytest.raises(InputError) as caught:
        Renderer().overlay(replace(variant, component=replace(variant.component, files=files)))
    assert [(str(f.place), f.code, f.message, f.fix) for f in caught.value.findings] == [
        (
            "templates/argocd/overlay/kustomization.yaml",
            "E0503",
            "the file looks like a template; it is one only if its name ends in .j2",
            "rename it to templates/argocd/overlay/kustomization.yaml.j2",
        )
    ]


@pytest.mark.parametrize(
    ("text", "place", "said", "fix"),
    [
        (
            "\n{{ facts.distributoin }}",
            "a.j2:2",
            "there is no key 'distributoin'",
            f"did you mean 'distribution'? If not, {DECLARE}",
        ),
        ("{{ facts.colour }}", "a.j2:1", "there is no key 'colour'", DECLARE),
        ("{{ colour }}", "a.j2:1", "'colour' is undefined", DECLARE),
        (
            '{% import "_m.j2" as m %}\n{{ m.probes("x") }}',
            "a.j2:2",
            "the imported file has no macro 'probes'",
            "did you mean 'probe'?",
        ),
        (
            '{% import "_m.j2" as m %}\n{{ m.probe() }}',
            "a.j2:2",
            "the macro needs an argument 'port'",
            "pass it where the macro is called",
        ),
    ],
    ids=["near", "far", "alone", "macro", "argument"],
)
def test_a_name_that_does_not_exist(text: str, place: str, said: str, fix: str) -> None:
    variant = replace(case("argocd/default").variant, facts={"distribution": "k3s"})
    files = {"overlay/a.j2": text, "overlay/_m.j2": "{% macro probe(port) %}\n{{ port }}\n{% endmacro %}"}
    with pytest.raises(InputError) as caught:
        Renderer().overlay(replace(variant, component=replace(variant.component, files=files)))
    assert [(str(f.place), f.code, f.message, f.fix) for f in caught.value.findings] == [
        (f"templates/argocd/overlay/{place}", "E0502", f"the template uses something undefined: {said}", fix)
    ]


def test_the_values_of_a_chart_are_a_mapping() -> None:
    variant = case("gatekeeper/one-node").variant
    files = {**variant.component.files, "chart/values.yaml.j2": "- a\n"}
    with pytest.raises(InputError) as caught:
        Renderer().chart_values(replace(variant, component=replace(variant.component, files=files)))
    assert [(str(f.place), f.code, f.message, f.fix) for f in caught.value.findings] == [
        (
            "templates/gatekeeper/chart/values.yaml.j2",
            "E0503",
            "the values of a chart must be a mapping",
            "write `key: value`",
        )
    ]
