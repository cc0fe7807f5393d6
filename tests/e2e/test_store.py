"""A one-node k3s site with an NVIDIA card: first pull, waves, changes, refusals, removal.

The tests follow one site through its life, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import comparing, objects, rehearsal
from fleetgen.rehearse.apiserver import RefusedError
from fleetgen.rehearse.rehearsal import BuiltTools
from fleetgen.rehearse.site import RehearsedSite
from tests.e2e import sites
from tests.e2e.conftest import shown
from tests.e2e.fleet import Fleet

STORE = "store-0042"
MANAGED = "app.kubernetes.io/managed-by"
GIT = "https://git.example.com/fleet/fleet.git"
Report = Callable[[str, str], None]


@pytest.fixture(scope="module")
def site(fleet: Fleet, programs: BuiltTools, crds: Path | None) -> Iterator[RehearsedSite]:
    with (
        sites.opened(fleet, programs, STORE, crds) as opened,
        shown("store-0042, its whole life", lambda: opened.timeline.events),
    ):
        yield opened


def test_first_pull_waits_for_templates_and_children_in_waves(site: RehearsedSite, fleet: Fleet, report: Report) -> None:
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
    assert site.timeline.early() == []
    total = sum(site.peak_memory.values()) // 2**20
    pulled = site.internet.traffic()[GIT]
    report(
        "store-0042, first pull",
        f"{site.timeline.seconds():.0f} s to Synced and Healthy, of which 12 s waiting on purpose\n"
        f"{total} MiB for all programs of the site\n"
        f"{pulled.content} bytes pulled from git, {pulled.sent - pulled.content} more to look for changes",
    )


def test_every_object_is_there_with_its_content_and_nothing_else(site: RehearsedSite) -> None:
    assert [finding.message for finding in comparing.differences(site.wanted.objects, site.api)] == []
    assert site.internet.unknown() == ()


def test_the_comparison_sees_what_differs(site: RehearsedSite) -> None:
    """Otherwise the test above would say nothing."""
    service = next(data for data in site.wanted.objects if data["kind"] == "Service")
    metadata = objects.at(service, "metadata")
    labels: JsonObject = {key: value for key, value in objects.at(metadata, "labels").items() if key != MANAGED} | {"x": "y"}
    changed: JsonObject = {**service, "metadata": {**metadata, "labels": labels}}
    missing: JsonObject = {**service, "metadata": {"name": "absent", "namespace": "serving"}}
    rest = [data for data in site.wanted.objects if data is not service]
    found = [finding.message for finding in comparing.differences([*rest, changed, missing], site.api)]
    name = objects.text(service, "metadata", "name")
    assert found == [
        f"Service serving/{name}: metadata.labels.x is nothing in the cluster, 'y' is committed",
        f"Service serving/{name}: metadata.labels.{MANAGED} is 'fleetgen' in the cluster, nothing is committed",
        "Service serving/absent is committed but not in the cluster",
    ]
    assert [finding.message for finding in comparing.differences(rest, site.api)] == [
        f"Service serving/{name} is in the cluster, applied by Argo CD, but not committed"
    ]


def test_nothing_goes_out_of_sync_by_itself(site: RehearsedSite) -> None:
    assert [finding.message for finding in rehearsal.unrest(site)] == []


def test_one_value_costs_two_kilobytes_and_moves_nothing_else(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None, report: Report
) -> None:
    before, pulled = sites.uids(site), site.internet.traffic()[GIT]
    fleet.edit("environments/production/rings/canary.yaml", "580.178.04", "580.126.20")
    fleet.publish("Another driver for the canary ring")
    folder = fleet.git("diff", "--name-only", "HEAD~1", "--", "output/clusters")
    seconds = sites.follow(site, fleet, programs, crds)
    now = site.internet.traffic()[GIT]
    cost, looks = now.content - pulled.content, now.sent - now.content - pulled.sent + pulled.content
    assert (folder, sites.uids(site)) == ("", before)
    assert 0 < cost < 4096
    report(
        "one value changed",
        f"{cost} bytes pulled from git, {looks} more to look for changes, {seconds:.0f} s from push to Synced and Healthy",
    )


def test_self_heal_restores_what_somebody_changed_but_leaves_what_was_added(site: RehearsedSite) -> None:
    """What was added is Synced to Argo CD; the comparison tells it."""
    name = sites.deployment("tf-serving-shelf-gap")
    site.api.merge(name, {"spec": {"replicas": 3}, "metadata": {"labels": {"by": "hand"}}})
    service = ResourceId("", "Service", "serving", "tf-serving-shelf-gap")
    sites.delete(site, service)
    site.wait(
        "the Deployment and the Service are as committed",
        lambda: objects.at(sites.live(site, name), "spec").get("replicas") == 1 and site.api.get(service) is not None,
    )
    site.wait_settled()
    assert [finding.message for finding in comparing.differences(site.wanted.objects, site.api)] == [
        f"{name}: metadata.labels.by is 'hand' in the cluster, nothing is committed"
    ]
    site.api.merge(name, {"metadata": {"labels": {"by": None}}})


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("foreign-repository", {"repoURL": "https://git.example.com/other.git"}, "is not permitted in project 'fleet'"),
        ("foreign-namespace", {"namespace": "kube-system"}, "do not match any of the allowed destinations in project 'fleet'"),
        ("foreign-kind", {"path": "rogue"}, "resource storage.k8s.io:StorageClass is not permitted in project fleet"),
    ],
)
def test_the_project_refuses(site: RehearsedSite, fleet: Fleet, name: str, change: dict[str, str], words: str) -> None:
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
        sites.delete(site, sites.application(name))
    site.wait("the rogue Application is gone", lambda: name not in site.applications())
    assert site.api.get(ResourceId("storage.k8s.io", "StorageClass", "", "rogue")) is None


def test_gatekeeper_refuses_what_went_around_the_gate_in_the_gates_words(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """The same patch is refused by `fleetgen check` and, committed by hand, by the webhook."""
    layer = "environments/production/rings/canary.yaml"
    before = text(fleet, layer)
    patch = """{target: {kind: Service}, patch: '[{"op": "replace", "path": "/spec/type", "value": "NodePort"}]'}"""
    fleet.write(layer, before.rstrip("\n") + f"\n    tf-serving:\n      patches:\n        - {patch}\n")
    checked = fleet.run("check", "--as-of", "2026-11-24")
    messages = re.findall(r"error\[FG-NET-001\.type\]: (.*)", checked.err)
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


def test_gatekeeper_refuses_a_pod_that_somebody_brings_by_hand(site: RehearsedSite) -> None:
    """In a namespace without a Pod Security level, which would say no before."""
    container: JsonObject = {"name": "c", "image": "docker.io/library/busybox:1.37.0", "securityContext": {"privileged": True}}
    pod: JsonObject = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "intruder", "namespace": "default"},
        "spec": {"containers": [container]},
    }
    with pytest.raises(RefusedError, match=r"\[pod-no-privileged\] spec\.containers\[0\] \(c\): the container is privileged"):
        sites.create(site, pod)


def test_gatekeeper_refuses_a_workload_when_it_is_made(site: RehearsedSite) -> None:
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
        sites.create(site, deployment)


def test_a_wave_waits_for_a_cluster_policy_and_for_what_olm_installs(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """The site has OLM from now on; nobody but a person approves, and custom resources wait for the approved operator."""
    sites.add_unit(fleet, "gpu-extra", 2, f"{sites.POLICY}---\n{sites.CLAIM}")
    sites.add_unit(fleet, "by-olm", 2, sites.BY_OLM, provides="amd.com/v1alpha1/DeviceConfig")
    sites.add_unit(fleet, "after-gpu", 3, sites.AFTER)
    units = "gpu-extra: {enabled: true}, by-olm: {enabled: true}, after-gpu: {enabled: true}"
    olm = "  provides: [operators.coreos.com/v1alpha1/Subscription]\n"
    fleet.edit("fleet/clusters/store-0042.yaml", "  role: edge\n", f"  role: edge\n{olm}  components: {{{units}}}\n")
    fleet.publish("Three more units")
    site.standins.hold |= {"gpu-operator", "olm"}
    site.serve(sites.wanted(fleet, programs, STORE, crds))
    for definition in site.wanted.definitions:
        site.api.apply(definition)
    fleet.push(site.repository)
    policy, config = (
        ResourceId("nvidia.com", "ClusterPolicy", "", "extra"),
        ResourceId("amd.com", "DeviceConfig", "serving", "extra"),
    )
    subscription = ResourceId("operators.coreos.com", "Subscription", "serving", "amd-gpu-operator")
    site.wait("both are applied", lambda: site.api.get(policy) is not None and site.api.get(subscription) is not None)
    for held in ("gpu-operator", "olm"):
        until = site.timeline.seconds() + 8
        site.wait("a while", lambda until=until: site.timeline.seconds() > until)  # type: ignore[misc]
        assert (set(site.applications()) & {"after-gpu"}, site.api.serves("amd.com", "DeviceConfig")) == (set(), False)
        site.standins.hold.discard(held)
    sites.follow(site, fleet, programs, crds)
    assert objects.text(sites.live(site, config), "status", "observedGeneration") == "1"


def test_a_later_operator_in_the_catalogue_changes_nothing(site: RehearsedSite) -> None:
    """Argo CD's own health check would call the site Progressing until somebody approves what nobody asked for."""
    site.standins.olm.newer.add("amd-gpu-operator")
    subscription = ResourceId("operators.coreos.com", "Subscription", "serving", "amd-gpu-operator")
    site.wait("OLM offers it", lambda: objects.text(sites.live(site, subscription), "status", "state") == "UpgradePending")
    assert [finding.message for finding in rehearsal.unrest(site)] == []


def test_removed_units_go_with_what_they_made_but_not_with_data(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """Constraints before their templates; the claim, its namespace and the definitions stay."""
    seen: list[tuple[bool, bool]] = []
    fleet.edit(
        "fleet/clusters/store-0042.yaml",
        "gpu-extra: {enabled: true}, by-olm: {enabled: true}, after-gpu: {enabled: true}",
        "gatekeeper-policies: {enabled: false}",
    )
    fleet.publish("Four units less", "--allow-removal")
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
    assert site.api.list("amd.com", "DeviceConfig") == site.api.list("operators.coreos.com", "Subscription") == []
    kept = ResourceId("", "PersistentVolumeClaim", "serving", "kept"), ResourceId("", "Namespace", "", "serving")
    assert [site.api.get(identity) is not None for identity in kept] == [True, True]
    assert {("nvidia.com", "ClusterPolicy"), ("amd.com", "DeviceConfig")} <= site.api.kinds()
    forget: JsonObject = {"metadata": {"annotations": {comparing.TRACKING: None}}}  # from now on the claim is the site's own
    site.api.merge(kept[0], forget)


def test_another_ring_and_profile_change_the_applications_in_place(
    site: RehearsedSite, fleet: Fleet, programs: BuiltTools, crds: Path | None
) -> None:
    """Ring first, then hardware: the paths change, no Application, workload, namespace or claim is made anew."""
    before, paths = sites.uids(site), [source_path(site, "gpu-operator")]
    for old, new in (("  ring: canary\n", "  ring: early\n"), ("  profile: l4-single\n", "  profile: a2-small\n")):
        fleet.edit("fleet/clusters/store-0042.yaml", old, new)
        fleet.publish(f"Now{new.rstrip()}")
        sites.follow(site, fleet, programs, crds)
        assert sites.uids(site) == before
        paths.append(source_path(site, "gpu-operator"))
    assert [(path.split("/")[3], "l4-single" in path, "a2-small" in path) for path in paths] == [
        ("canary", True, False),
        ("early", True, False),
        ("early", False, True),
    ]


def source_path(site: RehearsedSite, name: str) -> str:
    """Where the overlay of a unit is."""
    spec = objects.at(sites.live(site, sites.application(name)), "spec")
    sources = objects.items(spec, "sources") or [objects.at(spec, "source")]
    return objects.text(sources[-1], "path")


def running(site: RehearsedSite, name: str) -> bool:
    found = site.applications().get(name)
    return found is not None and found.phase == "Running"


def said(site: RehearsedSite, name: str) -> str:
    found = site.applications().get(name)
    return found.message if found else ""


def text(fleet: Fleet, path: str) -> str:
    return (fleet.root / path).read_text(encoding="utf-8")
