"""Waivers, stages of enforcement and a protected branch's policies, on the small fleet with the real binaries."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from fleetgen.cli.main import main
from fleetgen.yamlfile import load_manifests
from tests.contract.line.conftest import AS_OF, edit, git

GROUP = """apiVersion: fleetgen.io/v1alpha1
kind: Group
metadata: {name: pilots}
spec:
  selector: {matchLabels: {pilot: "yes"}}
"""
WAIVER = """apiVersion: fleetgen.io/v1alpha1
kind: Waiver
metadata: {name: toy-may}
spec:
  policy: FG-POD-001
  scope: {groups: [pilots], object: {kind: Deployment, namespace: serving, name: toy}, container: main}
  owner: team-toy
  ticket: T-1
  reason: until it is rewritten
  agreed: 2026-11-01
  expires: 2026-12-01
"""
STAGED = """# first look, then refuse
apiVersion: fleetgen.io/v1alpha1
kind: Enforcement
metadata: {name: privileged}
spec:
  constraints: [pod-no-privileged]
  scope: {groups: [pilots]}
  action: dryrun # seen, not refused
  stages:
    - {action: warn, from: 2026-11-20}
    - {action: deny, from: 2026-12-20}
  owner: team-security
  reason: one site still needs it
"""
Told = tuple[str, str, str, list[str]]
SAID = "[Implied by expand-deployment] spec.containers[0] (main): the container is privileged"
NAME = "environments/production/canary/site-policies"


@pytest.fixture
def governed(fleet: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fleet whose clusters c1 and c2 are pilots, whose toy is privileged, and whose sites get FG-POD-001."""
    component = fleet / "templates/site-policies"
    shutil.copytree(root / "templates/gatekeeper-policies", component)
    shutil.copytree(root / "templates/_parts", fleet / "templates/_parts")
    (component / "component.yaml").write_text(
        "apiVersion: fleetgen.io/v1alpha1\nkind: Component\nmetadata: {name: site-policies}\nspec:\n"
        "  title: Policies\n  description: Policies of the site.\n  wave: 2\n  policies: {only: [FG-POD-001]}\n"
        "  clusterResources:\n"
        "    - {group: templates.gatekeeper.sh, kind: ConstraintTemplate}\n"
        "    - {group: expansion.gatekeeper.sh, kind: ExpansionTemplate}\n"
        '  settings: {properties: {}}\n  defaults: {enabled: true, version: "1", values: {}}\n'
    )
    (fleet / "fleet/groups").mkdir()
    (fleet / "fleet/groups/pilots.yaml").write_text(GROUP)
    (fleet / "policies/waivers").mkdir()
    (fleet / "policies/enforcement").mkdir()
    for name in ("c1", "c2"):
        edit(
            fleet / f"fleet/clusters/{name}.yaml",
            f"metadata: {{name: {name}}}",
            f'metadata: {{name: {name}, labels: {{pilot: "yes"}}}}',
        )
    for name in ("production", "dev"):
        edit(
            fleet / f"environments/{name}/environment.yaml",
            "registries: [example.com/]",
            "registries: [example.com/]\n  groups: [pilots]",
        )
    toy = "toy: {enabled: true, values: {privileged: true}}"
    edit(fleet / "environments/production/environment.yaml", "toy: {enabled: true}", toy)
    edit(fleet / "fleet/clusters/c3.yaml", "  ring: canary", "  ring: canary\n  components: {toy: {values: {privileged: false}}}")
    commit(fleet)
    return fleet


def commit(fleet: Path) -> None:
    git(fleet, "add", "--all")
    git(fleet, "commit", "--quiet", "--allow-empty", "--message=Change")


def findings(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[Told]]:
    """Exit code, and (code, severity, message, clusters) of each finding, sorted; but for schemas that are not known."""
    capsys.readouterr()
    code = main([*words, "--json"])
    told = cast("list[dict[str, Any]]", json.loads(capsys.readouterr().out)["findings"])
    return code, sorted(
        (each["code"], each["severity"], each["message"], each["clusters"]) for each in told if each["code"] != "E0605"
    )


def listed(capsys: pytest.CaptureFixture[str]) -> list[tuple[object, ...]]:
    """What `list waivers` says."""
    capsys.readouterr()
    assert main(["list", "waivers", AS_OF, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["waivers"]
    return [tuple(row[key] for key in ("name", "state", "clusters", "in-cluster", "why-not")) for row in rows]


def constraints(fleet: Path, variant: str) -> list[tuple[str, str, object]]:
    """(name, action, exemptions) of what a variant's sites get."""
    text = (fleet / "output" / NAME / variant / "constraints.yaml").read_text(encoding="utf-8")
    found = cast("list[dict[str, Any]]", load_manifests(text))
    return [(c["metadata"]["name"], c["spec"]["enforcementAction"], c["spec"]["parameters"]["exemptions"]) for c in found]


def test_without_a_waiver_it_is_refused(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys, "check", AS_OF) == (1, [("FG-POD-001", "error", SAID, ["c1", "c2"])])


def test_a_waiver_of_a_group_is_an_exemption_of_its_sites(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER)
    assert findings(capsys, "render", AS_OF) == (0, [("E0803", "note", "waiver 'toy-may' expires on 2026-12-01", [])])
    exemption = {"namespace": "serving", "workload": "toy", "container": "main"}
    assert constraints(governed, "pilots") == [
        ("pod-no-privileged", "deny", [exemption]),
        ("pod-no-privileged-waived", "dryrun", []),
    ]
    assert constraints(governed, "default") == [("pod-no-privileged", "deny", [])]
    index = json.loads((governed / "output/environments/production/index.json").read_text())
    assert {path: entry["clusters"] for path, entry in index["variants"].items() if "site-policies" in path} == {
        "canary/site-policies/default": ["c3"],
        "canary/site-policies/pilots": ["c1", "c2"],
    }
    assert listed(capsys) == [("toy-may", "valid", 2, "yes", "-")]


def test_a_waiver_of_single_clusters_stays_at_the_gate(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER.replace("groups: [pilots]", "clusters: [c1]"))
    note: Told = ("E0803", "note", "waiver 'toy-may' expires on 2026-12-01", [])
    assert findings(capsys, "check", AS_OF) == (1, [note, ("FG-POD-001", "error", SAID, ["c2"])])
    assert listed(capsys) == [("toy-may", "valid", 1, "no", "a single cluster has no constraints to itself; name a group")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("container: main", "container: side"), ("name: toy}", "name: tyo}"), ("groups: [pilots]", "environments: [dev]")],
    ids=["container", "object", "environment"],
)
def test_a_waiver_that_fits_nothing_is_unused(governed: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]) -> None:
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER.replace(old, new))
    assert findings(capsys, "check", AS_OF) == (
        1,
        [
            ("E0803", "warning", "waiver 'toy-may' covers nothing that is rendered", []),
            ("FG-POD-001", "error", SAID, ["c1", "c2"]),
        ],
    )


def lenient(fleet: Path) -> None:
    """Expired waivers of a critical policy have no grace."""
    edit(fleet / "policies/rego/pod/no_privileged/policy.rego", "severity: critical", "severity: high")


def test_an_expired_waiver_refuses_changes_and_warns_elsewhere(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lenient(governed)
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER)
    commit(governed)
    assert main(["publish", AS_OF]) == 0
    late = "--as-of=2026-12-05"
    about: Told = (
        "E0803",
        "warning",
        "waiver 'toy-may' expired on 2026-12-01; the gate refuses changes to what it covered, and all of it after 2026-12-15",
        [],
    )
    everywhere: Told = ("FG-POD-001", "warning", SAID, ["c1", "c2"])
    assert findings(capsys, "check", late) == (0, [about, everywhere])
    assert findings(capsys, "publish", late)[0] == 0
    # somebody changes something else: still only a warning
    edit(governed / "fleet/clusters/c3.yaml", "privileged: false", "privileged: false, replicas: 2")
    assert findings(capsys, "check", late) == (0, [about, everywhere])
    # c2 gets another toy, which is refused there
    edit(governed / "fleet/clusters/c2.yaml", "  ring: canary", "  ring: canary\n  components: {toy: {values: {replicas: 3}}}")
    changed = [about, ("FG-POD-001", "error", SAID, ["c2"]), ("FG-POD-001", "warning", SAID, ["c1"])]
    assert findings(capsys, "check", late) == (1, changed)
    commit(governed)
    assert findings(capsys, "check", late, "--base=HEAD~1") == (1, changed)
    # after two weeks all of it
    git(governed, "reset", "--quiet", "--hard", "HEAD~1")
    over: Told = ("E0803", "warning", "waiver 'toy-may' expired on 2026-12-01; the gate refuses what it covered", [])
    assert findings(capsys, "check", "--as-of=2026-12-16") == (1, [over, ("FG-POD-001", "error", SAID, ["c1", "c2"])])


@pytest.mark.parametrize("in_git", [True, False])
def test_what_was_never_committed_counts_as_changed(governed: Path, *, in_git: bool, capsys: pytest.CaptureFixture[str]) -> None:
    lenient(governed)
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER)
    if not in_git:
        shutil.rmtree(governed / ".git")
    code, found = findings(capsys, "check", "--as-of=2026-12-05")
    assert (code, found[1:]) == (1, [("FG-POD-001", "error", SAID, ["c1", "c2"])])


def test_an_expired_waiver_of_a_critical_policy_refuses_at_once(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER)
    commit(governed)
    assert main(["publish", AS_OF]) == 0
    over: Told = ("E0803", "warning", "waiver 'toy-may' expired on 2026-12-01; the gate refuses what it covered", [])
    assert findings(capsys, "check", "--as-of=2026-12-02") == (1, [over, ("FG-POD-001", "error", SAID, ["c1", "c2"])])


CHANGE = """--- a/policies/enforcement/privileged.yaml
+++ b/policies/enforcement/privileged.yaml
@@ -5,7 +5,7 @@
 spec:
   constraints: [pod-no-privileged]
   scope: {groups: [pilots]}
-  action: dryrun # seen, not refused
+  action: warn # seen, not refused
   stages:
     - {action: warn, from: 2026-11-20}
     - {action: deny, from: 2026-12-20}
"""
DUE: Told = (
    "E0807",
    "warning",
    "enforcement 'privileged' still has action dryrun; its stage warn began on 2026-11-20 (pod-no-privileged)",
    [],
)


def test_a_stage_that_is_due_is_a_finding_and_advance_enters_it(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = governed / "policies/enforcement/privileged.yaml"
    path.write_text(STAGED)
    note = ("FG-POD-001", "note", SAID, ["c1", "c2"])
    assert findings(capsys, "render", "--as-of=2026-11-19") == (0, [note])
    assert constraints(governed, "pilots") == [("pod-no-privileged", "dryrun", [])]
    assert constraints(governed, "default") == [("pod-no-privileged", "deny", [])]
    assert findings(capsys, "check", AS_OF) == (0, [DUE, note])
    assert main(["verify", AS_OF]) == 0  # a date changes no byte
    capsys.readouterr()
    for words in (["policy", "advance", "--dry-run", AS_OF], ["policy", "advance", "privileged", AS_OF]):
        assert path.read_text() == STAGED
        assert main(words) == 0
        captured = capsys.readouterr()
        assert captured.out == CHANGE
        assert captured.err.startswith("privileged: dryrun -> warn")
    assert path.read_text() == STAGED.replace("action: dryrun #", "action: warn #")
    assert findings(capsys, "check", AS_OF) == (0, [("FG-POD-001", "warning", SAID, ["c1", "c2"])])
    assert main(["policy", "advance", "privileged", AS_OF]) == 0
    assert capsys.readouterr().err == "privileged: nothing is due; deny from 2026-12-20\n"


def test_policies_about_clusters_are_enforced_by_group(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = governed / "policies/rego/gpu/capacity/policy.rego"
    rule.write_text(rule.read_text() + '\nviolation contains {"msg": "no cluster is good enough"}\n')
    toy = governed / "environments/production/environment.yaml"
    edit(toy, "privileged: true", "privileged: false")
    soft = STAGED.replace("pod-no-privileged", "gpu-capacity").replace("action: dryrun", "action: warn")
    (governed / "policies/enforcement/capacity.yaml").write_text(soft)
    said = "no cluster is good enough"
    # no site gets this constraint, so no site needs a variant of its own
    assert main(["list", "variants"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if "site-policies" in line] == [
        "production/canary/site-policies/default"
    ]
    assert findings(capsys, "check", AS_OF) == (
        1,
        [("FG-GPU-001", "error", said, ["c3"]), ("FG-GPU-001", "warning", said, ["c1", "c2"])],
    )


def test_a_change_is_judged_by_the_protected_branch(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    constraint = governed / "policies/constraints/pod-no-privileged.yaml"
    edit(constraint, "excludedNamespaces:\n", "excludedNamespaces:\n      - serving\n")
    edit(governed / "policies/constraints/gpu-capacity.yaml", "enforcementAction: deny", "enforcementAction: warn")
    (governed / "policies/waivers/toy.yaml").write_text(WAIVER)
    edit(governed / "environments/production/environment.yaml", "[example.com/]", "[example.com/, docker.io/]")
    assert findings(capsys, "check", AS_OF)[0] == 0
    assert findings(capsys, "check", AS_OF, "--policies-from=HEAD") == (
        1,
        [
            ("E0808", "warning", "this change adds waiver 'toy-may' of FG-POD-001 until 2026-12-01", []),
            ("E0808", "warning", "this change alters the match of 'pod-no-privileged'", ["c1", "c2", "c3"]),
            ("E0808", "warning", "this change lowers the action of 'gpu-capacity' from deny to warn", ["c1", "c2", "c3"]),
            ("FG-POD-001", "error", SAID, ["c1", "c2"]),
        ],
    )
    commit(governed)
    assert findings(capsys, "check", AS_OF, "--policies-from=HEAD") == (
        0,
        [("E0803", "warning", "waiver 'toy-may' covers nothing that is rendered", [])],
    )
    assert main(["check", AS_OF, "--policies-from=nowhere"]) == 2
    assert "error[E0301]: 'nowhere' is neither a folder nor a commit" in capsys.readouterr().err


def test_what_a_policy_that_fails_does_not_say_is_missing_and_the_rest_is_said(
    governed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = governed / "policies/rego/gpu/capacity/policy.rego"
    rule.write_text(
        rule.read_text()
        + '\nboth := 1 if input.cluster.units\n\nboth := 2 if input.cluster.capacity\n\nviolation contains {"msg": "x"} if both\n'
    )
    said = "FG-GPU-001 could not be evaluated: eval_conflict_error: complete rules must not produce multiple outputs"
    assert findings(capsys, "check", AS_OF) == (
        3,
        [("E0809", "error", said, []), ("FG-POD-001", "error", SAID, ["c1", "c2"])],
    )


def test_a_rule_that_fails_in_a_library_leaves_out_whoever_imports_it(governed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = governed / "policies/rego/lib/exempt/exempt.rego"
    library.write_text(
        library.read_text()
        + "\nvalue := 1 if input.review\n\nvalue := 2 if input.parameters\n\nis_object_exempt(_) if value == 3\n"
    )
    rule = governed / "policies/rego/pod/no_privileged/policy.rego"
    rule.write_text(rule.read_text() + '\nviolation contains {"msg": "x"} if exempt.is_object_exempt(input)\n')
    code, found = findings(capsys, "check", AS_OF)
    assert (code, [(each[0], each[2].partition(":")[0]) for each in found]) == (
        3,
        [("E0809", "FG-POD-001 could not be evaluated")],
    )
