"""Objects that break their schema, and definitions that cannot be used, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleetgen.cli.main import main
from tests.contract.line.conftest import AS_OF, edit, git

BASE = "templates/toy/base"
THING = "apiVersion: g.io/v1\nkind: Thing\nmetadata: {name: toy, namespace: serving}\nspec: {size: 1}\n"
CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.g.io}
spec:
  group: g.io
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer, maximum: 5, description: How big.}}}}
"""
NOTE = (
    "fleetgen.toml: note[E0605]: not validated for lack of a schema: g.io/v1 Thing\n"
    "  fix: add the CustomResourceDefinitions to a folder that `schemas` names\n"
)


def add_thing(fleet: Path, text: str = THING, definition: str = "") -> None:
    (fleet / BASE / "thing.yaml").write_text(text, encoding="utf-8")
    edit(fleet / BASE / "kustomization.yaml", "[deployment.yaml]", "[deployment.yaml, thing.yaml]")
    if definition:
        edit(fleet / "fleetgen.toml", 'library = "."', 'library = "."\nschemas = ["crds"]')
        (fleet / "crds").mkdir()
        (fleet / "crds/things.yaml").write_text(definition, encoding="utf-8")


def test_objects_that_kubernetes_would_refuse_are_errors_with_place_and_fix(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(fleet / BASE / "deployment.yaml", "image:", "imagePullPolcy: Always, image:")
    (fleet / BASE / "budget.yaml").write_text(
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: toy, namespace: serving}\n", encoding="utf-8"
    )
    edit(fleet / BASE / "kustomization.yaml", "[deployment.yaml]", "[deployment.yaml, budget.yaml]")
    for command in ("check", "render", "publish"):
        assert main([command, AS_OF]) == 2
        assert capsys.readouterr().err == (
            f"{BASE}/budget.yaml: error[E0604]: Kubernetes 1.35 does not serve policy/v1beta1 PodDisruptionBudget\n"
            "  object: PodDisruptionBudget.policy serving/toy\n  clusters: 3: c1, c2, c3\n"
            "  fix: set apiVersion: policy/v1, and adapt the object\n"
            f"{BASE}/deployment.yaml: error[E0603]: unknown key 'imagePullPolcy' in spec.template.spec.containers[0] "
            "(apps/v1 of Kubernetes 1.35)\n"
            "  object: Deployment.apps serving/toy\n  clusters: 3: c1, c2, c3\n"
            "  fix: did you mean 'imagePullPolicy'?\n"
            "2 errors\n"
        )


def test_custom_kinds_without_a_definition_are_one_note(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_thing(fleet)
    passed = "check passed: 3 clusters, 2 variants (2 distinct), 3 objects, 22 files\n"
    for _ in range(2):  # the second answer is remembered
        assert main(["check", AS_OF]) == 0
        assert capsys.readouterr().err == NOTE + passed
    assert main(["check", AS_OF, "--quiet"]) == 0
    assert capsys.readouterr().err == passed
    assert main(["check", AS_OF, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(f["code"], f["severity"]) for f in report["findings"]] == [("E0605", "note")]
    assert report["summary"]["notes"] == 1


def test_custom_kinds_are_judged_by_the_definitions_that_fleetgen_toml_names(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_thing(fleet, definition=CRD)
    assert main(["check", AS_OF]) == 0
    assert capsys.readouterr().err == "check passed: 3 clusters, 2 variants (2 distinct), 3 objects, 22 files\n"
    edit(fleet / "crds/things.yaml", "size:", "sise:")
    assert main(["check", AS_OF]) == 2
    assert capsys.readouterr().err == (
        f"{BASE}/thing.yaml: error[E0603]: unknown key 'size' in spec (g.io/v1 of crds/things.yaml)\n"
        "  object: Thing.g.io serving/toy\n  clusters: 3: c1, c2, c3\n  fix: did you mean 'sise'?\n1 error\n"
    )


def test_a_wrong_value_points_at_the_setting_that_made_it(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_thing(fleet, definition=CRD)
    overlay = fleet / "templates/toy/overlay/kustomization.yaml.j2"
    patch = (
        "  - patch: |\n      apiVersion: g.io/v1\n      kind: Thing\n      metadata: {name: toy, namespace: serving}\n"
        "      spec: {size: {{ values.replicas }}}\n"
    )
    overlay.write_text(overlay.read_text(encoding="utf-8") + patch, encoding="utf-8")
    edit(fleet / "environments/production/environment.yaml", "enabled: true", "enabled: true, values: {replicas: 7}")
    assert main(["check", AS_OF]) == 2
    assert capsys.readouterr().err == (
        "environments/production/environment.yaml:9:56: error[E0603]: spec.size: 7 is greater than the maximum of 5 "
        "(g.io/v1 of crds/things.yaml)\n"
        "  object: Thing.g.io serving/toy\n  clusters: 3: c1, c2, c3\n  fix: How big\n1 error\n"
    )


def test_definitions_are_inputs_of_a_publish(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_thing(fleet, definition=CRD)
    git(fleet, "add", "--all", "--", ".", ":!crds")
    git(fleet, "commit", "--quiet", "--message=Thing")
    assert main(["publish", AS_OF]) == 2
    assert "error[E0906]: inputs are not committed: crds/things.yaml\n" in capsys.readouterr().err


SCHEMAS = {
    "missing folder": ('schemas = ["nope"]', {}, "fleetgen.toml:2: error[E0607]: 'nope' does not exist\n"),
    "nothing in it": (
        'schemas = ["crds"]',
        {"crds/x.yaml": "kind: Pod\n"},
        "fleetgen.toml:2: error[E0607]: there is no CustomResourceDefinition in 'crds'\n",
    ),
    "two of one kind": (
        'schemas = ["crds", "more.yaml"]',
        {"crds/x.yaml": CRD, "more.yaml": CRD.replace("maximum: 5", "maximum: 6")},
        "crds/x.yaml:1: error[E0607]: Thing.g.io has another definition in more.yaml:1\n",
    ),
    "broken": (
        'schemas = ["crds"]',
        {"crds/x.yaml": CRD.replace("openAPIV3Schema", "schema")},
        "crds/x.yaml:1: error[E0607]: a broken definition: a version of Thing.g.io lacks name or schema.openAPIV3Schema\n",
    ),
    "a version that is not served": (
        'schemas = ["crds"]',
        {"crds/x.yaml": CRD.replace("name: v1", "name: v2")},
        f"{BASE}/thing.yaml: error[E0604]: crds/x.yaml does not serve g.io/v1 Thing; it serves v2\n",
    ),
}


@pytest.mark.parametrize(("line", "files", "message"), SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_mistake_with_schemas_has_a_place(
    fleet: Path, line: str, files: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_thing(fleet)
    edit(fleet / "fleetgen.toml", 'library = "."', f'library = "."\n{line}')
    for path, text in files.items():
        (fleet / path).parent.mkdir(exist_ok=True)
        (fleet / path).write_text(text, encoding="utf-8")
    assert main(["check", AS_OF]) == 2
    words = capsys.readouterr().err
    assert words.startswith(message)
    assert "  fix: " in words
    assert words.endswith("\n1 error\n")
