"""The whole line on a small fleet with the real binaries: what a user does, and what a user does wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fleetgen.cli.main import main
from tests.contract.line.conftest import AS_OF, edit, git
from tests.fleets import read


def test_render_writes_the_tree_and_a_second_run_changes_nothing(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", AS_OF]) == 0
    first = read(fleet / "output")
    assert "output/ changed: 21 added, 0 changed, 0 removed\n" in capsys.readouterr().err
    assert main(["render", AS_OF, "--no-cache"]) == 0
    assert capsys.readouterr().err.startswith("output/ is up to date\n")
    assert read(fleet / "output") == first
    assert main(["verify", AS_OF]) == 0


def test_verify_names_every_file_that_somebody_changed(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", AS_OF])
    (fleet / "output/clusters/production/c1/root.yaml").write_text("{}\n", encoding="utf-8")
    (fleet / "output/clusters/production/c2/root.yaml").unlink()
    (fleet / "output/extra.yaml").write_text("{}\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["verify", AS_OF]) == 1
    fix = "  fix: run 'fleetgen render' and commit the result\n"
    assert capsys.readouterr().err == (
        f"output/clusters/production/c1/root.yaml: error[E0901]: differs from what its inputs render\n{fix}"
        f"output/clusters/production/c2/root.yaml: error[E0901]: is missing\n{fix}"
        f"output/extra.yaml: error[E0901]: is not rendered by any input\n{fix}"
        "3 errors\n"
    )


def test_a_failed_gate_names_the_policy_and_leaves_everything_as_it_was(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["publish", AS_OF])
    before, head = read(fleet / "output"), git(fleet, "rev-parse", "HEAD")
    path = fleet / "environments/production/environment.yaml"
    edit(path, "toy: {enabled: true}", "toy: {enabled: true, values: {privileged: true}}")
    git(fleet, "commit", "--quiet", "--all", "--message=Privileged")
    committed = git(fleet, "rev-parse", "HEAD")
    capsys.readouterr()
    for command in ("check", "render", "publish"):
        assert main([command, AS_OF]) == 1
        words = capsys.readouterr().err
        assert "error[FG-POD-001]: [Implied by expand-deployment] spec.containers[0] (main): the container is privileged" in words
        assert "  object: Deployment.apps serving/toy\n  clusters: 3: c1, c2, c3\n" in words
    assert read(fleet / "output") == before
    assert git(fleet, "rev-parse", "HEAD") == committed != head


def test_publish_commits_only_the_output(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fleet / "notes.txt").write_text("mine", encoding="utf-8")
    (fleet / "README").write_text("staged by the user", encoding="utf-8")
    git(fleet, "add", "README")
    assert main(["publish", AS_OF]) == 0
    assert {line.split("/")[0] for line in git(fleet, "show", "--name-only", "--format=", "HEAD").split()} == {"output"}
    message = git(fleet, "log", "-1", "--format=%B")
    assert "\nFleetgen-Input: sha256:" in message
    assert "\nFleetgen-Verdict: pass; " in message
    assert git(fleet, "status", "--short") == "A  README\n?? notes.txt\n"
    capsys.readouterr()
    assert main(["publish", AS_OF]) == 0
    assert capsys.readouterr().err == "refs/heads/main is up to date; no commit made\n"


def test_publish_to_a_delivery_branch_touches_neither_index_nor_work_tree(fleet: Path) -> None:
    before = git(fleet, "status", "--short")
    assert main(["publish", AS_OF, "-e", "production", "--branch", "delivery/production"]) == 0
    assert git(fleet, "status", "--short") == before
    names = git(fleet, "ls-tree", "-r", "--name-only", "delivery/production").split()
    assert {"/".join(name.split("/")[:3]) for name in names} == {
        "output/bases/cluster-baseline",
        "output/bases/toy",
        "output/clusters/production",
        "output/environments/production",
    }


def test_publish_refuses_inputs_that_are_not_committed(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(fleet / "fleet/clusters/c1.yaml", "cpu: 4", "cpu: 8")
    assert main(["publish", AS_OF]) == 2
    assert capsys.readouterr().err == (
        "fleet/clusters/c1.yaml: error[E0906]: inputs are not committed: fleet/clusters/c1.yaml\n"
        "  fix: commit them first, or pass --allow-uncommitted to publish output that does not match the commit\n"
        "1 error\n"
    )


def test_publish_refuses_to_lose_clusters_unless_told(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["publish", AS_OF])
    (fleet / "fleet/clusters/c1.yaml").unlink()
    git(fleet, "commit", "--quiet", "--all", "--message=Remove c1")
    capsys.readouterr()
    assert main(["publish", AS_OF]) == 2
    assert capsys.readouterr().err == (
        "error[E0902]: environment 'production' has no document of cluster 'c1' any more\n"
        "  fix: if it was renamed, list the old name in spec.formerNames; if it is gone, set spec.lifecycle: retired; "
        "if its site already pulls another folder, pass --allow-removal\n1 error\n"
    )
    assert main(["publish", AS_OF, "--allow-removal"]) == 0


def test_publish_refuses_to_skip_a_minor_of_kubernetes_unless_told(
    fleet: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(root / "policies/catalog/kubernetes", fleet / "policies/catalog/kubernetes")
    cluster = fleet / "fleet/clusters/c1.yaml"
    edit(cluster, "v1.35.4+k3s1", "v1.33.4+k3s1")
    git(fleet, "add", "--all")
    git(fleet, "commit", "--quiet", "--message=1.33")
    assert main(["publish", AS_OF]) == 0
    edit(cluster, "v1.33.4+k3s1", "v1.35.4+k3s1")
    git(fleet, "commit", "--quiet", "--all", "--message=1.35")
    capsys.readouterr()
    assert main(["diff", AS_OF]) == 5
    assert main(["publish", AS_OF]) == 2
    message = "error[E0908]: Kubernetes goes from 1.33 to 1.35, but a running site goes to the next series only\n"
    assert capsys.readouterr().err.count(message) == 2
    edit(cluster, "v1.35.4+k3s1", "v1.34.4+k3s1")
    git(fleet, "commit", "--quiet", "--all", "--message=1.34")
    assert main(["publish", AS_OF]) == 0
    edit(cluster, "v1.34.4+k3s1", "v1.33.4+k3s1")
    git(fleet, "commit", "--quiet", "--all", "--message=1.33 again")
    assert main(["publish", AS_OF]) == 2
    assert main(["publish", AS_OF, "--allow-upgrade"]) == 0


def test_publish_refuses_to_move_an_object_to_another_unit(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: serving}\n"
    first, second = (fleet / f"templates/{name}/base" for name in ("cluster-baseline", "toy"))
    (first / "settings.yaml").write_text(text, encoding="utf-8")
    edit(first / "kustomization.yaml", "[ns.yaml]", "[ns.yaml, settings.yaml]")
    git(fleet, "add", "--all")
    git(fleet, "commit", "--quiet", "--message=Settings")
    assert main(["publish", AS_OF]) == 0
    head = git(fleet, "rev-parse", "HEAD")
    (first / "settings.yaml").rename(second / "settings.yaml")
    edit(first / "kustomization.yaml", ", settings.yaml", "")
    edit(second / "kustomization.yaml", "[deployment.yaml]", "[deployment.yaml, settings.yaml]")
    capsys.readouterr()
    assert main(["publish", AS_OF, "--allow-uncommitted"]) == 2
    assert capsys.readouterr().err == (
        "error[E0703]: ConfigMap serving/settings moves from unit 'cluster-baseline' to 'toy'; sites would delete it first\n"
        "  clusters: 3: production/c1, production/c2, production/c3\n"
        "  fix: publish twice: first without the object; then, when the sites have synced, with the object in its new unit\n"
        "1 error\n"
    )
    assert git(fleet, "rev-parse", "HEAD") == head
    edit(second / "kustomization.yaml", ", settings.yaml", "")
    assert main(["publish", AS_OF, "--allow-uncommitted"]) == 0
    edit(second / "kustomization.yaml", "[deployment.yaml]", "[deployment.yaml, settings.yaml]")
    assert main(["publish", AS_OF, "--allow-uncommitted"]) == 0


def test_a_version_bump_touches_the_overlay_a_base_and_the_index_and_no_cluster_folder(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["publish", AS_OF])
    edit(fleet / "environments/production/environment.yaml", "enabled: true", 'enabled: true, version: "1.1.0"')
    git(fleet, "commit", "--quiet", "--all", "--message=Bump")
    capsys.readouterr()
    assert main(["diff", AS_OF]) == 1
    assert capsys.readouterr().out == (
        "1 distinct change reaches 3 of 3 clusters (production 3; ring canary 3)\n"
        "restarts 1 workload on 3 clusters\n"
        "\n"
        "Risks\n"
        "  ! restart: the Pods of Deployment.apps serving/toy are replaced\n"
        "      3: c1, c2, c3\n"
        "\n"
        "Versions\n"
        "  toy 1.0.0 -> 1.1.0: 3: c1, c2, c3\n"
        "\n"
        "toy: 3: c1, c2, c3 (1 variant)\n"
        "  ~ Deployment.apps serving/toy\n"
        "      spec.template.spec.containers.main.image: example.com/toy:1.0.0 -> example.com/toy:1.1.0\n"
    )
    main(["publish", AS_OF])
    assert git(fleet, "show", "--no-renames", "--name-status", "--format=", "HEAD").splitlines() == [
        "D\toutput/bases/toy/1.0.0/deployment.yaml",
        "D\toutput/bases/toy/1.0.0/kustomization.yaml",
        "A\toutput/bases/toy/1.1.0/deployment.yaml",
        "A\toutput/bases/toy/1.1.0/kustomization.yaml",
        "M\toutput/environments/production/canary/toy/k3s/kustomization.yaml",
        "M\toutput/environments/production/index.json",
    ]


def test_a_cluster_that_moves_ring_changes_no_other_clusters_folder(fleet: Path) -> None:
    main(["publish", AS_OF])
    edit(fleet / "fleet/clusters/c2.yaml", "ring: canary", "ring: broad")
    git(fleet, "commit", "--quiet", "--all", "--message=Move")
    main(["publish", AS_OF])
    touched = {line for line in git(fleet, "show", "--name-only", "--format=", "HEAD").split() if "/clusters/" in line}
    assert {"/".join(line.split("/")[:4]) for line in touched} == {"output/clusters/production/c2"}


def test_a_required_policy_that_evaluates_nothing_fails(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = fleet / "policies/constraints/pod-no-privileged.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: FGPodNoPrivileged\n"
        'metadata: {name: pod-no-privileged, annotations: {fleetgen.io/required: "true"}}\n'
        "spec: {enforcementAction: deny, match: {namespaces: [elsewhere]}}\n",
        encoding="utf-8",
    )
    assert text
    assert main(["check", AS_OF, "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(finding["code"], finding["message"]) for finding in findings] == [
        ("E0802", "the required policy FG-POD-001 evaluated nothing in environment 'production'")
    ]


WRONG = {
    "broken YAML": (
        "fleet/x.yaml",
        "a: [\n",
        "fleet/x.yaml:2:1: error[E0101]: is not valid YAML: did not find expected node content",
    ),
    "duplicate key": (
        "fleet/x.yaml",
        "a: b\na: c\n",
        "fleet/x.yaml:2:1: error[E0102]: key 'a' appears twice",
    ),
    "boolean trap": (
        "fleet/x.yaml",
        "country: NO\n",
        "fleet/x.yaml:1:10: error[E0103]: NO without quotes is read as",
    ),
    "alias": ("fleet/x.yaml", "a: &b [c]\nd: *b\n", "fleet/x.yaml:2:4: error[E0104]: an alias (*b) is used"),
    "Python tag": (
        "fleet/x.yaml",
        "a: !!python/name:os.system x\n",
        "fleet/x.yaml:1:4: error[E0105]: the tag !!python/name:os.system",
    ),
    "not UTF-8": ("fleet/x.yaml", "\udcff", "fleet/x.yaml:1: error[E0106]: is not UTF-8"),
    "unknown kind": ("fleet/x.yaml", "kind: Clutser\n", "fleet/x.yaml:1:7: error[E0201]: the kind 'Clutser' is not known here"),
    "undefined variable": (
        "templates/toy/overlay/configmap.yaml.j2",
        "\n{{ values.nope }}\n",
        "templates/toy/overlay/configmap.yaml.j2:2: error[E0502]: the template uses something undefined",
    ),
    "template syntax": (
        "templates/toy/overlay/configmap.yaml.j2",
        "{% if %}",
        "templates/toy/overlay/configmap.yaml.j2:1: error[E0503]: broken template",
    ),
    "patch that hits nothing": (
        "templates/toy/base/kustomization.yaml",
        "resources: [deployment.yaml]\npatches: [{target: {kind: Deployment, name: tyo}, patch: '[]'}]\n",
        "templates/toy/base/kustomization.yaml: error[E0504]: a patch or replacement for kind=Deployment name=tyo matches",
    ),
    "image that hits nothing": (
        "templates/toy/base/kustomization.yaml",
        "resources: [deployment.yaml]\nimages: [{name: example.com/tyo, newTag: x}]\n",
        "templates/toy/base/kustomization.yaml: error[E0504]: the image override example.com/tyo matches nothing",
    ),
    "remote resource": (
        "templates/toy/base/kustomization.yaml",
        "resources: [deployment.yaml, 'https://example.com/x.yaml']\n",
        "templates/toy/base/kustomization.yaml: error[E0505]: the kustomization names a remote file",
    ),
    "path that escapes": (
        "templates/toy/base/kustomization.yaml",
        "resources: [deployment.yaml, ../../../secret.yaml]\n",
        "templates/toy/base/kustomization.yaml: error[E0107]: the path ../../../secret.yaml leaves the component's folder",
    ),
    "kustomize refuses": (
        "templates/toy/base/kustomization.yaml",
        "resources: [deployment.yaml]\nnamePrefix: [x]\n",
        "templates/toy: error[E0601]: kustomize refuses environments/production/canary/toy/k3s",
    ),
    "broken fleetgen.toml": ("fleetgen.toml", "library = \n", "fleetgen.toml: error[E1202]: is not valid TOML"),
    "policy without METADATA": (
        "policies/rego/pod/no_privileged/policy.rego",
        "package x\n",
        "error[E0801]: the policy has no METADATA",
    ),
    "constraint with a wrong action": (
        "policies/constraints/x.yaml",
        (
            "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: FGPodNoPrivileged\n"
            "metadata: {name: x}\nspec: {enforcementAction: denyy}\n"
        ),
        "policies/constraints/x.yaml:4:27: error[E0801]: spec.enforcementAction is 'denyy'",
    ),
}


@pytest.mark.parametrize(("name", "text", "message"), WRONG.values(), ids=WRONG.keys())
def test_every_mistake_has_a_place_and_changes_nothing(
    fleet: Path, name: str, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["render", AS_OF])
    before = read(fleet / "output")
    (fleet / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    capsys.readouterr()
    assert main(["render", AS_OF]) == 2
    words = capsys.readouterr().err
    assert message in words
    assert "  fix: " in words
    assert read(fleet / "output") == before


def test_a_symbolic_link_out_of_the_repository_is_refused(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fleet / "fleet/passwd.yaml").symlink_to("/etc/passwd")
    assert main(["check", AS_OF]) == 2
    assert capsys.readouterr().err == (
        "fleet/passwd.yaml: error[E0107]: is a symbolic link; inputs must be plain files\n"
        "  fix: replace it with the file itself\n1 error\n"
    )


def test_a_configured_tool_that_does_not_exist_is_exit_3(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(fleet / "fleetgen.toml", 'library = "."', 'library = "."\n[tools]\nkustomize = "bin/nope"')
    assert main(["check", AS_OF, "--no-cache"]) == 3
    assert "error[E1101]" in capsys.readouterr().err
