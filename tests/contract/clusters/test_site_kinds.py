"""One cluster of the example fleet for each kind of site: all that its units install, but for what every cluster has alike.

The files in tests/golden/clusters are reviewed line by line. After a wanted change: FLEETGEN_UPDATE_GOLDEN=1, then read the diff.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from fleetgen.answers.show import contents
from fleetgen.build.desired_state import Desired, desired
from fleetgen.inputs.cache import cache_of
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.model.plain import JsonObject
from fleetgen.stages.compose.applications import variant_application
from fleetgen.stages.gate import PolicyEngine
from fleetgen.stages.render import Renderer
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool, Toolchain
from fleetgen.yamlfile import dump_all

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "clusters"
UPDATE: Final = "FLEETGEN_UPDATE_GOLDEN" in os.environ
KINDS: Final = {
    "central cluster, L4": "hub-frankfurt",
    "central cluster, several drivers": "hub-newark",
    "central cluster, AMD Instinct": "hub-stavanger",
    "central cluster, two vendors": "dev-bench",
    "k3s, L4 in slices of time": "store-0042",
    "k3s, no GPU": "clinic-jena",
    "k3s, Jetson": "junction-oslo-01",
    "k3s, AMD Radeon PRO": "studio-cologne",
    "k3s, Intel Flex": "gateway-lyon",
    "k0s, no GPU": "outlet-graz",
    "RKE2, A2": "store-0108",
    "RKE2, A30 in slices of one size": "plant-chemnitz",
    "RKE2, air-gapped": "mine-kiruna",
    "MicroK8s, T4": "plant-zwickau",
    "OpenShift, A30 in slices of two sizes": "hospital-leipzig",
    "MicroShift, A2": "kiosk-hamburg",
}
# alike on every cluster; golden cases of their components hold them
ALIKE: Final = frozenset({"argocd", "cluster-baseline", "gatekeeper-policies", "identity"})


@pytest.fixture(scope="module")
def fleet(root: Path, tools: Callable[[str], Tool], user_tools: Toolchain) -> Desired:
    """The example fleet, built."""

    def engine() -> PolicyEngine:
        raise AssertionError("nothing is gated here")

    cache = cache_of(user_tools)
    return desired(
        Run(
            repository=Repository.find(root),
            cache=cache,
            gate_cache=cache,
            builder=lambda: KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ, jobs=2)),
            engine=engine,
            as_of=date(2026, 11, 24),
        ),
    )


def text_of(fleet: Desired, kind: str, name: str) -> str:
    shown = contents(fleet, name)
    listing = [
        f"# {entry.wave:>3}  {entry.unit:24} {entry.object or f'chart {entry.chart}'}"
        for entry in shown.entries
        if entry.unit not in ALIKE
    ]
    renderer = Renderer()
    documents: list[JsonObject] = []
    for unit, key in fleet.plan.resolved.bills[name].items():
        if unit not in ALIKE:
            variant = fleet.plan.resolved.variants[key]
            delivery = fleet.deliveries[key.environment]
            documents.append(variant_application(variant, delivery, renderer.chart_values(variant)))
            documents += [manifest.data for manifest in sorted(fleet.objects[key], key=lambda each: each.id)]
    return f"# {kind}: {name}\n" + "\n".join(listing) + "\n" + dump_all(documents)


@pytest.mark.parametrize(("kind", "name"), KINDS.items(), ids=KINDS)
def test_site_kind(fleet: Desired, kind: str, name: str) -> None:
    text, file = text_of(fleet, kind, name), GOLDEN / f"{name}.yaml"
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_every_profile_of_the_example_has_a_kind_here(fleet: Desired) -> None:
    shown = {fleet.plan.resolved.clusters[name].spec.profile for name in KINDS.values()}
    used = {cluster.spec.profile for cluster in fleet.plan.resolved.clusters.values()}
    assert used - shown == {"central-cpu"}  # nothing but what every cluster has
