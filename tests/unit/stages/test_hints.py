"""What somebody writes who knows kustomize but not the project, and what the errors say to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetgen.errors import InputError
from fleetgen.model.manifest import Overlay
from fleetgen.stages.lint import check
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
