"""What the build stage relies on, against the real kustomize."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fleetgen.errors import ToolError
from fleetgen.model.manifest import BuildRoot, Built
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool

FILES = {
    "bases/app/1/kustomization.yaml": "resources:\n- app.yaml\n",
    "bases/app/1/app.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  size: small\n",
    "one/kustomization.yaml": "resources:\n- ../bases/app/1\nnamespace: ml\n",
    "two/kustomization.yaml": "resources:\n- ../bases/app/1\nnamePrefix: two-\n",
    "missing/kustomization.yaml": "resources:\n- nope.yaml\n",
}
SIGNAL = "`kustomize build -- one` was stopped by SIGSEGV\n  stdout: (none)\n  stderr: (none)"
PANIC = "`kustomize build -- one` failed with exit code 2\n  stdout:\n    half\n  stderr:\n    panic: boom"
EXEC_PLUGIN = """generators:
- |-
  apiVersion: v1
  kind: X
  metadata:
    name: x
    annotations:
      config.kubernetes.io/function: |
        exec:
          path: /bin/sh
"""
BASE = "apiVersion: v1\ndata:\n  size: small\nkind: ConfigMap\nmetadata:\n  name: {}\n"


@pytest.fixture
def kustomize(tools: Callable[[str], Tool]) -> KustomizeCli:
    return KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ, jobs=2))


def roots(*folders: str) -> list[BuildRoot]:
    return [BuildRoot(folder, FILES) for folder in folders]


def test_roots_are_built_in_their_order(kustomize: KustomizeCli) -> None:
    assert kustomize.build(roots("two", "one", "two")) == (
        Built(root="two", text=BASE.format("two-app"), error=""),
        Built(root="one", text=BASE.format("app") + "  namespace: ml\n", error=""),
        Built(root="two", text=BASE.format("two-app"), error=""),
    )


def test_nothing_to_build(kustomize: KustomizeCli) -> None:
    assert kustomize.build([]) == ()


def test_a_refusal_is_a_result_and_stops_no_other(kustomize: KustomizeCli) -> None:
    refused, built = kustomize.build(roots("missing", "one"))
    assert (refused.root, refused.text, built.error) == ("missing", "", "")
    assert refused.error == (
        "accumulating resources: accumulation err='accumulating resources from 'nope.yaml': evalsymlink failure on "
        "'missing/nope.yaml' : lstat missing/nope.yaml: no such file or directory': must build at directory: not a valid "
        "directory: evalsymlink failure on 'missing/nope.yaml' : lstat missing/nope.yaml: no such file or directory"
    )


@pytest.mark.parametrize(
    ("kustomization", "word"),
    [
        ("resources:\n- https://example.com/x.yaml\n", "connection refused"),
        ("resources:\n- https://example.com/org/repository//path?ref=v1\n", "executable file not found"),
        ("helmCharts:\n- name: x\n  repo: https://example.com\n  version: '1'\n", "must specify --enable-helm"),
        ("resources:\n- ../../outside\n", "no such file or directory"),
        ("configMapGenerator:\n- name: x\n  files:\n  - /etc/hostname\n", "is not in or below"),
        (EXEC_PLUGIN, "plugin"),
    ],
    ids=["remote file", "remote repository", "helm", "outside", "absolute path", "exec plugin"],
)  # fmt: skip
def test_nothing_leaves_the_folder_and_nothing_is_started(kustomize: KustomizeCli, kustomization: str, word: str) -> None:
    (built,) = kustomize.build([BuildRoot("x", {"x/kustomization.yaml": kustomization})])
    assert (built.text, word in built.error) == ("", True), built.error


def test_the_users_environment_has_no_say(kustomize: KustomizeCli) -> None:
    ours = {"KUSTOMIZE_PLUGIN_HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere", "GODEBUG": "inittrace=1"}
    hostile = replace(kustomize, executor=LocalExecutor(environ={**os.environ, **ours}))
    assert hostile.build(roots("two")) == kustomize.build(roots("two"))


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        ("#!/bin/sh\nkill -SEGV $$\n", "E1103", SIGNAL),
        ("#!/bin/sh\necho half; echo panic: boom >&2; exit 2\n", "E1103", PANIC),
        (None, "E1101", "cannot start `{tool}`: No such file or directory"),
        ("not a program", "E1101", "cannot start `{tool}`: Exec format error"),
    ],
    ids=["signal", "panic", "missing", "damaged"],
)  # fmt: skip
def test_a_crash_is_an_error_of_the_tool(
    kustomize: KustomizeCli, tmp_path: Path, script: str | None, code: str, message: str
) -> None:
    path = tmp_path / "kustomize"
    if script is not None:
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
    broken = replace(kustomize, tool=replace(kustomize.tool, path=path))
    with pytest.raises(ToolError) as caught:
        broken.build(roots("one"))
    (finding,) = caught.value.findings
    assert (finding.code, finding.message) == (code, message.format(tool=path))
    assert "fleetgen tools install kustomize" in finding.fix
