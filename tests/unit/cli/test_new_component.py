"""`fleetgen new component`: what it writes, says and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Ran, Run

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mq}\n"
COMPONENT = """\
# What it is, where it goes and what it needs. Every key that there is: fleetgen schema Component
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata:
  name: mq
spec:
  title: mq
  description: |
    Say here what it does at a site, and why it is set up so.
  namespaces:
  - queue
  wave: 3
  settings:
    type: object
    additionalProperties: false
    properties: {}
  defaults:
    enabled: false
    version: 2.0.0
    values: {}
"""
NEXT = """\
next: read the files, and say in component.yaml what it does; then switch it on in a layer, for example in
fleet/defaults.yaml below spec.components (merge it with what stands there):

    mq:
      enabled: true
    cluster-baseline:
      values:
        namespaces:
          queue:
            description: mq
            quota:
              services.loadbalancers: 0
              services.nodeports: 0
            limitRange:
              defaultRequest:
                cpu: 100m
                memory: 128Mi
              default:
                cpu: '1'
                memory: 512Mi

and run: fleetgen check
"""


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def test_from_manifests(run: Run, fleet: Path, manifests: Path) -> None:
    ran = run("new", "component", "mq", "--manifests", str(manifests), "--version", "2.0.0", "--namespace", "queue")
    written = ["component.yaml", "base/kustomization.yaml", "base/config.yaml", "overlay/kustomization.yaml.j2"]
    lines = [*(f"templates/mq/{path}: written\n" for path in written), "templates/_parts/objects.j2: written\n"]
    assert ran == Ran(code=0, out="", err="".join(lines) + NEXT)
    found = {path.relative_to(fleet / "templates/mq").as_posix(): path for path in (fleet / "templates/mq").rglob("*.*")}
    assert {path: file.read_text() for path, file in found.items()} == {
        "component.yaml": COMPONENT,
        "base/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: queue, name: mq}\n",
        "base/kustomization.yaml": (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- config.yaml\n"
        ),
        "overlay/kustomization.yaml.j2": (
            '{% import "_parts/objects.j2" as objects %}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
            'resources:\n  - {{ base }}\nlabels:\n  - pairs: {{ objects.labels("mq", name) }}\n'
        ),
    }


def test_dry_run_writes_nothing(run: Run, fleet: Path, manifests: Path) -> None:
    ran = run("new", "component", "mq", "--manifests", str(manifests), "--version", "2.0.0", "--namespace", "queue", "--dry-run")
    assert (ran.code, ran.out.startswith(COMPONENT)) == (0, True)
    assert ran.err.startswith("templates/mq/component.yaml: would be written\n")
    assert ran.err.endswith(NEXT)
    assert not (fleet / "templates/mq").exists()


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (("toy",), "templates/toy: error[E1204]: there is a component 'toy' already\n  fix: choose another name\n1 error\n"),
        (
            ("MQ",),
            (
                "error[E0401]: 'MQ' cannot be the name of a component\n"
                "  fix: use up to 40 lower-case letters, digits and dashes; identity, project, root are taken\n1 error\n"
            ),
        ),
        (
            ("mq", "--manifests", "DIR"),
            "error[E1201]: no image says what version it is\n  fix: add --version: that of what is installed\n1 error\n",
        ),
        (("mq", "--manifests", "DIR", "--chart", "c.tgz"), "do not go together: say what the component is made of\n"),
        (
            ("mq", "--manifests", "../nowhere"),
            "../nowhere: error[E0106]: cannot be read: No such file or directory\n  fix: check the path\n1 error\n",
        ),
        (
            ("mq", "--namespace", "A b"),
            "error[E0401]: 'A b' cannot be the name of a namespace\n  fix: use up to 63 lower-case letters, digits and dashes\n",
        ),
    ],
    ids=["taken", "no name", "no version", "both", "nothing there", "no namespace"],
)
def test_refused(run: Run, fleet: Path, manifests: Path, words: tuple[str, ...], err: str) -> None:
    ran = run("new", "component", *(str(manifests) if word == "DIR" else word for word in words))
    assert (ran.code, ran.out, err in ran.err) == (2, "", True), ran.err


def test_a_builtin_name_can_be_ejected(run: Run, fleet: Path) -> None:
    (fleet / "fleetgen.toml").write_text('library = "builtin"\n')
    err = (
        "templates/cert-manager: error[E1204]: there is a component 'cert-manager' already\n"
        "  fix: choose another name; to change the builtin one: fleetgen library eject cert-manager\n1 error\n"
    )
    assert run("new", "component", "cert-manager") == Ran(code=2, out="", err=err)


def test_problems_in_manifests_have_a_place_that_can_be_opened(run: Run, fleet: Path, manifests: Path) -> None:
    (manifests / "config.yaml").write_text("kind: ConfigMap\n")
    ran = run("new", "component", "mq", "--manifests", str(manifests))
    assert ran.err.startswith(f"{manifests}/config.yaml:1:1: error[E0602]: the document is not a Kubernetes object")


def test_a_kustomize_folder_is_built_first(run: Run, fleet: Path, manifests: Path) -> None:
    (manifests / "kustomization.yaml").write_text("resources: [config.yaml]\n")
    ran = run("new", "component", "mq", "--manifests", str(manifests))
    assert ran.err == (
        f"{manifests}: error[E0602]: a Kustomize folder, not plain manifests\n"
        f"  fix: build it first: kustomize build {manifests} > manifests.yaml, and give that file\n1 error\n"
    )


def test_what_makes_a_component_makes_nothing_else(run: Run, fleet: Path) -> None:
    ran = run("new", "region", "north", "--manifests", "x", "--namespace", "y")
    assert (ran.code, "--manifests, --namespace goes with: new component" in ran.err) == (2, True)
