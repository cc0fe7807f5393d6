"""`check --manifests`: the gate over what an application team brings, with the real conftest."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fleetgen.cli.main import main
from fleetgen.tools.toolchain import Tool
from tests.contract.line.conftest import edit
from tests.unit.report import examples

WEB = """# what a team brings
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          containers:
            - name: web
              securityContext:
                privileged: true
          volumes:
            - {name: c, configMap: {name: c, defaultMode: 0644}}
---
{"apiVersion": "example.com/v1", "kind": "Unheard", "metadata": {"name": "of"}, "spec": {"a": [1]}}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-, namespace: shop}\nspec: {containers: [{name: web}]}\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: gold}}\n"
PRIVILEGED = (
    "web.yaml:14:29: error[FG-POD-001]: [Implied by expand-deployment] spec.containers[0] (web): the container is privileged\n"
    "  object: Deployment.apps shop/web\n"
    "  fix: Remove securityContext.privileged; ask for a device through resources.limits or for single capabilities instead.\n"
)
APPLY = "policies about clusters and the fleet do not apply to manifests"


@pytest.fixture
def team(fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the fleet repository; commands run in it and name the repository with -C."""
    folder = tmp_path / "team"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(fleet: Path) -> Callable[..., int]:
    return lambda *words: main(["-C", str(fleet), "check", *words])


Check = Callable[..., int]


def test_a_violation_has_the_line_of_its_field(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "web.yaml").write_text(WEB)
    assert check("--manifests", "web.yaml") == 1
    assert capsys.readouterr().err == PRIVILEGED + "1 error\n"


def test_folders_files_and_stdin(
    team: Path, check: Check, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (team / "app/deep").mkdir(parents=True)
    (team / "app/deep/a.yml").write_text(POD)
    (team / "app/b.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}, indent="\t")
    )
    (team / "app/README.md").write_text("not a manifest")
    (team / "odd.txt").write_text(POD)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WEB.encode())))
    assert check("--manifests", "app", "odd.txt", str(team / "odd.txt"), "-") == 1
    assert capsys.readouterr().err == PRIVILEGED.replace("web.yaml", "<stdin>") + "1 error\n"
    assert check("--manifests", "app", "odd.txt") == 0
    assert capsys.readouterr().err == f"check passed (objects: 3, files: 3, policies: 1); {APPLY}\n"


def test_equal_objects_are_asked_once_and_reported_at_each_place(
    team: Path, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (team / name).write_text(WEB)
    assert check("--manifests", ".", "--json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["place"]["path"], f["place"]["line"]) for f in findings] == [("a.yaml", 14), ("b.yaml", 14)]


def test_every_format_says_the_same(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "web.yaml").write_text(WEB.replace("privileged: true", "privileged: 'yes'"))
    files = {name: f"{name}={name}.out" for name in ("json", "junit", "sarif", "github", "gitlab")}
    assert check("--manifests", "web.yaml", *(part for file in files.values() for part in ("-o", file))) == 1
    said = examples.read_text(capsys.readouterr().err)
    assert sum(said.values()) == 1
    for name in files:
        assert getattr(examples, f"read_{name}")((team / f"{name}.out").read_text()) == said


def test_lines_above_do_not_make_a_new_finding(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    places, marks = [], []
    for above in ("", "# a new comment\n---\n" + NAMESPACE + "---\n"):
        (team / "web.yaml").write_text(above + WEB)
        assert check("--manifests", "web.yaml", "--format", "gitlab") == 1
        (issue,) = json.loads(capsys.readouterr().out)
        places.append(issue["location"]["lines"]["begin"])
        marks.append(issue["fingerprint"])
    assert places == [14, 20]
    assert marks[0] == marks[1]


def test_junit_lists_only_policies_that_judge_objects(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "pod.yaml").write_text(POD)
    assert check("--manifests", "pod.yaml", "--format", "junit") == 0
    captured = capsys.readouterr()
    assert 'classname="FG-POD-001"' in captured.out
    assert "FG-GPU-001" not in captured.out
    assert captured.err == ""


def selecting(fleet: Path, selector: str) -> None:
    edit(
        fleet / "policies/constraints/pod-no-privileged.yaml",
        "    excludedNamespaces:",
        f"    namespaceSelector: {{matchLabels: {selector}}}\n    excludedNamespaces:",
    )


def test_a_namespace_that_is_not_there(team: Path, fleet: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    selecting(fleet, "{tier: gold}")
    (team / "web.yaml").write_text(WEB)
    assert check("--manifests", "web.yaml") == 1
    words = "[Implied by expand-deployment] unable to match constraint pod-no-privileged: its namespaceSelector needs "
    words += 'the Namespace object "shop"'
    fix = "  fix: add the Namespace to the manifests, or give it with --namespaces FILE\n"
    assert capsys.readouterr().err == (
        f"web.yaml:9:7: error[FG-POD-001]: {words}\n  object: Deployment.apps shop/web\n{fix}1 error\n"
    )


@pytest.mark.parametrize("where", [["--namespaces", "ns.yaml"], ["ns.yaml"]], ids=["given", "among them"])
def test_namespaces_decide(team: Path, fleet: Path, check: Check, where: list[str]) -> None:
    (team / "web.yaml").write_text(WEB)
    (team / "ns.yaml").write_text(NAMESPACE)
    selecting(fleet, "{tier: gold}")
    assert check("--manifests", "web.yaml", *where) == 1
    edit(fleet / "policies/constraints/pod-no-privileged.yaml", "gold", "silver")
    assert check("--manifests", "web.yaml", *where) == 0


def test_given_namespaces_are_not_judged(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "pod.yaml").write_text(POD)
    (team / "ns.yaml").write_text(NAMESPACE)
    assert check("--manifests", "pod.yaml", "--namespaces", "ns.yaml") == 0
    assert capsys.readouterr().err == f"check passed (objects: 1, files: 1, policies: 1); {APPLY}\n"


def test_constraints_of_an_environment(team: Path, fleet: Path, check: Check) -> None:
    edit(
        fleet / "policies/constraints/pod-no-privileged.yaml",
        'fleetgen.io/required: "false"',
        'fleetgen.io/environments: "production"',
    )
    (team / "web.yaml").write_text(WEB)
    assert check("--manifests", "web.yaml") == 0
    assert check("--manifests", "web.yaml", "-e", "dev") == 0
    assert check("--manifests", "web.yaml", "-e", "production") == 1


def test_waivers_do_not_apply(team: Path, fleet: Path, check: Check) -> None:
    (fleet / "policies/waivers").mkdir()
    (fleet / "policies/waivers/w.yaml").write_text(
        "apiVersion: fleetgen.io/v1alpha1\nkind: Waiver\nmetadata: {name: w}\n"
        "spec: {policy: FG-POD-001, scope: {}, owner: a, ticket: T-1, reason: x, expires: 2999-01-01}\n"
    )
    (team / "web.yaml").write_text(WEB)
    assert check("--manifests", "web.yaml") == 1


def test_nothing_else_of_the_repository_is_needed(team: Path, fleet: Path, check: Check) -> None:
    (fleet / "fleet/clusters/c1.yaml").write_text("kind: [\n")
    (fleet / "templates/toy/component.yaml").write_text("nonsense\n")
    (team / "pod.yaml").write_text(POD)
    assert check("--manifests", "pod.yaml") == 0


WRONG = {
    "missing": (
        ["nope.yaml"],
        2,
        "nope.yaml: error[E0106]: cannot be read: No such file or directory\n  fix: check the path\n",
    ),
    "empty": (["empty"], 2, "error[E0305]: there is no Kubernetes object in empty\n"),
    "YAML": (["bad/a.yaml"], 2, "bad/a.yaml:2:1: error[E0101]: is not valid YAML: did not find expected node content"),
    "several": (["bad"], 2, "bad/a.yaml:2:1: error[E0101]: is not valid YAML"),
    "link": (["links"], 2, "links/web.yaml: error[E0107]: is a symbolic link; inputs must be plain files\n"),
    "environment": (
        ["pod.yaml", "-e", "prodution"],
        2,
        "error[E0301]: there is no environment 'prodution'\n  fix: did you mean 'production'?\n",
    ),
    "template": (
        ["template.yaml"],
        1,
        (
            "template.yaml:1:1: error[E0602]: no usable pod template at spec.template\n"
            "  object: Deployment.apps web\n  fix: correct the manifest\n"
        ),
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong(team: Path, check: Check, case: tuple[list[str], int, str], capsys: pytest.CaptureFixture[str]) -> None:
    words, code, message = case
    (team / "pod.yaml").write_text(POD)
    (team / "template.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: null}\n")
    (team / "empty").mkdir()
    (team / "bad").mkdir()
    (team / "bad/a.yaml").write_text("a: [\n")
    (team / "bad/b.yaml").write_text("a: b\n")
    (team / "links").mkdir()
    (team / "links/web.yaml").symlink_to(team / "pod.yaml")
    assert check("--manifests", *words) == code
    assert capsys.readouterr().err.startswith(message)


def test_outside_of_any_repository(
    tmp_path: Path, tools: Callable[[str], Tool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policies that come with fleetgen; what needs an environment is said, not guessed."""
    tools("conftest")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yaml").write_text(WEB)
    assert main(["check", "--manifests", "web.yaml"]) == 1
    words = capsys.readouterr().err
    assert PRIVILEGED in words
    assert (
        "note[FG-IMG-001]: not judged: constraint 'image-registries' takes registries from an environment, and -e names none\n"
        "  fix: pass -e ENV in a fleet repository\n"
    ) in words
    assert main(["check", "--manifests", "web.yaml", "-e", "production"]) == 2
    assert capsys.readouterr().err == (
        "error[E0301]: there is no environment 'production'\n  fix: omit -e, or name a fleet repository with -C\n1 error\n"
    )


def test_timings_are_data_beside_a_report_for_programs(team: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "web.yaml").write_text(NAMESPACE, encoding="utf-8")
    assert check("--manifests", str(team / "web.yaml"), "--json", "--timings", "--no-cache") == 0
    stages = json.loads(capsys.readouterr().err)["timings"]
    assert [(row["stage"], row["distinct"], row["misses"], row["processes"]) for row in stages] == [
        ("gate", 1, 1, 1),
        ("other", 0, 0, 0),
        ("total", 1, 1, 1),
    ]


def test_no_tool_is_exit_3(team: Path, fleet: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    edit(fleet / "fleetgen.toml", 'library = "."', 'library = "."\n[tools]\nconftest = "bin/nope"')
    (team / "pod.yaml").write_text(POD)
    assert check("--manifests", "pod.yaml", "--no-cache") == 3
    assert "error[E1101]" in capsys.readouterr().err


def test_an_answer_that_is_missing_is_no_pass(team: Path, fleet: Path, check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    """Coverage is demanded as in the fleet's gate."""
    edit(fleet / "policies/rego/gate/gate.rego", '"ids": array.concat(batch.ids, models.ids)', '"ids": []')
    (team / "pod.yaml").write_text(POD)
    assert check("--manifests", "pod.yaml", "--no-cache") == 3
    assert "error[E0804]: the gate was asked 1 question and answered 0" in capsys.readouterr().err


def test_the_fleets_own_findings_in_sarif(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(
        fleet / "environments/production/environment.yaml",
        "toy: {enabled: true}",
        "toy: {enabled: true, values: {privileged: true}}",
    )
    assert main(["check", "--as-of=2026-11-24", "--format", "sarif", "-o", "junit=r.xml"]) == 1
    said = examples.read_sarif(capsys.readouterr().out)
    message = "[Implied by expand-deployment] spec.containers[0] (main): the container is privileged"
    assert said == {("FG-POD-001", message, "templates/toy/base/deployment.yaml", 1, "Deployment.apps serving/toy"): 1}
    assert examples.read_junit((fleet / "r.xml").read_text()) == said
