"""A one-node k3s site with an NVIDIA card: first pull, waves, changes, refusals, removal.

The tests follow one site through its life, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.model.plain import JsonObject
from generator.model.resource import ResourceId
from generator.rehearse import comparing, objects
from generator.rehearse.apiserver import RefusedError
from generator.rehearse.rehearsal import BuiltTools
from generator.rehearse.site import Site
from tests.e2e import sites
from tests.e2e.conftest import shown
from tests.e2e.fleet import Fleet

STORE = "store-0042"
GIT = "https://git.example.com/fleet/fleet.git"
Report = Callable[[str, str], None]


@pytest.fixture(scope="module")
def site(fleet: Fleet, programs: BuiltTools, crds: Path | None) -> Iterator[Site]:
    with (
        sites.opened(fleet, programs, STORE, crds) as opened,
        shown("store-0042, its whole life", lambda: opened.timeline.events),
    ):
        yield opened


def test_first_pull_waits_for_templates_and_children_in_waves(site: Site, fleet: Fleet, report: Report) -> None:
    """Without Gatekeeper no template gets ready, so the wave of the policies holds up the wave of the workloads."""
    site.standins.hold.add("gatekeeper")
    site.power_on()
    site.wait("the policies are being applied", lambda: running(site, "gatekeeper-policies"), seconds=sites.PATIENCE)
    until = site.timeline.seconds() + 12
    site.wait("a while", lambda: site.timeline.seconds() > until)
    assert {name for name in site.applications() if name.startswith("tf-serving")} == set()
    assert site.api.list("constraints.gatekeeper.sh", "FGPodNoPrivileged") == []
    site.standins.hold.clear()
    site.wait_settled(fleet.git("rev-parse", "HEAD"), seconds=sites.PATIENCE)
    seen = [first(site, name) for name in ("cluster-baseline", "gatekeeper", "gatekeeper-policies", "tf-serving.shelf-gap")]
    assert seen == sorted(seen)
    total = sum(site.peak_memory.values()) // 2**20
    pulled = site.internet.traffic()[GIT]
    report(
        "store-0042, first pull",
        f"{site.timeline.seconds():.0f} s to Synced and Healthy, of which 12 s waiting on purpose\n"
        f"{total} MiB for all programs of the site\n{pulled.sent} bytes pulled from git in {pulled.requests} requests",
    )


def test_every_object_is_there_with_its_content_and_nothing_else(site: Site) -> None:
    assert [finding.message for finding in comparing.differences(site.wanted.objects, site.api)] == []
    assert site.internet.unknown() == ()


def test_the_comparison_sees_what_differs(site: Site) -> None:
    """Otherwise the test above would say nothing."""
    service = next(data for data in site.wanted.objects if data["kind"] == "Service")
    changed: JsonObject = {**service, "metadata": {**objects.at(service, "metadata"), "labels": {"x": "y"}}}
    missing: JsonObject = {**service, "metadata": {"name": "absent", "namespace": "serving"}}
    rest = [data for data in site.wanted.objects if data is not service]
    found = [finding.message for finding in comparing.differences([*rest, changed, missing], site.api)]
    name = objects.text(service, "metadata", "name")
    assert found == [
        f"Service serving/{name}: metadata.labels.x is None in the cluster, 'y' is committed",
        "Service serving/absent is committed but not in the cluster",
    ]
    assert [finding.message for finding in comparing.differences(rest, site.api)] == [
        f"Service serving/{name} is in the cluster, applied by Argo CD, but not committed"
    ]


def test_nothing_goes_out_of_sync_by_itself(site: Site) -> None:
    before = len(site.timeline.events)
    until = site.timeline.seconds() + 3 * site.options.poll_seconds
    site.wait("two reconciliations", lambda: site.timeline.seconds() > until)
    assert site.timeline.events[before:] == []


def test_one_value_costs_some_hundred_bytes_and_moves_nothing_else(
    site: Site, fleet: Fleet, programs: BuiltTools, crds: Path | None, report: Report
) -> None:
    before, pulled = sites.uids(site), site.internet.traffic()[GIT].sent
    fleet.edit("environments/production/rings/canary.yaml", "580.178.04", "580.126.20")
    fleet.publish("Another driver for the canary ring")
    folder = fleet.git("diff", "--name-only", "HEAD~1", "--", "output/clusters")
    seconds = sites.follow(site, fleet, programs, crds)
    cost = site.internet.traffic()[GIT].sent - pulled
    assert (folder, sites.uids(site)) == ("", before)
    report(
        "one value changed",
        f"{cost} bytes from git with all polls until settled, {seconds:.0f} s from push to Synced and Healthy",
    )


def test_self_heal_restores_what_somebody_changed(site: Site) -> None:
    name = sites.deployment("tf-serving-shelf-gap")
    site.api.merge(name, {"spec": {"replicas": 3}})
    service = ResourceId("", "Service", "serving", "tf-serving-shelf-gap")
    site.api.delete(service)
    site.wait(
        "the Deployment and the Service are as committed",
        lambda: objects.at(sites.live(site, name), "spec").get("replicas") == 1 and site.api.get(service) is not None,
    )
    site.wait_settled()


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("foreign-repository", {"repoURL": "https://git.example.com/other.git"}, "is not permitted in project 'fleet'"),
        ("foreign-namespace", {"namespace": "kube-system"}, "do not match any of the allowed destinations in project 'fleet'"),
        ("foreign-kind", {"path": "rogue"}, "resource storage.k8s.io:StorageClass is not permitted in project fleet"),
    ],
)
def test_the_project_refuses(site: Site, fleet: Fleet, name: str, change: dict[str, str], words: str) -> None:
    kind = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: rogue}\nprovisioner: example.com/rogue\n"
    fleet.write("rogue/class.yaml", kind)
    fleet.write("rogue/kustomization.yaml", "resources: [class.yaml]\n")
    if fleet.git("status", "--porcelain"):
        fleet.commit("Something that no unit brings")
        fleet.push(site.repository)
    source = {"repoURL": change.get("repoURL", GIT), "targetRevision": "refs/heads/main", "path": change.get("path", "rogue")}
    destination = {"server": "https://kubernetes.default.svc", "namespace": change.get("namespace", "serving")}
    spec: JsonObject = {"project": "fleet", "source": {**source}, "destination": {**destination}, "syncPolicy": {"automated": {}}}
    rogue: JsonObject = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": spec,
    }
    site.api.apply(rogue)
    try:
        site.wait(f"it is refused: {words}", lambda: words in said(site, name), seconds=90)
    finally:
        site.api.delete(sites.application(name))
    site.wait("the rogue Application is gone", lambda: name not in site.applications())
    assert site.api.get(ResourceId("storage.k8s.io", "StorageClass", "", "rogue")) is None


def test_gatekeeper_refuses_what_went_around_the_gate_in_the_gates_words(
    site: Site, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """The same patch is refused by `fleetgen check` and, committed by hand, by the webhook."""
    layer = "environments/production/rings/canary.yaml"
    before = text(fleet, layer)
    patch = """{target: {kind: Service}, patch: '[{"op": "replace", "path": "/spec/type", "value": "NodePort"}]'}"""
    fleet.write(layer, before.rstrip("\n") + f"\n    tf-serving:\n      patches:\n        - {patch}\n")
    checked = fleet.run("check", "--as-of", "2026-11-24")
    messages = re.findall(r"error\[FG-NET-001\]: (.*)", checked.err)
    assert (checked.code, len(messages) >= 1) == (1, True), checked.err
    fleet.write(layer, before)
    overlay = objects.text(sites.live(site, sites.application("tf-serving.shelf-gap")), "spec", "source", "path")
    file = f"{overlay}/kustomization.yaml"
    committed = text(fleet, file)
    fleet.write(file, committed.rstrip("\n") + ("" if "\npatches:" in committed else "\npatches:") + f"\n- {patch}\n")
    fleet.commit("Around the gate")
    fleet.push(site.repository)
    webhook, constraint = 'admission webhook "validation.gatekeeper.sh" denied the request: ', "[network-in-cluster-services] "
    site.wait("the webhook refuses", lambda: webhook in said(site, "tf-serving.shelf-gap"), seconds=120)
    # More than one constraint refuses, in no certain order.
    refused = said(site, "tf-serving.shelf-gap").partition(webhook)[2].partition(constraint)[2]
    assert any(refused.startswith(message) for message in messages), (refused, messages)
    service = sites.live(site, ResourceId("", "Service", "serving", "tf-serving-shelf-gap"))
    assert objects.text(service, "spec", "type") == "ClusterIP"
    fleet.git("revert", "--no-edit", "HEAD")
    sites.follow(site, fleet, programs, crds)


def test_gatekeeper_refuses_a_pod_that_somebody_brings_by_hand(site: Site) -> None:
    """In a namespace without a Pod Security level, which would say no before."""
    container: JsonObject = {"name": "c", "image": "docker.io/library/busybox:1.37.0", "securityContext": {"privileged": True}}
    pod: JsonObject = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "intruder", "namespace": "default"},
        "spec": {"containers": [container]},
    }
    with pytest.raises(RefusedError, match=r"\[pod-no-privileged\] spec\.containers\[0\] \(c\): the container is privileged"):
        site.api.create(pod)


def test_gatekeeper_refuses_a_workload_when_it_is_made(site: Site) -> None:
    """By the ExpansionTemplates, in the words of the gate; without them the Deployment would be there, and its Pods would not."""
    container: JsonObject = {"name": "c", "image": "docker.io/library/busybox:1.37.0", "securityContext": {"privileged": True}}
    template: JsonObject = {"metadata": {"labels": {"app": "intruder"}}, "spec": {"containers": [container]}}
    deployment: JsonObject = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "intruder", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "intruder"}}, "template": template},
    }
    words = r"\[pod-no-privileged\] \[Implied by expand-deployment\] spec\.containers\[0\] \(c\): the container is privileged"
    with pytest.raises(RefusedError, match=words):
        site.api.create(deployment)


def test_a_wave_waits_for_a_cluster_policy(site: Site, fleet: Fleet, programs: BuiltTools, crds: Path | None) -> None:
    sites.add_unit(fleet, "gpu-extra", 2, f"{sites.POLICY}---\n{sites.CLAIM}")
    sites.add_unit(fleet, "after-gpu", 3, sites.AFTER)
    fleet.edit(
        "fleet/clusters/store-0042.yaml",
        "  role: edge\n",
        "  role: edge\n  components: {gpu-extra: {enabled: true}, after-gpu: {enabled: true}}\n",
    )
    fleet.publish("Two more units")
    site.standins.hold.add("gpu-operator")
    site.serve(sites.wanted(fleet, programs, STORE, crds))
    fleet.push(site.repository)
    policy = ResourceId("nvidia.com", "ClusterPolicy", "", "extra")
    site.wait("the ClusterPolicy is applied", lambda: site.api.get(policy) is not None)
    until = site.timeline.seconds() + 12
    site.wait("a while", lambda: site.timeline.seconds() > until)
    assert "after-gpu" not in site.applications()
    site.standins.hold.clear()
    sites.follow(site, fleet, programs, crds)


def test_removed_units_go_with_what_they_made_but_not_with_data(
    site: Site, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """Constraints before their templates; the claim, its namespace and the definitions stay."""
    seen: list[tuple[bool, bool]] = []
    fleet.edit(
        "fleet/clusters/store-0042.yaml",
        "gpu-extra: {enabled: true}, after-gpu: {enabled: true}",
        "gatekeeper-policies: {enabled: false}",
    )
    fleet.publish("Three units less", "--allow-removal")
    site.serve(sites.wanted(fleet, programs, STORE, crds))
    fleet.push(site.repository)

    def gone() -> bool:
        constraints = site.api.list("constraints.gatekeeper.sh", "FGPodNoPrivileged")
        templates = [objects.text(t, "metadata", "name") for t in site.api.list("templates.gatekeeper.sh", "ConstraintTemplate")]
        seen.append((bool(constraints), "fgpodnoprivileged" in templates))
        return not constraints and not templates

    site.wait("constraints and templates are gone", gone)
    assert (True, False) not in seen
    site.wait_settled(fleet.git("rev-parse", "HEAD"))
    assert site.api.get(ResourceId("nvidia.com", "ClusterPolicy", "", "extra")) is None
    kept = ResourceId("", "PersistentVolumeClaim", "serving", "kept"), ResourceId("", "Namespace", "", "serving")
    assert [site.api.get(identity) is not None for identity in kept] == [True, True]
    assert site.api.serves("nvidia.com", "ClusterPolicy")
    forget: JsonObject = {"metadata": {"annotations": {comparing.TRACKING: None}}}  # from now on the claim is the site's own
    site.api.merge(kept[0], forget)


def test_another_ring_and_profile_change_the_applications_in_place(
    site: Site, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    before = sites.uids(site)
    path = objects.text(sites.live(site, sites.application("tf-serving.shelf-gap")), "spec", "source", "path")
    fleet.edit("fleet/clusters/store-0042.yaml", "  ring: canary\n", "  ring: early\n")
    fleet.publish("Another ring")
    sites.follow(site, fleet, programs, crds)
    assert sites.uids(site) == before
    moved = objects.text(sites.live(site, sites.application("tf-serving.shelf-gap")), "spec", "source", "path")
    assert (path.split("/")[3], moved.split("/")[3]) == ("canary", "early")


def running(site: Site, name: str) -> bool:
    found = site.applications().get(name)
    return found is not None and found.phase == "Running"


def said(site: Site, name: str) -> str:
    found = site.applications().get(name)
    return found.message if found else ""


def first(site: Site, name: str) -> float:
    seen = site.timeline.first(name)
    assert seen is not None
    return seen


def text(fleet: Fleet, path: str) -> str:
    return (fleet.root / path).read_text(encoding="utf-8")
