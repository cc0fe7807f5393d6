"""Settings that the components refuse, with the words that a person reads."""

from __future__ import annotations

from typing import Final, cast

import pytest

from fleetgen.model.settings import Table, at, merge
from fleetgen.schemas.validate import Validator
from fleetgen.yamlfile import parse
from tests.golden.components.cases import components

WEB: Final = """
namespaces:
  apps:
    networkPolicy:
      allow:
        web: {direction: ingress, description: People open the page., %s}
"""
MODEL: Final = "models:\n  m: {version: 3, source: {pvc: {claim: a}}, %s}"
REFUSED: Final = {
    "a namespace of the distribution": (
        "cluster-baseline",
        "namespaces: {kube-system: {}}",
        "fleet/defaults.yaml:1:1",
        'values.namespaces: {"enum":["default","kube-system","kube-public","kube-node-lease"]} is not allowed for "kube-system"',
        "Use your own namespace; those of the distribution are left alone",
    ),
    "an unknown Pod Security level": (
        "cluster-baseline",
        "namespaces: {apps: {podSecurity: {enforce: restrict}}}",
        "fleet/defaults.yaml:1:44",
        "values.namespaces.apps.podSecurity.enforce is 'restrict', which is not one of the 3 known values",
        "did you mean 'restricted'?",
    ),
    "an exception for nobody": (
        "cluster-baseline",
        WEB % "ports: [{port: 80, protocol: TCP}]",
        "fleet/defaults.yaml:6:9",
        (
            'values.namespaces.apps.networkPolicy.allow.web: {"description":"People open the page.","direction":"ingress",'
            '"ports":[{"port":80,"protocol":"TCP"}]} is not valid under any of the schemas listed in the \'anyOf\' keyword'
        ),
        "An exception needs ports and at least one of cidrs, pods or anywhere",
    ),
    "a port without protocol": (
        "cluster-baseline",
        WEB % "anywhere: true, ports: [{port: 80}]",
        "fleet/defaults.yaml:6:95",
        "'protocol' is missing in values.namespaces.apps.networkPolicy.allow.web.ports[0]",
        "add 'protocol': Transport protocol",
    ),
    "a role without rights": (
        "cluster-baseline",
        "teamRoles: {nobody: {description: May do nothing at all.}}",
        "fleet/defaults.yaml:1:13",
        (
            'values.teamRoles.nobody: {"description":"May do nothing at all."} is not valid under any of the schemas listed '
            "in the 'anyOf' keyword"
        ),
        "A role needs clusterRules, or namespaceRules with namespaces, or all three",
    ),
    "polling without jitter": (
        "argocd",
        "reconciliation: {jitterSeconds: 0}",
        "fleet/defaults.yaml:1:33",
        "values.reconciliation.jitterSeconds: 0 is less than the minimum of 1",
        (
            "Seconds by which a check may be delayed at random, so that sites that start together do not ask together. "
            "Never 0, because that ends the spreading"
        ),
    ),
    "a floating driver": (
        "gpu-operator",
        "driver: {version: latest}",
        "fleet/defaults.yaml:1:19",
        "values.driver.version is 'latest', which has the wrong form",
        (
            "Exact driver version for pools without `gpu.driverVersion`. NVIDIA must have validated it for the operator's "
            r"release. Empty means the release's own; the form is ^([0-9]{3}\.[0-9]{2,3}(\.[0-9]{2})?)?$"
        ),
    ),
    "node feature discovery of the chart": (
        "gpu-operator",
        "nfd: {enabled: true}",
        "fleet/defaults.yaml:1:1",
        "unknown key 'nfd' in values",
        (
            "use one of: cdi, daemonsets, dcgm, dcgmExporter, driver, hostPaths, imagePullSecrets, nodeStatusExporter, olm, "
            "operator, registry, tolerations, toolkit"
        ),
    ),
    "a registry with a protocol": (
        "gpu-operator",
        "registry: https://registry.example.com",
        "fleet/defaults.yaml:1:11",
        "values.registry is 'https://registry.example.com', which has the wrong form",
        (
            "Registry, with a path if it has one, that replaces nvcr.io in the repository of every image; empty for "
            "nvcr.io. On OpenShift it applies only to drivers with a version; everything else is pulled by digest from where "
            "the catalog says; "
            r"the form is ^([a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._/-]+)?)?$"
        ),
    ),
    "variables of a distribution that has none": (
        "gpu-operator",
        "toolkit: {env: {microshift: {A: b}}}",
        "fleet/defaults.yaml:1:17",
        "unknown key 'microshift' in values.toolkit.env",
        "did you mean 'microk8s'?",
    ),
    "a model from S3": (
        "tf-serving",
        "models: {m: {version: 3, source: {s3: {bucket: models}}}}",
        "fleet/defaults.yaml:1:35",
        "unknown key 's3' in values.models.m.source",
        "use one of: image, imageVolume, pvc",
    ),
    "a model without version": (
        "tf-serving",
        "models: {m: {source: {pvc: {claim: a}}}}",
        "fleet/defaults.yaml:1:10",
        "'version' is missing in values.models.m",
        "add 'version': Version to serve; the name of its folder. Probes wait for it",
    ),
    "an alert that is not there": (
        "dcgm-exporter",
        "alerts: {severity: {GPUIdel: none}}",
        "fleet/defaults.yaml:1:21",
        "unknown key 'GPUIdel' in values.alerts.severity",
        "did you mean 'GPUIdle'?",
    ),
    "alerts without a runbook": (
        "dcgm-exporter",
        "{serviceMonitor: {enabled: true}, alerts: {enabled: true}}",
        "fleet/defaults.yaml:1:35",
        "'runbook' is missing in values.alerts",
        "add 'runbook'",
    ),
    "alerts about metrics that nobody scrapes": (
        "dcgm-exporter",
        "{serviceMonitor: {enabled: false}, alerts: {enabled: true, runbook: https://docs.example.com/gpu}}",
        "fleet/defaults.yaml:1:28",
        "values.serviceMonitor.enabled: true was expected",
        "Alerts need the metrics that the ServiceMonitor finds",
    ),
    "a card of another vendor": (
        "tf-serving",
        MODEL % "accelerator: {kind: nvidia, resource: amd.com/gpu}",
        "fleet/defaults.yaml:2:84",
        "values.models.m.accelerator.resource is 'amd.com/gpu', which has the wrong form",
        (
            "What the site's device plugin calls its NVIDIA cards (nvidia.com/gpu, nvidia.com/mig-1g.6gb), or none; the form is "
            r"^(none|nvidia\.com/(gpu|gpu\.shared|mig-[1-9]g\.[0-9]{1,3}gb(\.me)?))$"
        ),
    ),
    "a need that is no vendor's": (
        "tf-serving",
        MODEL % "accelerator: {kind: amd}",
        "fleet/defaults.yaml:2:66",
        "values.models.m.accelerator.kind is 'amd', which is not one of the 2 known values",
        "use one of: none, nvidia",
    ),
    "an image whose tag can move": (
        "tf-serving",
        "models: {m: {version: 3, source: {image: {reference: r.example.com/models/m:3, path: /m}}}}",
        "fleet/defaults.yaml:1:54",
        "values.models.m.source.image.reference is 'r.example.com/models/m:3', which has the wrong form",
        (
            "Full image reference with a digest, because a tag can move; the form is "
            "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9._-]+)?@sha256:[0-9a-f]{64}$"
        ),
    ),
    "an image volume whose tag can move": (
        "tf-serving",
        "models: {m: {version: 3, source: {imageVolume: {reference: registry.example.com/models/m:latest}}}}",
        "fleet/defaults.yaml:1:60",
        ("values.models.m.source.imageVolume.reference is 'registry.example.com/models/m:latest', which has the wrong form"),
        (
            "Full image reference with a digest, because a tag can move; the form is "
            "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9._-]+)?@sha256:[0-9a-f]{64}$"
        ),
    ),
    "a digest of another kind": (
        "tf-serving",
        MODEL % "digest: md5:0",
        "fleet/defaults.yaml:2:54",
        "values.models.m.digest is 'md5:0', which has the wrong form",
        "Digest of the folder of `version`; compared before the server starts; the form is ^sha256:[0-9a-f]{64}$",
    ),
    "two sources": (
        "tf-serving",
        "models: {m: {version: 3, source: {pvc: {claim: a}, imageVolume: {reference: registry.example.com/m@sha256:%s}}}}"
        % ("0" * 64),
        "fleet/defaults.yaml:1:26",
        (
            'values.models.m.source: {"imageVolume":{"reference":"registry.example.com/m@sha256:%s"},"pvc":{"claim":"a"}} '
            "has more than 1 property" % ("0" * 64)
        ),
        "Where the model comes from. Exactly one of pvc, image and imageVolume",
    ),
    "scaling by nothing": (
        "tf-serving",
        MODEL % "autoscaling: {minReplicas: 1, maxReplicas: 2}",
        "fleet/defaults.yaml:2:46",
        (
            'values.models.m.autoscaling: {"maxReplicas":2,"minReplicas":1} is not valid under any of the schemas listed '
            "in the 'anyOf' keyword"
        ),
        "The number of servers follows the load and replaces replicas. Needs cpu, metrics or both",
    ),
    "messages without an end": (
        "tf-serving",
        MODEL % "input: {kind: image, maxMessageMiB: 2048}",
        "fleet/defaults.yaml:2:82",
        "values.models.m.input.maxMessageMiB: 2048 is greater than the maximum of 1024",
        "Largest gRPC message that the server accepts. A whole batch of one caller has to fit",
    ),
    "a class of its own": (
        "tf-serving",
        MODEL % "latencyClass: urgent",
        "fleet/defaults.yaml:2:60",
        "values.models.m.latencyClass is 'urgent', which is not one of the 3 known values",
        "use one of: batch, instant, interactive",
    ),
    "alerts on metrics that nobody fetches": (
        "tf-serving",
        "alerts: {enabled: true, runbook: https://docs.example.com/tf-serving.md}",
        "fleet/defaults.yaml:1:19",
        "values.alerts.enabled: false was expected",
        "Alerts need the metrics that the ServiceMonitor finds; set serviceMonitor.enabled: true",
    ),
    "alerts that lead nowhere": (
        "tf-serving",
        "serviceMonitor: {enabled: true}\nalerts: {enabled: true}",
        "fleet/defaults.yaml:2:1",
        "'runbook' is missing in values.alerts",
        "add 'runbook': Address of your copy of docs/runbooks/tf-serving.md",
    ),
    "a label of a PCI device that is none": (
        "node-feature-discovery",
        "pci: {labelFields: [name]}",
        "fleet/defaults.yaml:1:21",
        "values.pci.labelFields[0] is 'name', which is not one of the 5 known values",
        "use one of: class, device, subsystem_device, subsystem_vendor, vendor",
    ),
    "sharing that belongs into the inventory": (
        "nvidia-device-plugin",
        "sharing: {mode: time-slicing}",
        "fleet/defaults.yaml:1:1",
        "unknown key 'sharing' in values",
        (
            "use one of: devicePluginsPath, failOnInitError, gfd, image, passDeviceSpecs, priorityClassName, resources, "
            "runtimeClass, tolerations"
        ),
    ),
    "a driver image with a tag": (
        "amd-gpu-operator",
        "driver: {image: registry.example.com/amdgpu:30.20.1}",
        "fleet/defaults.yaml:1:17",
        "values.driver.image is 'registry.example.com/amdgpu:30.20.1', which has the wrong form",
        (
            "Repository for the built driver images, without a tag. It cannot change later; the form is "
            "^([a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._$-]+)+)?$"
        ),
    ),
    "a policy that is nearly right": (
        "intel-gpu-plugin",
        "allocationPolicy: pack",
        "fleet/defaults.yaml:1:19",
        "values.allocationPolicy is 'pack', which is not one of the 3 known values",
        "did you mean 'packed'?",
    ),
    "an interval in words": (
        "cert-manager",
        "serviceMonitor: {interval: often}",
        "fleet/defaults.yaml:1:28",
        "values.serviceMonitor.interval is 'often', which has the wrong form",
        "Time between two scrapes; the form is ^[0-9]+(s|m)$",
    ),
}


def refused(name: str, settings: str) -> list[tuple[str, str, str]]:
    component = components()[name]
    (upper,) = parse(settings, "fleet/defaults.yaml")
    below = at(component.defaults, ("values",))
    assert below is not None
    merged = cast("Table", merge(below, upper, component.rules))
    found = Validator(component.settings).findings(merged, code="E0501", prefix="values")
    return [(str(item.place), item.message, item.fix) for item in found]


@pytest.mark.parametrize(("name", "settings", "place", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused(name: str, settings: str, place: str, message: str, fix: str) -> None:
    assert refused(name, settings) == [(place, message, fix)]
