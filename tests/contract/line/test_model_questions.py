"""How much the gate has to ask about the clusters of the example fleet: counts, because seconds depend on the machine."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from fleetgen.build.desired_state import desired
from fleetgen.gate.models import model_questions
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.model.policy import Policy
from fleetgen.stages.gate import PolicyEngine
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool
from tests.contract.line.conftest import edit

DAY: Final = date(2026, 11, 24)
PRODUCTION: Final = "environments/production"
Questions = Mapping[str, Policy]
Ask = Callable[..., Questions]


CHANGES: Final = {
    "driver of one ring": (f"{PRODUCTION}/rings/canary.yaml", "580.178.04", "580.126.20"),
    "another ring": ("fleet/clusters/store-0042.yaml", "ring: canary", "ring: broad"),
    "one network": ("fleet/clusters/store-0042.yaml", "podCIDRs: [10.42.0.0/16]", "podCIDRs: [10.52.0.0/16]"),
    "Rego of one policy": ("policies/rego/edge/storage/policy.rego", "import data.lib.sites", "# changed\nimport data.lib.sites"),
    "Rego of a library": ("policies/rego/lib/pools/pools.rego", "package lib.pools", "# changed\npackage lib.pools"),
    "an action": ("policies/constraints/edge-storage.yaml", "enforcementAction: deny", "enforcementAction: warn"),
}
# policy -> questions
COLD: Final[Mapping[str, int]] = {
    "FG-EDGE-004": 13,
    "FG-EDGE-006": 16,
    "FG-GPU-001": 19,
    "FG-GPU-002": 16,
    "FG-GPU-005": 28,
    "FG-GPU-006": 26,
    "FG-IMG-004": 14,
    "FG-FLT-001": 4,
    "FG-FLT-002": 4,
    "FG-FLT-003": 4,
    "FG-FLT-004": 12,
    "FG-FLT-005": 4,
    "FG-FLT-006": 13,
    "FG-FLT-007": 13,
    "FG-NODE-001": 13,
    "FG-NODE-002": 13,
    "FG-NODE-003": 15,
    "FG-NS-002": 12,
    "FG-RES-004": 1,
    "FG-RSD-001": 47,
    "FG-TFS-002": 27,
    "FG-TFS-003": 27,
    "FG-TFS-004": 17,
}
AGAIN: Final[Mapping[str, Mapping[str, int]]] = {
    "driver of one ring": {"FG-GPU-005": 1, "FG-GPU-006": 1, "FG-RSD-001": 2, "FG-TFS-003": 1},
    "another ring": {"FG-FLT-002": 1, "FG-RSD-001": 1},
    "one network": {"FG-FLT-001": 1},
    "Rego of one policy": {"FG-EDGE-006": 16},
    "Rego of a library": {"FG-TFS-002": 27, "FG-TFS-003": 27, "FG-TFS-004": 17},
    "an action": {},
}


def no_engine() -> PolicyEngine:
    raise AssertionError("nothing is judged here")


@pytest.fixture(scope="module")
def example(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    for name in ("templates", "policies", "fleet", "environments"):
        shutil.copytree(root / name, folder / name)
    shutil.copy(root / "fleetgen.toml", folder)
    return folder


@pytest.fixture(scope="module")
def ask(example: Path, tools: Callable[[str], Tool]) -> Ask:
    """The questions about the fleet as it is: id -> policy."""
    kustomize = KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ, jobs=2))
    kept = Cache(example.parent / "cache")

    def questions(as_of: date = DAY) -> Questions:
        run = Run(
            repository=Repository.find(example),
            cache=kept,
            gate_cache=kept,
            builder=lambda: kustomize,
            engine=no_engine,
            as_of=as_of,
        )
        wanted = desired(run)
        return {each.id: each.policy for each in model_questions(wanted, wanted.plan.rules, as_of).questions}

    return questions


@pytest.fixture(scope="module")
def cold(ask: Ask) -> Questions:
    return ask()


@pytest.fixture
def changing(example: Path) -> Iterator[Callable[[str, str, str], None]]:
    """Edits a file, and undoes it."""
    before: dict[Path, str] = {}

    def change(path: str, old: str, new: str) -> None:
        before.setdefault(example / path, (example / path).read_text("utf-8"))
        edit(example / path, old, new)

    yield change
    for path, text in before.items():
        path.write_text(text, "utf-8")


def by_policy(questions: Questions) -> Mapping[str, int]:
    return Counter(policy.id for policy in questions.values())


def test_cold(cold: Questions) -> None:
    assert by_policy(cold) == COLD


@pytest.mark.parametrize("change", CHANGES)
def test_change(ask: Ask, cold: Questions, changing: Callable[[str, str, str], None], change: str) -> None:
    changing(*CHANGES[change])
    again = {name: policy for name, policy in ask().items() if name not in cold}
    assert by_policy(again) == AGAIN[change]


def test_another_day(ask: Ask, cold: Questions) -> None:
    again = {name: policy for name, policy in ask(date(2026, 11, 25)).items() if name not in cold}
    assert by_policy(again) == {"FG-FLT-003": 4, "FG-FLT-007": 13}
