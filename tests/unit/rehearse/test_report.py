from __future__ import annotations

from dataclasses import replace

from fleetgen.errors import problem
from fleetgen.rehearse import report
from fleetgen.rehearse.charts import StandIn
from fleetgen.rehearse.crds import SiteDefinition, anything
from fleetgen.rehearse.internet import Traffic
from fleetgen.rehearse.olm import Package
from fleetgen.rehearse.rehearsal import Rehearsed
from fleetgen.rehearse.watching import SiteEvent

MADE_UP = SiteDefinition(data=anything("g.io", "v1", "Thing", cluster=False), origin="")
FOUND = SiteDefinition(data=anything("g.io", "v1", "Other", cluster=False), origin="my crds: v1/other.yaml")
RESULT = Rehearsed(
    cluster="store-0042",
    commit="0123456789abcdef0123",
    seconds=63.4,
    events=(SiteEvent(seconds=5.84, subject="site", what="powered on"),),
    memory={"etcd": 40 * 2**20, "kube-apiserver": 300 * 2**20},
    traffic={"https://git.example.com/fleet.git": Traffic(requests=31, received=9000, sent=146858, content=140000)},
    unknown=("https://elsewhere.example.com/x",),
    charts=(StandIn(unit="u", repo_url="https://charts.example.com", name="x", version="v1", definitions=(FOUND, MADE_UP)),),
    packages=(Package(name="nfd", namespace="openshift-nfd", definitions=()),),
    provided=(MADE_UP,),
    objects=89,
    gatekeeper=True,
    acted=("cluster-policy: ClusterPolicy reported ready by a stand-in",),
    poll_seconds=5,
    findings=(),
)
TEXT = """\
store-0042 at 0123456789ab: 63 s from the first start to Synced and Healthy

real:
  etcd, kube-apiserver, kube-controller-manager, kube-scheduler
  Argo CD application controller and repository server, with the settings of the unit argocd
  every object that fleetgen renders, pulled from its committed address
  Gatekeeper, with the webhook configuration that its real chart makes of the committed values
stood in:
  nodes and Pods: kwok reports them ready, no container runs
  the world outside: a proxy serves a copy of the repository and the stand-in charts
  Redis: an in-memory implementation
  the time between two looks at git: 5 s
  Gatekeeper's Deployment and Service: the process is started and its address put into the webhooks
  APIs that the site has already: 1 definitions (1 that admit anything)
  chart x v1: 2 definitions (from my crds, 1 that admit anything)
  OLM package nfd: 0 definitions
  cluster-policy: ClusterPolicy reported ready by a stand-in

memory: 340 MiB at most (kube-apiserver 300, etcd 40)
pulled:
  https://git.example.com/fleet.git: 140000 bytes in 31 requests, 6858 more to look for changes, 9000 sent
  asked for and not served: https://elsewhere.example.com/x
compared: 89 objects, 0 differences"""


def test_the_report_says_what_was_real_and_what_stood_in() -> None:
    assert report.text(RESULT) == TEXT


def test_without_gatekeeper_nothing_is_said_of_it() -> None:
    assert "Gatekeeper" not in report.text(replace(RESULT, gatekeeper=False))


def test_json_says_the_same_and_the_timeline() -> None:
    found = report.as_json(replace(RESULT, findings=(problem("E1303", "x differs", fix="look"),)))
    assert found == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "cluster": "store-0042",
        "commit": "0123456789abcdef0123",
        "seconds": 63.4,
        "timeline": [{"seconds": 5.8, "subject": "site", "what": "powered on"}],
        "real": report.real(RESULT),
        "stoodIn": report.stood_in(RESULT),
        "memoryBytes": {"etcd": 40 * 2**20, "kube-apiserver": 300 * 2**20},
        "traffic": {"https://git.example.com/fleet.git": {"requests": 31, "received": 9000, "sent": 146858, "content": 140000}},
        "unknown": ["https://elsewhere.example.com/x"],
        "standIns": [{"unit": "u", "chart": "x", "version": "v1", "crds": ["my crds: v1/other.yaml", ""]}],
        "objects": 89,
        "findings": [{"code": "E1303", "message": "x differs", "fix": "look"}],
    }
