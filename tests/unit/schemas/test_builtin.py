"""Kubernetes' own kinds, on the real data of the pinned package."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from fleetgen.errors import ToolError
from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes
from fleetgen.model.plain import JsonObject
from fleetgen.model.schema import Api, Breach
from fleetgen.schemas.builtin import unserved
from fleetgen.schemas.object_schema import ObjectSchema
from fleetgen.yamlfile import load_manifests


@pytest.fixture(scope="module")
def kubernetes() -> PackagedKubernetes:
    return PackagedKubernetes()


def judge(kubernetes: PackagedKubernetes, minor: str, text: str) -> list[tuple[str, str]]:
    (data,) = load_manifests(text)
    assert isinstance(data, dict)
    found = ObjectSchema(kubernetes.builtin(minor).schema(Api.of(data))).breaches(data)
    return [(breach.message, breach.fix) for breach in found]


def test_the_package_has_the_minors_of_the_example_and_says_which(kubernetes: PackagedKubernetes) -> None:
    assert kubernetes.minors == tuple(f"1.{minor}" for minor in range(25, 38))
    assert len(kubernetes.digest) == 16


def test_the_package_is_found_without_being_imported(kubernetes: PackagedKubernetes) -> None:
    """Its imports take longer than a check in which nothing has changed."""
    assert kubernetes.builtin("1.35").names
    assert "kubernetes_validate" not in sys.modules


def test_an_environment_without_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ToolError) as caught:
        PackagedKubernetes()
    assert [(f.code, f.message, f.fix) for f in caught.value.findings] == [
        ("E1101", "the Python package kubernetes-validate is missing", "install fleetgen again, with its dependencies")
    ]


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, creationTimestamp: null}
spec:
  replica: 3
  selector: {matchLabels: {app: x}}
  template:
    metadata: {labels: {app: x}}
    spec:
      terminationGracePeriodSeconds: 30s
      volumes: null
      containers:
      - name: main
        image: x
        imagePullPolcy: Always
        env: [{name: A, value: 2}, {name: A, value: x}]
        ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}, {containerPort: 5000000000}]
        livenessProbe: {httpGet: {port: http}}
        resources: {limits: {memory: 8 GB, cpu: 1, nvidia.com/gpu: 1}}
"""


def test_every_breach_of_a_workload_has_its_path(kubernetes: PackagedKubernetes) -> None:
    container = "spec.template.spec.containers[0]"
    assert judge(kubernetes, "1.35", DEPLOYMENT) == [
        (f"unknown key 'imagePullPolcy' in {container}", "did you mean 'imagePullPolicy'?"),
        ("unknown key 'replica' in spec", "did you mean 'replicas'?"),
        (f"{container}.env has two items with name A", "keep one of them; server-side apply refuses duplicates"),
        (f"{container}.env[0].value must be text, but 2 is read as a whole number", 'quote it: "2"'),
        (
            f"{container}.ports[2].containerPort: 5000000000 is greater than the maximum of 2147483647",
            "Number of port to expose on the pod's IP address",
        ),
        (
            f"{container}.resources.limits.memory is '8 GB', which has the wrong form",
            "A quantity such as 500m or 2Gi; the form is ^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$",
        ),
        (
            "spec.template.spec.terminationGracePeriodSeconds must be a whole number, not text",
            "Optional duration in seconds the pod needs to terminate gracefully",
        ),
    ]


def test_a_field_is_judged_by_the_minor_that_has_it(kubernetes: PackagedKubernetes) -> None:
    text = "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a}], resources: {limits: {cpu: 1}}}}"
    expected = {"1.31": [("unknown key 'resources' in spec", "did you mean 'resourceClaims'?")], "1.32": [], "1.37": []}
    assert {minor: judge(kubernetes, minor, text) for minor in expected} == expected


def test_definitions_of_custom_kinds_are_judged_with_their_recursive_schemas(kubernetes: PackagedKubernetes) -> None:
    text = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.g.io}
spec:
  group: g.io
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {a: {type: object, propertis: {}, default: {any: [1]}}}}}
"""
    path = "spec.versions[0].schema.openAPIV3Schema.properties.a"
    assert judge(kubernetes, "1.35", text) == [(f"unknown key 'propertis' in {path}", "did you mean 'properties'?")]


def test_secrets_hold_base64(kubernetes: PackagedKubernetes) -> None:
    text = "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {a: aGFsbG8=, b: hallo!}, stringData: {c: x}}"
    assert judge(kubernetes, "1.35", text) == [("data.b is 'hallo!', which is not a base64 text", "encode it with base64")]


@pytest.mark.parametrize(
    ("api", "message", "fix"),
    [
        (
            Api("policy", "v1beta1", "PodDisruptionBudget"),
            "does not serve policy/v1beta1 PodDisruptionBudget",
            "set apiVersion: policy/v1, and adapt the object",
        ),
        (
            Api("extensions", "v1beta1", "Ingress"),
            "does not serve extensions/v1beta1 Ingress",
            "set apiVersion: networking.k8s.io/v1, and adapt the object",
        ),
        (
            Api("autoscaling", "v2beta2", "HorizontalPodAutoscaler"),
            "does not serve autoscaling/v2beta2 HorizontalPodAutoscaler; served by Kubernetes 1.25",
            "set apiVersion: autoscaling/v2, and adapt the object",
        ),
        (
            Api("resource.k8s.io", "v1", "DeviceClass"),
            "does not serve resource.k8s.io/v1 DeviceClass; served by Kubernetes 1.34 to 1.37",
            "set apiVersion: resource.k8s.io/v1beta2, and adapt the object",
        ),
        (
            Api("apps", "v1", "Deployement"),
            "does not serve apps/v1 Deployement",
            "did you mean 'Deployment'?",
        ),
        (
            Api("policy", "v1beta1", "PodSecurityPolicy"),
            "does not serve policy/v1beta1 PodSecurityPolicy",
            "use one of: Eviction, PodDisruptionBudget",
        ),
        (
            Api("app", "v1", "Deploy"),
            "does not serve app/v1 Deploy",
            "check apiVersion and kind",
        ),
    ],
    ids=str,
)
def test_what_a_minor_does_not_serve(kubernetes: PackagedKubernetes, api: Api, message: str, fix: str) -> None:
    found = unserved(api, "1.33", lambda minor: kubernetes.builtin(minor).names, kubernetes.minors)
    assert found == Breach(code="E0604", message=message, fix=fix)


@pytest.mark.parametrize("group", ["gateway.networking.k8s.io", "snapshot.storage.k8s.io", "networking.istio.io", "nvidia.com"])
def test_a_group_that_no_kubernetes_has_is_a_custom_one(kubernetes: PackagedKubernetes, group: str) -> None:
    served = {minor: kubernetes.builtin(minor).names for minor in kubernetes.minors}
    assert unserved(Api(group, "v1", "Gateway"), "1.33", served.__getitem__, kubernetes.minors) is None


def test_every_own_kind_of_every_minor_has_a_schema_that_compiles(kubernetes: PackagedKubernetes) -> None:
    empty: JsonObject = {}
    for minor in (kubernetes.minors[0], kubernetes.minors[-1]):
        builtin = kubernetes.builtin(minor)
        kinds = [api for api in builtin.names if api.group in {"", "apps", "batch", "policy", "rbac.authorization.k8s.io"}]
        assert len(kinds) > 50
        for api in kinds:
            ObjectSchema(builtin.schema(api)).breaches(empty)
