"""The golden cases of tests/golden/components, built by the real kustomize."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from generator.tools.kustomize_cli import KustomizeCli
from generator.tools.toolchain import Tool
from tests.golden.components.cases import case, compare, names


@pytest.mark.parametrize("name", names())
def test_builds_as_expected(name: str, tools: Callable[[str], Tool]) -> None:
    golden = case(name)
    kustomize = KustomizeCli(tool=tools("kustomize"), environ=os.environ)
    (built,) = kustomize.build({**golden.base.files, **golden.overlay.files}, [golden.overlay.root])
    assert built.error == ""
    compare(golden.expected, {"built.yaml": built.text}, keep=tuple(golden.rendered))
