"""What the ratios are counted in: one start of each tool, measured in the same run on the same machine."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fleetgen.library import builtin_root
from fleetgen.tools.toolchain import Toolchain, cache_folder
from tools.bench.measure import measured, median

_REPEAT: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Seconds of one kustomize that builds one overlay, and of one conftest that loads all policies and judges nothing."""

    kustomize: float
    conftest: float

    @property
    def both(self) -> float:
        """One of each: the least that a change of one overlay can cost."""
        return self.kustomize + self.conftest


def yardstick(rendered: Path, folder: Path) -> Yardstick:
    """Measure with an overlay of a rendered fleet; `folder` is for what conftest reads."""
    tools = Toolchain(library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ, on_line=print)
    overlay = next((rendered / "output" / "environments" / "production").rglob("kustomization.yaml")).parent
    policies = folder / "policy"
    shutil.copytree(rendered / "policies" / "rego", policies, ignore=shutil.ignore_patterns("*_test.rego"))
    (folder / "nothing.json").write_text('{"items": [], "clusters": []}', encoding="utf-8")
    kustomize = (str(tools.need("kustomize").path), "build", str(overlay))
    conftest = (str(tools.need("conftest").path), "test", "--policy", "policy", "--namespace", "main", "nothing.json")
    return Yardstick(
        kustomize=median([measured(kustomize, folder, os.environ) for _ in range(_REPEAT)]).seconds,
        conftest=median([measured(conftest, folder, os.environ, (0, 1)) for _ in range(_REPEAT)]).seconds,
    )
