"""The golden cases of tests/golden/components, built by the real kustomize."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import cast

import pytest

from fleetgen.build.kustomize_builds import overlay_root
from fleetgen.model.manifest import BuildRoot
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import plain
from fleetgen.stages.build import manifests, read
from fleetgen.stages.render import Renderer
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool
from tests.golden.components.cases import case, compare, components, exported, names


@pytest.mark.parametrize("name", names())
def test_builds_as_expected(name: str, tools: Callable[[str], Tool]) -> None:
    golden = case(name)
    kustomize = KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ))
    (built,) = kustomize.build([overlay_root(golden.overlay, golden.base)])
    assert built.error == ""
    compare(golden.expected, {"built.yaml": built.text}, keep=tuple(golden.rendered))


@pytest.mark.parametrize("name", sorted(components()))
def test_base_builds_alone(name: str, tools: Callable[[str], Tool]) -> None:
    component = components()[name]
    base = Renderer(exported()).base(component, str(cast("JsonObject", plain(component.defaults))["version"]))
    kustomize = KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ))
    (built,) = kustomize.build([BuildRoot(base.root, base.files)])
    assert (built.error, manifests(read(built), component.place) != ()) == ("", True)
