"""What an environment says about others is checked when it is read."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from tests.fleets import load

THING = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: thing}
spec:
  title: A thing
  description: Does something.
  wave: 0
  chart: {repoURL: https://charts.example.com/thing, name: thing, releaseName: thing, namespace: thing, values: values.yaml.j2}
  settings: {}
  defaults: {}
"""
ENVIRONMENT = """
apiVersion: fleetgen.io/v1alpha1
kind: Environment
metadata: {name: production}
spec:
  rank: 1
  rings: [canary]
  delivery:
    repoURL: https://git.example.com/fleet.git
    chartRepositories:
      https://charts.example.com/thing: https://mirror.example.com/thing
      https://charts.example.com/thnig: https://mirror.example.com/thing
"""


CLUSTER = """
apiVersion: fleetgen.io/v1alpha1
kind: Cluster
metadata: {name: store-1}
spec:
  environment: production
  ring: canary
  kubernetes: {distribution: k3s, version: v1.35.4+k3s1}
  nodePools: [{name: main}]
"""
FILES = {"environments/production/environment.yaml": ENVIRONMENT, "fleet/clusters/store-1.yaml": CLUSTER}
PLAIN = {**FILES, "environments/production/environment.yaml": ENVIRONMENT.partition("    chart")[0]}


def test_a_mirror_for_charts_that_no_component_has() -> None:
    with pytest.raises(InputError) as caught:
        load(FILES, {"templates/thing/component.yaml": THING})
    message = "there is no component with charts from 'https://charts.example.com/thnig'"
    place = "environments/production/environment.yaml:12:41"
    fix = "did you mean 'https://charts.example.com/thing'?"
    assert [(str(f.place), f.code, f.message, f.fix) for f in caught.value.findings] == [(place, "E0301", message, fix)]


def network(line: str) -> dict[str, str]:
    return {"fleet/clusters/store-1.yaml": f"{CLUSTER}  network: {{{line}}}\n"}


@pytest.mark.parametrize(
    ("changed", "place", "code"),
    [
        ({"fleet/clusters/store-2.yaml": ""}, "fleet/clusters/store-2.yaml", "E0207"),
        ({"fleet/clusters/store-2.yaml": "# later\n---\n"}, "fleet/clusters/store-2.yaml", "E0207"),
        (network('dnsServers: ["10.1.0.53; 10.1.1.53"]'), "fleet/clusters/store-1.yaml:10:26", "E0203"),
        (network("dnsServers: [resolver.example.com]"), "fleet/clusters/store-1.yaml:10:26", "E0203"),
        (network('ntpServers: ["one two"]'), "fleet/clusters/store-1.yaml:10:26", "E0203"),
        (network("proxy: http://user:secret@proxy.example.com:3128"), "fleet/clusters/store-1.yaml:10:20", "E0203"),
        (network("proxy: proxy.example.com:http"), "fleet/clusters/store-1.yaml:10:20", "E0203"),
        (network("proxy: proxy.example.com:65536"), "fleet/clusters/store-1.yaml:10:20", "E0203"),
    ],
)
def test_a_file_that_says_nothing_and_servers_that_are_none(changed: dict[str, str], place: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        load({**PLAIN, **changed}, {})
    assert [(str(finding.place), finding.code) for finding in caught.value.findings] == [(place, code)]


def test_servers_of_every_form() -> None:
    line = 'dnsServers: [1.1.1.1, "2606:4700::1111", "::1"], ntpServers: [pool.ntp.org, 10.0.0.1, "fd00::1"]'
    fleet = load({**PLAIN, **network(f"{line}, proxy: 'http://[fd00::1]:3128/'")}, {})
    (cluster,) = fleet.clusters.values()
    assert cluster.spec.network.dns_servers == ("1.1.1.1", "2606:4700::1111", "::1")


def test_a_message_does_not_repeat_credentials() -> None:
    with pytest.raises(InputError) as caught:
        load({**PLAIN, **network("proxy: http://user:secret@proxy.example.com:3128")}, {})
    (finding,) = caught.value.findings
    assert finding.message == "spec.network.proxy is 'http://***@proxy.example.com:3128', which has the wrong form"
