"""What the tests of rehearsed sites share: open one, follow a change, look at objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import committed, comparing, objects, rehearsal
from fleetgen.rehearse.apiserver import RefusedError
from fleetgen.rehearse.programs import Tools
from fleetgen.rehearse.site import Options, RehearsedSite
from fleetgen.rehearse.wanted import Wanted
from tests.e2e.fleet import Fleet

PATIENCE = 240.0
_IN_PLACE = (("argoproj.io", "Application"), ("apps", "Deployment"), ("", "Namespace"), ("", "PersistentVolumeClaim"))


def application(name: str) -> ResourceId:
    return ResourceId("argoproj.io", "Application", "argocd", name)


def deployment(name: str) -> ResourceId:
    return ResourceId("apps", "Deployment", "serving", name)


@contextmanager
def opened(
    fleet: Fleet,
    tools: Tools,
    cluster: str,
    crds: Path | None,
    options: Options = Options(poll_seconds=3),  # noqa: B008 - frozen
) -> Iterator[RehearsedSite]:
    """A site that serves the fleet's newest commit and is not powered on yet."""
    commit = fleet.git("rev-parse", "HEAD")
    with rehearsal.opened(fleet.settings(), tools, cluster, commit=commit, crds=crds, options=options) as site:
        yield site


def wanted(fleet: Fleet, tools: Tools, cluster: str, crds: Path | None) -> Wanted:
    """What the cluster's site must become, from the inputs in the work tree."""
    return committed._planned(tools, cluster, crds, committed._made(fleet.settings(), cluster))


def power_off(site: RehearsedSite) -> None:
    """Kill every program at once."""
    site.programs.kill()
    site.timeline.note("site", "all programs killed")


def create(site: RehearsedSite, data: JsonObject) -> None:
    """Create, as an admission webhook of CREATE sees it. RefusedError carries the webhook's words."""
    identity = objects.identity(data)
    site.api._request("POST", site.api._api(identity).path(identity.namespace), json=data)


def delete(site: RehearsedSite, identity: ResourceId) -> None:
    """Delete; an object that is not there is fine."""
    try:
        site.api._request("DELETE", site.api._api(identity).path(identity.namespace, identity.name))
    except RefusedError as error:
        if error.status != 404:
            raise


def follow(site: RehearsedSite, fleet: Fleet, tools: Tools, crds: Path | None, cluster: str = "") -> float:
    """Push what is committed, wait until the site has it, compare everything. Seconds from push to settled."""
    site.serve(wanted(fleet, tools, cluster or site.wanted.cluster.name, crds))
    fleet.push(site.repository)
    seconds = site.wait_settled(fleet.git("rev-parse", "HEAD"), seconds=PATIENCE)
    assert [finding.message for finding in comparing.differences(site.wanted.objects, site.api)] == []
    return seconds


def uids(site: RehearsedSite, *kinds: tuple[str, str]) -> dict[str, str]:
    """Uid of every object of the kinds, by default of what a change in place leaves as it is."""
    found = [data for kind in kinds or _IN_PLACE for data in site.api.list(*kind)]
    return {str(objects.identity(data)): objects.text(data, "metadata", "uid") for data in found}


def live(site: RehearsedSite, wanted_id: ResourceId) -> JsonObject:
    found = site.api.get(wanted_id)
    assert found is not None, wanted_id
    return found


def add_unit(fleet: Fleet, name: str, wave: int, file: str, provides: str = "") -> None:
    """A component of the test's own, with one file of objects."""
    fleet.write(f"templates/{name}/component.yaml", component(name, wave, provides))
    fleet.write(f"templates/{name}/base/kustomization.yaml", "resources: [object.yaml]\n")
    fleet.write(f"templates/{name}/base/object.yaml", file)
    fleet.write(f"templates/{name}/overlay/kustomization.yaml.j2", "resources:\n  - {{ base }}\n")


def component(name: str, wave: int, provides: str) -> str:
    return f"""apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {{name: {name}}}
spec:
  title: {name}
  description: Only for this test.
  namespaces: [serving]
  wave: {wave}
  provides: [{provides}]
  clusterResources: [{{group: nvidia.com, kind: ClusterPolicy}}]
  settings: {{type: object, properties: {{}}}}
  defaults: {{version: "1", values: {{}}}}
"""


POLICY = """apiVersion: nvidia.com/v1
kind: ClusterPolicy
metadata: {name: extra}
spec:
  operator: {defaultRuntime: containerd}
  daemonsets: {}
  dcgm: {}
  dcgmExporter: {}
  devicePlugin: {}
  driver: {}
  gfd: {}
  nodeStatusExporter: {}
  toolkit: {}
"""
CLAIM = """apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: kept
  namespace: serving
  annotations: {argocd.argoproj.io/sync-options: "Prune=false,Delete=false"}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: local-path
  resources: {requests: {storage: 1Gi}}
"""
# On a site with OLM: the operator's definitions come with an approved InstallPlan, the custom resource has to wait for them.
BY_OLM = """apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata: {name: serving, namespace: serving}
spec: {targetNamespaces: [serving]}
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: amd-gpu-operator, namespace: serving}
spec:
  name: amd-gpu-operator
  channel: alpha
  source: certified-operators
  sourceNamespace: openshift-marketplace
  installPlanApproval: Manual
  startingCSV: amd-gpu-operator.v1.5.1
---
apiVersion: amd.com/v1alpha1
kind: DeviceConfig
metadata:
  name: extra
  namespace: serving
  annotations:
    argocd.argoproj.io/sync-wave: "1"
    argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true
spec:
  selector: {feature.node.kubernetes.io/amd-gpu: "true"}
"""
AFTER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: after-gpu, namespace: serving}\ndata: {key: value}\n"
