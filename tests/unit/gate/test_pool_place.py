"""A finding about a node pool points at the pool, or at the profile that has it."""

from __future__ import annotations

from typing import Final

import pytest

from fleetgen.gate.findings import _pool_place
from tests.fleets import load

FLEET: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec: {rank: 1, rings: [broad], delivery: {repoURL: "https://git.example.com/fleet.git"}}
---
apiVersion: fleetgen.io/v1alpha1
kind: HardwareProfile
metadata: {name: box}
spec: {nodePools: [{name: main}], kubernetes: {distribution: k3s, version: v1.35.4+k3s1}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: c1}
spec:
  environment: production
  ring: broad
  profile: box
  nodePools:
    - name: gpu
      labels: {example.com/a: b}
    - name: cpu
"""


@pytest.mark.parametrize(
    ("pool", "rest", "line"),
    [("gpu", ["labels"], 21), ("gpu", ["nodeNames"], 20), ("cpu", [], 22), ("main", ["nodeNames"], 7)],
    ids=["a key", "a key that is missing", "the pool", "a pool of the profile"],
)
def test_pool_place(pool: str, rest: list[str], line: int) -> None:
    place = _pool_place(load({"fleet/all.yaml": FLEET}, {}).clusters["c1"], pool, rest)
    assert (place.path, place.line) == ("fleet/all.yaml", line)
