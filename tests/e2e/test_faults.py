"""A site that is hurt reaches the newest state without anybody's hands. One site, fault by fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import RefusedError
from fleetgen.rehearse.rehearsal import BuiltTools
from fleetgen.rehearse.site import Options, RehearsedSite
from tests.e2e import sites
from tests.e2e.conftest import note, shown
from tests.e2e.fleet import Fleet

STORE = "store-0042"
CLUSTER = "fleet/clusters/store-0042.yaml"
OVERLAY = "output/environments/production/canary/tf-serving.shelf-gap"
TABLE: list[str] = []
# A site tells of a tree that does not build after 180 s, and its sync operations end after 3600 s.
SHORT = {"controller.repo.error.grace.period.seconds": "5s"}
SHORTER = {**SHORT, "controller.sync.timeout.seconds": "30"}


# What a kubelet makes when its machine starts.
NODE: JsonObject = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "other"}}
LEASE: JsonObject = {
    "apiVersion": "coordination.k8s.io/v1",
    "kind": "Lease",
    "metadata": {"name": "other", "namespace": "kube-node-lease"},
}


def accepted(site: RehearsedSite, data: JsonObject) -> bool:
    """Whether the API server would take it now; nothing is made."""
    try:
        site.api.apply(data, dry_run=True)
    except RefusedError:
        return False
    return True


@pytest.fixture(scope="module")
def site(fleet: Fleet, programs: BuiltTools, crds: Path | None) -> Iterator[RehearsedSite]:
    options = Options(poll_seconds=3, parameters=SHORT)
    with sites.opened(fleet, programs, STORE, crds, options) as opened, shown("faults, timeline", lambda: opened.timeline.events):
        opened.power_on()
        yield opened
        note("faults", "\n".join(TABLE))


@pytest.fixture
def follow(site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None) -> Callable[[str, str], None]:
    """Wait until the site has the newest commit, and note how long that took."""

    def wait(fault: str, cluster: str = STORE) -> None:
        seconds = sites.follow(site, fleet, programs, crds, cluster)
        TABLE.append(f"{fault:72} newest state after {seconds:4.0f} s")

    return wait


def test_all_programs_die_during_the_first_sync(site: RehearsedSite, follow: Callable[[str], None]) -> None:
    """While the root's operation is at the operators and nothing of the later waves is there."""
    site.wait("the sync is under way", lambda: "gpu-operator" in site.applications(), seconds=sites.PATIENCE)
    found = site.applications()
    assert (found["root"].phase, "gatekeeper" in found) == ("Running", False)
    sites.power_off(site)
    site.power_on()
    follow("all programs of the site killed during the first sync, started again")


def test_the_git_server_is_gone_for_a_while(site: RehearsedSite, fleet: Fleet, follow: Callable[[str], None]) -> None:
    site.internet.cut(down=True)
    replicas(fleet, "1", "2")
    fleet.publish("Two servers")
    fleet.push(site.repository)
    until = site.timeline.seconds() + 20
    try:
        site.wait("a while", lambda: site.timeline.seconds() > until)
        assert replicas_of(site) == 1
    finally:
        site.internet.cut(down=False)
    follow("link cut for 20 s while a commit is made, mended")
    assert replicas_of(site) == 2


@pytest.mark.parametrize(
    ("what", "file"), [("a tree that does not build", "absent.yaml"), ("an object that is refused", "bad.yaml")]
)
def test_a_commit_that_cannot_be_applied_and_its_fix(
    site: RehearsedSite, fleet: Fleet, follow: Callable[[str], None], what: str, file: str
) -> None:
    folder = objects.text(sites.live(site, sites.application("tf-serving.shelf-gap")), "spec", "source", "path")
    fleet.write(f"{folder}/bad.yaml", BAD)
    fleet.edit(f"{folder}/kustomization.yaml", "resources:\n", f"resources:\n- {file}\n")
    fleet.commit(f"Around the gate: {what}")
    fleet.push(site.repository)
    try:
        site.wait(f"the site complains about {what}", lambda: complains(site, "tf-serving.shelf-gap"), seconds=120)
    finally:
        fleet.git("revert", "--no-edit", "HEAD")
    follow(f"{what}, then its fix")


def test_power_comes_back_without_gatekeeper(site: RehearsedSite, fleet: Fleet, follow: Callable[[str], None]) -> None:
    """With failurePolicy Fail nothing changes in judged namespaces. Nodes, leases, Gatekeeper and Argo CD are not."""
    hooks = site.api.list("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")
    assert [objects.text(hook, "failurePolicy") for hook in objects.items(hooks[0], "webhooks")] == ["Fail", "Fail"]
    replicas(fleet, "2", "1")
    fleet.publish("One server, judged by nobody yet")
    sites.power_off(site)
    site.standins.hold.add("gatekeeper")
    fleet.push(site.repository)
    site.power_on()
    refused = "failed calling webhook"
    site.wait("changes are refused", lambda: refused in site.applications()["tf-serving.shelf-gap"].message, seconds=120)
    assert replicas_of(site) == 2
    judged: JsonObject = {**LEASE, "apiVersion": "v1", "kind": "ConfigMap"}
    assert [accepted(site, each) for each in (NODE, LEASE, judged)] == [True, True, False]
    site.standins.hold.clear()
    follow("power comes back with Gatekeeper down and failurePolicy Fail")
    assert replicas_of(site) == 1


def test_a_cluster_gets_another_name(site: RehearsedSite, fleet: Fleet, follow: Callable[[str, str], None]) -> None:
    """The old folder leads to the new one; nothing is deleted, and the site knows its new name."""
    before = sites.uids(site)
    fleet.edit(CLUSTER, "  name: store-0042\n", "  name: store-0043\n")
    fleet.edit(CLUSTER, "  role: edge\n", "  role: edge\n  formerNames: [store-0042]\n")
    fleet.git("mv", CLUSTER, "fleet/clusters/store-0043.yaml")
    fleet.publish("Another name", "--allow-removal")
    follow("renamed with formerNames", "store-0043")
    assert sites.uids(site) == before
    root = sites.live(site, sites.application("root"))
    assert objects.text(root, "spec", "source", "path") == "output/clusters/production/store-0043"
    identity = sites.live(site, ResourceId("", "ConfigMap", "serving", "fleetgen-identity"))
    assert objects.text(identity, "data", "CLUSTER") == "store-0043"
    fleet.edit("fleet/clusters/store-0043.yaml", "  formerNames: [store-0042]\n", "")
    fleet.publish("The old folder goes", "--allow-removal")
    follow("the folder of the former name removed", "store-0043")
    assert sites.uids(site) == before


def test_a_commit_that_would_empty_the_site(site: RehearsedSite, fleet: Fleet, follow: Callable[[str, str], None]) -> None:
    """`publish` refuses it. Forced past it, what a site cannot live without and what holds data stays."""
    folder = "output/clusters/production/store-0043/kustomization.yaml"
    lasting = (("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition"), ("argoproj.io", "AppProject"))
    before = sites.uids(site, *lasting)
    file = "fleet/clusters/store-0043.yaml"
    off = "gatekeeper: {enabled: false}, gatekeeper-policies: {enabled: false}"
    fleet.edit(file, "  components: {tf-serving: {", f"  components: {{{off}, tf-serving: {{enabled: false, ")
    fleet.commit("Nearly nothing")
    refused = fleet.run("publish", "--as-of", "2026-11-24")
    assert (refused.code, "E0902" in refused.err) == (2, True), refused.err
    fleet.git("revert", "--no-edit", "HEAD")
    text = (fleet.root / folder).read_text(encoding="utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("- ") or "root.yaml" in line)
    fleet.write(folder, kept)
    fleet.commit("Around the guard: only the root is left")
    fleet.push(site.repository)
    site.wait("the units are gone", lambda: set(site.applications()) == {"root"}, seconds=180)
    generated = "constraints.gatekeeper.sh"  # Gatekeeper removes the definition of a constraint with its template
    left = sites.uids(site, *lasting)
    assert {name: uid for name, uid in before.items() if generated not in name} == left
    assert {"Namespace serving", "Namespace gpu-operator", "AppProject.argoproj.io argocd/fleet"} <= left.keys()
    for name in ("argocd-cm", "argocd-cmd-params-cm"):
        assert site.api.get(ResourceId("", "ConfigMap", "argocd", name)) is not None
    fleet.git("revert", "--no-edit", "HEAD")
    follow("a commit that empties the site, forced past the guards, then its revert", "store-0043")


def test_a_wave_that_waits_for_ever_and_the_fix(site: RehearsedSite, fleet: Fleet, follow: Callable[[str, str], None]) -> None:
    """Without a sync timeout the root would wait in its operation and never look at the commit that repairs it.

    With one the operation ends, and Argo CD does not begin another at the same commit, whatever gets ready meanwhile.
    """
    sites.power_off(site)
    site.options = replace(site.options, parameters=SHORTER)
    site.power_on()
    file, units = "fleet/clusters/store-0043.yaml", "gpu-extra: {enabled: true}, after-gpu: {enabled: true}, "
    sites.add_unit(fleet, "gpu-extra", 2, sites.POLICY)
    sites.add_unit(fleet, "after-gpu", 3, sites.AFTER)
    fleet.edit(file, "components: {", f"components: {{{units}")
    site.standins.hold.add("gpu-operator")
    fleet.publish("A unit that never gets ready")
    fleet.push(site.repository)
    ended = "triggered by controller sync timeout"
    site.wait("the root's operation ends", lambda: ended in site.applications()["root"].message, seconds=120)
    site.standins.hold.clear()
    site.wait("it is ready after all", lambda: site.applications()["gpu-extra"].settled, seconds=60)
    until = site.timeline.seconds() + 3 * site.options.poll_seconds
    site.wait("a while", lambda: site.timeline.seconds() > until)
    assert (site.applications()["root"].phase, "after-gpu" in site.applications()) == ("Failed", False)
    fleet.edit(file, units, "")
    fleet.publish("Without it", "--allow-removal")
    follow("a wave that outlasts the sync timeout (30 s), then another commit", "store-0043")


BAD = """apiVersion: v1
kind: Service
metadata: {name: bad, namespace: serving}
spec:
  type: ClusterIP
  ports: [{name: x, port: 700000, protocol: TCP}]
"""


def replicas(fleet: Fleet, old: str, new: str) -> None:
    """Servers of one model, in the cluster's own document."""
    line = "  components: {{tf-serving: {{values: {{models: {{shelf-gap: {{replicas: {}}}}}}}}}}}\n"
    path = fleet.root / CLUSTER
    text = path.read_text(encoding="utf-8")
    if line.format(old) in text:
        path.write_text(text.replace(line.format(old), line.format(new)), encoding="utf-8")
    else:
        path.write_text(text.replace("  role: edge\n", "  role: edge\n" + line.format(new)), encoding="utf-8")


def replicas_of(site: RehearsedSite) -> int:
    found = site.api.get(sites.deployment("tf-serving-shelf-gap"))
    return int(str(objects.at(found, "spec").get("replicas"))) if found else 0


def complains(site: RehearsedSite, name: str) -> bool:
    found = site.applications().get(name)
    return (
        found is not None
        and bool(found.message)
        and (found.sync == "Unknown" or "Retrying" in found.message or "failed" in found.message)
    )
