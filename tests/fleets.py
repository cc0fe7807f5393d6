"""Builders that tests share: clusters, pools, policy sets, rendered trees, and a tiny fleet with two components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias, cast

from fleetgen.catalog.pools import pool_mistakes
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.model.change import Tree
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Fleet
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.keys import ClusterKey
from fleetgen.model.manifest import BuildRoot, Built, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Constraint, Policy, PolicySet
from fleetgen.model.resource import ResourceId
from fleetgen.model.settings import Table, plain
from fleetgen.policy.parameters import complete
from fleetgen.policy.sets import Values, policy_sets
from fleetgen.schemas.derive import build
from fleetgen.stages.gate import PolicyEngine
from fleetgen.stages.load import documents, load_documents
from fleetgen.yamlfile import parse

# pools, path of the mistake, message, fix
Refused: TypeAlias = tuple[str, str, str, str]
GPU: Final = "[{name: a, os: ubuntu-24.04, gpu: {product: %s}}]"
# path -> text: one environment with two rings, two clusters, a component `toy` and one with instances, `serve`
TOY: Final = {
    "fleetgen.toml": 'library = "."\nas-of = "2026-11-24"\n',
    "fleet/defaults.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Defaults
metadata: {name: fleet}
spec:
  components:
    toy: {enabled: true, values: {size: 2}}
""",
    "fleet/profiles/box.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: HardwareProfile
metadata: {name: box}
spec:
  kubernetes: {distribution: k3s, version: v1.35.4+k3s1}
  nodePools: [{name: main, count: 1, arch: amd64, cpu: 4, memoryGiB: 8}]
""",
    "environments/prod/environment.yaml": """# the only environment
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: prod}
spec:
  rank: 1
  rings: [canary, broad] # in this order
  groups: []
  delivery: {repoURL: "https://git.example.com/fleet.git"}
  components:
    toy: {values: {size: 3, tags: [a, b]}}
""",
    "environments/prod/rings/canary.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Ring
metadata: {name: canary}
spec:
  environment: prod
  components:
    toy: {version: 1.1.0}
""",
    "fleet/clusters/stores.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: store-1}
spec:
  environment: prod
  ring: canary
  profile: box
  components:
    toy: {values: {size: 5, color: null}}
---
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: store-2}
spec: {environment: prod, ring: broad, profile: box}
""",
    "templates/toy/component.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: toy}
spec:
  title: Toy
  description: A ConfigMap.
  wave: 3
  supports: [{fact: arch, anyOf: [amd64], message: use toy-arm}]
  facts: [distribution]
  settings:
    properties:
      size: {type: integer, description: How big.}
      color: {type: string, description: Which colour.}
      tags: {type: array, items: {type: string}, description: Words.}
  defaults: {version: 1.0.0, values: {size: 1, color: red}}
""",
    "templates/toy/base/kustomization.yaml": "resources: []\n",
    "templates/toy/overlay/kustomization.yaml.j2": "resources: [{{ base }}, map.yaml]\n",
    "templates/toy/overlay/map.yaml.j2": """apiVersion: v1
kind: ConfigMap
metadata: {name: toy, namespace: default}
data: {size: {{ values.size | string | yaml }}}
""",
    "templates/serve/component.yaml": """apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: serve}
spec:
  title: Serve
  description: One unit a model.
  wave: 3
  inputs: {models: Model}
  supports: [{fact: arch, anyOf: [arm64], message: use toy instead}]
  instances: {each: models}
  settings:
    properties:
      models:
        type: object
        description: Models.
        additionalProperties:
          type: object
          additionalProperties: false
          required: [source, version]
          properties:
            enabled: {type: boolean, description: Whether it runs.}
            source: {type: string, description: Where the model comes from.}
            version: {type: integer, minimum: 1, description: Which version is served.}
  defaults: {version: 1.0.0}
""",
    "templates/serve/base/kustomization.yaml": "resources: []\n",
    "templates/serve/overlay/kustomization.yaml.j2": "resources: [{{ base }}]\n",
}


POLICY_PATH: Final = "policies/rego/pod/no_privileged/policy.rego"

REGO: Final = """# METADATA
# scope: package
# title: No privileged containers
# description: |
#   A privileged container owns the node.
# custom:
#   id: FG-POD-001
#   kind: FGPodNoPrivileged
#   severity: critical
#   scope: object
#   where: both
#   failure: A container runs privileged.
#   remediation: Remove it.
#   controls: [PSS]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       limit: {type: integer, description: How many., default: 3}
#       registries: {type: array, description: Which., items: {type: string}}
#   environment: {registries: registries}
package policies.pod.no_privileged

violation contains {"msg": "bad", "details": {}} if input.review
"""

CONSTRAINT: Final = """apiVersion: constraints.gatekeeper.sh/v1beta1
kind: FGPodNoPrivileged
metadata:
  name: no-privileged
  annotations: {fleetgen.io/required: "true", fleetgen.io/environments: "production, dev"}
spec:
  enforcementAction: deny
  match:
    kinds: [{apiGroups: [""], kinds: [Pod]}]
  parameters: {limit: 5}
"""

PARAMETERS: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "limit": {"type": "integer", "description": "How many.", "default": 3},
        "registries": {"type": "array", "description": "Which.", "items": {"type": "string"}},
    },
}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write the files (path -> text) below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def read(folder: Path) -> dict[str, str]:
    """The texts of a tree as they are now: path -> text."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape") for path in files}


def load(inventory: Mapping[str, str], library: Mapping[str, str]) -> Fleet:
    """The fleet of these files (path -> text). Raises InputError as `load_documents` does."""
    problems: list[Finding] = []
    return load_documents(documents.read(inventory, problems), library, problems)


def cluster(name: str, text: str, labels: Mapping[str, str] | None = None) -> Cluster:
    """A cluster whose spec is `text`, a flow mapping; no layer sets anything for it."""
    path = f"fleet/clusters/{name}.yaml"
    (tree,) = parse(f"spec: {text}\n", path)
    data = cast("JsonObject", plain(tree))["spec"]
    return Cluster(
        name=name,
        place=Place(path, 1, 1),
        labels=labels or {},
        source=lambda: cast("Table", tree),
        spec=cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data))),
        layers=(),
        groups=(),
        fact_tokens={},
    )


def pool(text: str) -> NodePool:
    return spec(f"[{text}]").node_pools[0]


def spec(pools: str, more: str = "") -> ClusterSpec:
    data = plain(parse(f"{{environment: e, ring: r, nodePools: {pools}{more}}}", "x.yaml")[0])
    return cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", data)))


def mistakes(pools: str, more: str = "") -> list[tuple[str, str, str]]:
    """(path, message, fix) of everything that is wrong."""
    whole = spec(pools, more)
    found = pool_mistakes(whole)
    return [(".".join(map(str, mistake.path)), mistake.message, mistake.fix) for mistake in found]


def for_environments(constraints: Sequence[Constraint], environments: Mapping[str, Values]) -> dict[str, PolicySet]:
    """A set for each environment (name -> what its parameters are filled with), with nothing but the constraints themselves."""
    return dict(policy_sets({}, environments, constraints).sets)


def key(cluster: str) -> ClusterKey:
    """`environment/cluster` as a key."""
    return ClusterKey(*cluster.split("/"))


def manifest(what: str, **spec: object) -> Manifest:
    """`Deployment shop/web`, or `Namespace shop` without a namespace, with a spec that is its content."""
    kind, _, path = what.partition(" ")
    namespace, _, name = path.rpartition("/")
    data: JsonObject = {"kind": kind, "spec": spec}  # type: ignore[dict-item]  # tests give plain data
    return Manifest(id=ResourceId("", kind, namespace, name), data=data, digest=repr(spec))


def tree(clusters: Mapping[str, Mapping[str, Sequence[Manifest]]]) -> Tree:
    """`environment/cluster` -> unit -> its objects."""
    objects = {repr(own): own for units in clusters.values() for own in units.values()}
    return Tree(
        bills={key(name): {unit: repr(own) for unit, own in units.items()} for name, units in clusters.items()}, objects=objects
    )


@dataclass
class OneFileBuilder:
    """What it builds of a folder is the object in its map.yaml. `built`: the folders, in order."""

    digest: str = ""
    built: list[str] = field(default_factory=list)

    def build(self, roots: Sequence[BuildRoot]) -> Sequence[Built]:
        self.built += [root.folder for root in roots]
        return [Built(root=root.folder, text=root.files.get(f"{root.folder}/map.yaml", ""), error="") for root in roots]


def toy_run(root: Path, files: Mapping[str, str], builder: OneFileBuilder) -> Run:
    """A run over these files, which are written below `root`; without a cache."""
    write(root, files)
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


def policy(number: str = "FG-POD-001", *, scope: str = "object", where: str = "both") -> Policy:
    """What REGO says, or a variation of it."""
    return Policy(
        id=number,
        kind="FGPodNoPrivileged",
        area="pod",
        rule="no_privileged",
        title="No privileged containers",
        description="A privileged container owns the node.",
        severity="critical",
        scope=scope,
        where=where,
        failure="A container runs privileged.",
        remediation="Remove it.",
        controls=("PSS",),
        facts=(),
        parameters=complete(PARAMETERS, scope),
        environment={"registries": "registries"},
        place=Place(POLICY_PATH, 1),
    )


def constraint(
    name: str = "no-privileged", *, of: Policy | None = None, match: JsonObject | None = None, **said: object
) -> Constraint:
    """A constraint of `of`; `said` are its parameters."""
    parameters: JsonObject = {key: value for key, value in said.items() if isinstance(value, (int, list))}
    return Constraint(
        name=name,
        policy=of or policy(),
        action="deny",
        match=match or {},
        parameters=parameters,
        environments=(),
        required=False,
        place=Place("policies/constraints/x.yaml", 1, 1),
    )
