from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fleets import POLICY_PATH, REGO
from tests.unit.cli.conftest import Ran, Run

UNIT_OFF = """cluster store-1 does not have unit serve.x
  serve is not enabled: no layer sets it
  serve does not support arch amd64 (it supports arm64)
  fix: use toy instead
"""
SIZE = """toy.values.size: 5
  set by cluster store-1 at fleet/clusters/stores.yaml:9:26
  beats 3 of environment prod at environments/prod/environment.yaml:11:26
  beats 2 of defaults at fleet/defaults.yaml:6:41
  beats 1 of component toy at templates/toy/component.yaml:15:45
"""
REMOVED = """toy.values.color is removed
  set by cluster store-1 at fleet/clusters/stores.yaml:9:36
  beats "red" of component toy at templates/toy/component.yaml:15:55
"""
CLUSTER = """cluster store-2 (fleet/clusters/stores.yaml:11:1)
  environment prod, ring broad, active
  groups: none
facts
  distribution: k3s
  arch: amd64
  gpu.products: none
  gpu.vendors: none
  amd.drivers: none
  kubernetes.minor: 1.35
  topology: all-in-one
  role: edge
  nodes: one
layers, weak to strong
  defaults (fleet/defaults.yaml:1:1): toy
  environment prod (environments/prod/environment.yaml:2:1): toy
  profile box (fleet/profiles/box.yaml:1:1): nothing about components
  cluster store-2 (fleet/clusters/stores.yaml:11:1): nothing about components
units
  toy 1.0.0: variant k3s, shared by 1 cluster
    because of defaults (fleet/defaults.yaml:1:1), environment prod (environments/prod/environment.yaml:2:1)
"""
UNIT = """unit toy 1.0.0 of cluster store-2
  component: toy (templates/toy/component.yaml:1:1), wave 3
  variant: k3s, output/environments/prod/broad/toy/k3s
  layers that contribute: defaults (fleet/defaults.yaml:1:1), environment prod (environments/prod/environment.yaml:2:1)
  facts in the name or the templates: distribution=k3s
  shared by 1 cluster: store-2
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("cluster", "store-2"), Ran(code=0, out=CLUSTER, err="")),
        (("unit", "store-2", "toy"), Ran(code=0, out=UNIT, err="")),
        (("unit", "store-1", "serve.x"), Ran(code=0, out=UNIT_OFF, err="")),
        (("value", "store-1", "toy.size"), Ran(code=0, out=SIZE, err="")),
        (("value", "store-1", "toy.values.color"), Ran(code=0, out=REMOVED, err="")),
        (("E0302",), Ran(code=0, out="E0302: retired; references between documents cannot form a cycle\n", err="")),
        (
            ("E1501",),
            Ran(code=2, out="", err="error[E1201]: there is no code 'E1501'\n  fix: did you mean 'E1401'?\n1 error\n"),
        ),
        (
            ("cluster", "store-3"),
            Ran(code=2, out="", err="error[E0301]: there is no cluster 'store-3'\n  fix: did you mean 'store-2'?\n1 error\n"),
        ),
        (
            ("value", "store-1", "toy.sise"),
            Ran(
                code=2,
                out="",
                err="error[E0301]: 'sise' is not set in toy at cluster 'store-1'\n  fix: did you mean 'size'?\n1 error\n",
            ),
        ),
    ],
)
def test_explain(fleet: Path, run: Run, words: tuple[str, ...], expected: Ran) -> None:
    assert run("explain", *words) == expected


POLICY = """FG-POD-001: No privileged containers
  A privileged container owns the node.
  rules:
    FG-POD-001.container: A container is privileged.
  fix: Remove it.
  policy: policies/rego/pod/no_privileged/policy.rego:1
"""
RULE = """FG-POD-001.container: A container is privileged.
  A privileged container owns the node.
  fix: Remove it.
  policy: policies/rego/pod/no_privileged/policy.rego:1
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("FG-POD-001", Ran(code=0, out=POLICY, err="")),
        ("FG-POD-001.container", Ran(code=0, out=RULE, err="")),
        (
            "FG-POD-001.contaner",
            Ran(
                code=2,
                out="",
                err="error[E1201]: FG-POD-001 has no rule 'contaner'\n  fix: did you mean 'FG-POD-001.container'?\n1 error\n",
            ),
        ),
        (
            "FG-POD-002",
            Ran(
                code=2, out="", err="error[E1201]: there is no policy 'FG-POD-002'\n  fix: did you mean 'FG-POD-001'?\n1 error\n"
            ),
        ),
    ],
)
def test_explain_a_policy(fleet: Path, run: Run, code: str, expected: Ran) -> None:
    policy = fleet / POLICY_PATH
    policy.parent.mkdir(parents=True)
    rego = REGO.replace("custom:", "custom:\n#   rules: {container: A container is privileged.}")
    policy.write_text(rego, encoding="utf-8")
    assert run("explain", code) == expected


def test_json_has_the_same_answer(fleet: Path, run: Run) -> None:
    answer = json.loads(run("explain", "value", "store-2", "toy.version", "--json").out)
    setter = {"layer": "component toy", "place": "templates/toy/component.yaml:15:23", "value": '"1.0.0"', "removed": False}
    assert answer == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "cluster": "store-2",
        "component": "toy",
        "path": "toy.version",
        "enabled": True,
        "leaves": [{"path": "toy.version", "by": setter, "beaten": []}],
    }


PAGE = """\
E0102: a mapping has the same key twice
  YAML readers keep the last value of a key that stands twice and drop the first without a word.

Usual cause:
  A block that was copied and not edited, or a merge that kept both sides.

Message:
  fleet/clusters/store-0042.yaml:9:3: error[E0102]: key 'ring' appears twice; the first is in line 8
    fix: keep one of the two

Wrong (fleet/clusters/store-0042.yaml):
    ring: canary
    ring: broad

Right:
    ring: canary

Fix:
  Keep one of the two lines.
"""


def test_the_page_of_a_code(run: Run) -> None:
    assert run("explain", "E0102") == Ran(code=0, out=PAGE, err="")


def test_json_has_the_parts_of_the_page(run: Run) -> None:
    assert json.loads(run("explain", "E0102", "--json").out) == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "code": "E0102",
        "meaning": "a mapping has the same key twice",
        "description": "YAML readers keep the last value of a key that stands twice and drop the first without a word.",
        "cause": "A block that was copied and not edited, or a merge that kept both sides.",
        "message": (
            "fleet/clusters/store-0042.yaml:9:3: error[E0102]: key 'ring' appears twice; the first is in line 8\n"
            "  fix: keep one of the two"
        ),
        "fix": "Keep one of the two lines.",
        "file": "fleet/clusters/store-0042.yaml",
        "wrong": "  ring: canary\n  ring: broad",
        "right": "  ring: canary",
    }
