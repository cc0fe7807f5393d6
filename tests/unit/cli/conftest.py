"""A tiny fleet with two toy components; commands run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from fleetgen.cli import output
from fleetgen.cli.main import main

FILES: Final = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet repository of the toy files."""
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "fleet"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `fleetgen` in this process, in the toy fleet where there is one."""
    monkeypatch.setenv("FLEETGEN_CACHE_DIR", str(tmp_path / "cache"))

    def call(*argv: str) -> Ran:
        output.use_format("text")
        folder = tmp_path / "fleet"
        code = main(["-C", str(folder if folder.is_dir() else tmp_path), *argv])
        captured = capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    return call
