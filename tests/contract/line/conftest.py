"""A small fleet in a git repository of its own, with three policies of the library and the real binaries."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fleetgen.tools.toolchain import Tool, cache_folder

TOY = Path(__file__).parent / "toy"
AS_OF = "--as-of=2026-11-24"
# small toy objects that the library's other policies would rightly refuse are not what is tested here
KEPT = ("pod-no-privileged.yaml", "gpu-capacity.yaml", "fleet-model-versions.yaml")


def git(root: Path, *arguments: str) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def fleet(tmp_path: Path, root: Path, tools: Callable[[str], Tool], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed repository with the toy fleet and three policies of the library."""
    for name in ("kustomize", "conftest"):
        tools(name)
    target = tmp_path / "fleet repo"  # a blank in the path is part of every test
    shutil.copytree(TOY, target)
    (target / "policies" / "rego").mkdir(parents=True)
    (target / "policies" / "constraints").mkdir()
    for name in ("gate", "lib", "pod/no_privileged", "gpu/capacity", "fleet/model_versions"):
        shutil.copytree(root / "policies" / "rego" / name, target / "policies" / "rego" / name)
    for name in KEPT:
        shutil.copy(root / "policies" / "constraints" / name, target / "policies" / "constraints" / name)
    git(target, "init", "--quiet", "--initial-branch=main")
    git(target, "config", "user.name", "Test")
    git(target, "config", "user.email", "test@example.com")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message=Fleet")
    monkeypatch.chdir(target)
    return target


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder with the tools of the real one and no results."""
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "tools").symlink_to(cache_folder(os.environ) / "tools")
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(folder))
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
