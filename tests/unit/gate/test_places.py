"""Where a finding about a unit of a cluster points to: at what somebody wrote, never into the library."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.build.desired_state import Desired
from fleetgen.build.plan import Plan
from fleetgen.build.rendering import Rendered
from fleetgen.gate.findings import _inventory_place
from fleetgen.inputs.repository import Inputs
from fleetgen.inputs.rules import PolicyLibrary
from fleetgen.model.composed import ComposedFleet
from fleetgen.model.result import Result
from fleetgen.stages.resolve import resolve
from tests.fleets import load

NOTHING: Final = Rendered(overlays={}, bases={}, chart_values={})
EMPTY: Final = ComposedFleet(bases={}, variants={}, clusters={}, indexes={})
FILES: Final = {
    "environments/dev/environment.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  rank: 1
  rings: [one]
  delivery: {repoURL: "https://git.example.com/fleet.git"}
  components:
    serve: {enabled: true, values: {models: {gap: {enabled: true}}}}
""",
    "fleet/models/gap.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Model
metadata: {name: gap}
spec:
  version: 7
""",
    "fleet/clusters/c.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: c}
spec:
  environment: dev
  ring: one
  kubernetes: {distribution: k3s, version: v1.35.4}
  nodePools: [{name: main}]
  components:
    serve:
      values: {modelDefaults: {size: 2}}
""",
}
COMPONENT: Final = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: serve}
spec:
  title: Serve
  description: One unit a model.
  wave: 3
  inputs: {models: Model}
  instances: {each: models}
  settings:
    properties:
      modelDefaults: {}
      models: {additionalProperties: {properties: {enabled: {}, version: {}}}}
  defaults: {version: "1", values: {modelDefaults: {size: 1, start: 600}}}
"""


def result(*path: str, units: tuple[str, ...] = ()) -> Result:
    return Result(policy="FG-X-001", constraint="x", action="deny", id="c", message="m", path=path, units=units)


PLACES: Final = {
    "set by the cluster": ("values.modelDefaults.size", "fleet/clusters/c.yaml:11:38"),
    "set by the model's document": ("values.models.gap.version", "fleet/models/gap.yaml:5:12"),
    "set by the library, so where one would set it": ("values.modelDefaults.start", "fleet/clusters/c.yaml:11:16"),
}


@pytest.mark.parametrize(("setting", "place"), PLACES.values(), ids=PLACES)
def test_a_finding_about_a_setting(setting: str, place: str) -> None:
    fleet = load(FILES, {"templates/serve/component.yaml": COMPONENT})
    plan = Plan(inputs=cast("Inputs", None), fleet=fleet, library=PolicyLibrary({}, ()), resolved=resolve(fleet))
    desired = Desired(plan=plan, rendered=NOTHING, builds={}, objects={}, deliveries={}, composed=EMPTY)
    said = result("spec", "components", "serve", *setting.split("."), units=("serve.gap",))
    assert str(_inventory_place(desired, ["c"], said)) == place


def test_a_finding_about_nodes() -> None:
    fleet = load(FILES, {"templates/serve/component.yaml": COMPONENT})
    plan = Plan(inputs=cast("Inputs", None), fleet=fleet, library=PolicyLibrary({}, ()), resolved=resolve(fleet))
    desired = Desired(plan=plan, rendered=NOTHING, builds={}, objects={}, deliveries={}, composed=EMPTY)
    said = result("spec", "nodePools", units=("serve.gap",))
    assert str(_inventory_place(desired, ["c"], said)) == "fleet/clusters/c.yaml:8:14"
