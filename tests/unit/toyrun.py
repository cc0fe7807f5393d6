"""A run over the toy fleet with something that stands for kustomize; nothing is gated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.model.manifest import Built
from fleetgen.stages.gate import PolicyEngine


@dataclass
class OneFileBuilder:
    """What it builds of a folder is the object in its map.yaml. `built`: the folders, in order."""

    digest: str = ""
    built: list[str] = field(default_factory=list)

    def build(self, files: Mapping[str, str], roots: Sequence[str]) -> Sequence[Built]:
        self.built += roots
        return [Built(root=root, text=files.get(f"{root}/map.yaml", ""), error="") for root in roots]


def toy_run(root: Path, files: Mapping[str, str], builder: OneFileBuilder) -> Run:
    """A run over these files, which are written below `root`; without a cache."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    nothing = Cache(None)
    return Run(
        repository=Repository.find(root),
        cache=nothing,
        gate_cache=nothing,
        builder=lambda: builder,
        engine=_no_engine,
        as_of=date(2026, 11, 24),
    )


def _no_engine() -> PolicyEngine:
    raise AssertionError("nothing is gated here")
