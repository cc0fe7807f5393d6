"""Measures the line on the example fleet and on a generated fleet; writes docs/benchmarks.md. Start it with `make bench`.

Seconds depend on the machine; the ratios against one kustomize process, measured in the same run, carry over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from fleetgen.deliver.check import Checked, check, checked_outcome, sizes
from fleetgen.gate.rules_in_force import judging
from fleetgen.inputs.cache import MAKERS, Cache
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.library import builtin_root
from fleetgen.model.gate import Verdict
from fleetgen.model.manifest import Built
from fleetgen.model.plain import Json
from fleetgen.stages.build import Builder
from fleetgen.stages.gate import PolicyEngine, batches, object_questions
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Toolchain, cache_folder

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 11, 24)
CLUSTERS = 1000
_CLUSTER = """\
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {{name: bench-{number:05d}, labels: {{camera: {camera}, hours: {hours}}}}}
spec:
  environment: production
  ring: {ring}
  region: {region}
  profile: {profile}
"""


@dataclass
class _Clock:
    """Seconds inside each tool."""

    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, name: str, call: Callable[[], object]) -> object:
        start = time.perf_counter()
        try:
            return call()
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass
class _TimedBuilder:
    inner: Builder
    clock: _Clock

    def build(self, files: Mapping[str, str], roots: Sequence[str]) -> Sequence[Built]:
        return self.clock.timed("kustomize", lambda: self.inner.build(files, roots))  # type: ignore[return-value]


@dataclass
class _TimedEngine:
    inner: PolicyEngine
    clock: _Clock

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        return self.clock.timed("conftest", lambda: self.inner.evaluate(policy_files, data, inputs))  # type: ignore[return-value]


@dataclass(frozen=True)
class Measurement:
    """One measured run."""

    name: str
    total: float
    kustomize: float
    conftest: float


def _run(root: Path, cache: Path | None, clock: _Clock) -> Run:
    tools = Toolchain(library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ, on_line=print)
    jobs = os.cpu_count() or 1
    builder = KustomizeCli(tool=tools.need("kustomize"), environ=os.environ, jobs=jobs)
    kept = Cache(cache, binaries=lambda: tools.digest(*MAKERS))
    return Run(
        repository=Repository.find(root),
        cache=kept,
        gate_cache=kept,
        builder=lambda: _TimedBuilder(builder, clock),
        engine=lambda: _TimedEngine(_engine(), clock),
        as_of=AS_OF,
    )


def _engine() -> ConftestCli:
    tools = Toolchain(library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ, on_line=print)
    capabilities = builtin_root() / "policies" / "capabilities.json"
    return ConftestCli(tool=tools.need("conftest"), capabilities=capabilities, environ=os.environ, jobs=os.cpu_count() or 1)


def _measure(name: str, root: Path, cache: Path | None) -> Measurement:
    clock = _Clock()
    run = _run(root, cache, clock)
    start = time.perf_counter()
    checked_outcome(run)
    total = time.perf_counter() - start
    return Measurement(name, total, clock.seconds.get("kustomize", 0.0), clock.seconds.get("conftest", 0.0))


def generate(target: Path, count: int) -> None:
    """A fleet of `count` clusters over the example's layers: rings, regions, profiles and groups in rotation."""
    for folder in ("templates", "policies", "fleet", "environments"):
        shutil.copytree(ROOT / folder, target / folder)
    shutil.copy(ROOT / "fleetgen.toml", target)
    shutil.rmtree(target / "fleet" / "clusters")
    (target / "fleet" / "clusters").mkdir()
    rings, regions = ("canary", "early", "broad"), ("eu-central", "us-east")
    profiles = ("l4-single", "a2-small", "t4-microk8s", "cpu-only")
    for number in range(count):
        text = _CLUSTER.format(
            number=number,
            ring=rings[number % 3],
            region=regions[number // 3 % 2],
            profile=profiles[number // 6 % 4],
            camera=("drive-thru", "aisle")[number // 24 % 2],
            hours=("around-the-clock", "day")[number // 48 % 2],
        )
        (target / "fleet" / "clusters" / f"bench-{number:05d}.yaml").write_text(text, encoding="utf-8")


def _touch(root: Path) -> Callable[[], None]:
    """Change one setting of production's canary ring; returns what undoes it."""
    path = root / "environments" / "production" / "rings" / "canary.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("580.178.04", "580.126.20"), encoding="utf-8")

    def undo() -> None:
        path.write_text(before, encoding="utf-8")

    return undo


def _fleet(title: str, root: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="fleetgen-bench-") as folder:
        cache = Path(folder)
        runs = [_measure("cold", root, cache), _measure("nothing changed", root, cache)]
        undo = _touch(root)
        try:
            runs.append(_measure("one setting changed", root, cache))
        finally:
            undo()
        checked = check(_run(root, cache, _Clock()))
    one = _one_process(checked)
    size = sizes(checked)
    gate_lines = _gate(checked, root)
    lines = [
        f"## {title}",
        "",
        (
            f"{size['clusters']} clusters, {size['variants']} variants, {size['distinct']} distinct overlays, "
            f"{size['files']} files. One kustomize process: {one:.3f} s."
        ),
        "",
        "| run | seconds | in kustomize | in conftest | own code | ratio to one kustomize process |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for run in runs:
        own = run.total - run.kustomize - run.conftest
        lines.append(
            f"| {run.name} | {run.total:.2f} | {run.kustomize:.2f} | {run.conftest:.2f} | {own:.2f} | {run.total / one:.1f} |"
        )
    return [*lines, "", *gate_lines, ""]


def _gate(checked: Checked, root: Path) -> list[str]:
    """What one process of conftest needs for all objects, against its start with one empty batch (median of 3)."""
    run = _run(root, None, _Clock())
    desired = checked.desired
    rules = judging(run, desired.plan).rules
    questions = object_questions(desired.plan.resolved, desired.objects_with_applications, rules.of, desired.projects)
    everywhere = sum(len(desired.objects[key]) for bill in desired.plan.resolved.bills.values() for key in bill.values())
    engine = replace(_engine(), jobs=1)

    def seconds(inputs: list[Json]) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            engine.evaluate(rules.files, rules.data, inputs)
            times.append(time.perf_counter() - start)
        return sorted(times)[1]

    start = seconds([*batches(questions[:1])])
    whole = seconds([*batches(questions)])
    asked = f"{len(rules.policies)} policies in {len(rules.constraints)} constraints"
    return [
        f"The gate judges {everywhere} documents in all clusters, {len(questions)} of them distinct,",
        f"against {asked}. One process of conftest takes {whole:.2f} s,",
        (
            f"{1000 * whole / len(questions):.2f} ms per distinct document; "
            f"its start takes {start:.2f} s of that ({100 * start / whole:.0f} %)."
        ),
    ]


def _one_process(checked: Checked) -> float:
    """Seconds of building one overlay in a process of its own: the unit of the ratios (median of 5)."""
    variant = next(iter(checked.desired.plan.resolved.variants.values()))
    overlay, base = checked.desired.layers(variant)
    clock = _Clock()
    run = _run(ROOT, None, clock)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        replace(run).builder().build({**base.files, **overlay.files}, [overlay.root])
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


def main() -> int:
    """Write docs/benchmarks.md and print it."""
    page = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {os.cpu_count()} cores. Times vary between machines, so compare the ratios.",
        "",
    ]
    page += _fleet("The example fleet", ROOT)
    with tempfile.TemporaryDirectory(prefix="fleetgen-bench-") as folder:
        target = Path(folder) / "fleet"
        target.mkdir()
        generate(target, CLUSTERS)
        page += _fleet(f"A generated fleet of {CLUSTERS} clusters", target)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    page += [f"Measured at commit {commit.stdout.strip()}.", ""]
    text = "\n".join(page)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
