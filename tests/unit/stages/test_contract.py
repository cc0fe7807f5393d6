from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from fleetgen.model.component import Requirement
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.model.resource import KEEP, SYNC_OPTIONS, ResourceId
from fleetgen.model.settings import Table
from fleetgen.model.variant import Variant, VariantKey
from fleetgen.stages import contract
from fleetgen.stages.render import setting_is_on
from fleetgen.yamlfile import parse
from tests.fleets import cluster
from tests.golden.components.cases import case

CLAIM = ResourceId("", "PersistentVolumeClaim", "serving", "models")


def built(identity: ResourceId, options: str) -> Manifest:
    annotations: JsonObject = {SYNC_OPTIONS: options} if options else {}
    metadata: JsonObject = {"name": identity.name, "namespace": identity.namespace, "annotations": annotations}
    return Manifest(id=identity, data={"apiVersion": "v1", "kind": identity.kind, "metadata": metadata}, digest="")


@pytest.fixture
def variant() -> Variant:
    return case("argocd/default").variant


@pytest.mark.parametrize(
    "identity",
    [CLAIM, ResourceId("", "Namespace", "", "x"), ResourceId("apiextensions.k8s.io", "CustomResourceDefinition", "", "x")],
)
@pytest.mark.parametrize(
    ("options", "is_found"),
    [("", True), ("Prune=false", True), (KEEP, False), ("Delete=false,Prune=false,ServerSideApply=true", False)],
)
def test_what_holds_data_is_guarded(variant: Variant, identity: ResourceId, options: str, *, is_found: bool) -> None:
    objects: dict[VariantKey, list[Manifest]] = {variant.key: [built(identity, options)]}
    found = [*contract._unguarded([variant], objects)]
    message = f"removing unit 'argocd' would delete {identity} and everything in it"
    assert [(f.code, f.message, f.fix) for f in found] == [
        ("E0706", message, f"add the annotation {SYNC_OPTIONS}: {KEEP}")
    ] * is_found


def test_other_objects_need_no_guard(variant: Variant) -> None:
    assert [*contract._unguarded([variant], {variant.key: [built(ResourceId("", "ConfigMap", "serving", "x"), "")]})] == []


def test_cluster_scoped_kinds_are_declared(variant: Variant) -> None:
    """The project is made of what is declared, so that it does not shrink with a unit that leaves."""
    found = [*contract._undeclared([variant], {variant.key: [built(ResourceId("storage.k8s.io", "StorageClass", "", "x"), "")]})]
    message = "'argocd' renders StorageClass.storage.k8s.io without a namespace, which its component does not declare"
    fix = "add {group: storage.k8s.io, kind: StorageClass} to clusterResources of component.yaml, or give the object a namespace"
    assert [(f.code, f.message, f.fix) for f in found] == [("E0707", message, fix)]
    assert [*contract._undeclared([variant], {variant.key: [built(CLAIM, "")]})] == []


def site(*provides: str) -> Cluster:
    return cluster("store", f"{{environment: dev, ring: one, provides: [{', '.join(provides)}]}}")


CUSTOM = "custom.metrics.k8s.io/v1beta1/MetricValueList"
RESOURCE = "metrics.k8s.io/v1beta1/PodMetrics"


@pytest.mark.parametrize(
    ("name", "provides", "missing"),
    [
        ("cpu", (), []),
        ("autoscaling", (), [(RESOURCE, "cpu"), (CUSTOM, "metrics")]),
        ("autoscaling", (RESOURCE,), [(CUSTOM, "metrics")]),
        ("autoscaling", (RESOURCE, CUSTOM), []),
    ],
)
def test_what_one_model_asks_for_is_required_of_its_site(
    name: str, provides: tuple[str, ...], missing: list[tuple[str, str]]
) -> None:
    variant = case(f"tf-serving/{name}").variant
    found = [*contract._requirements(site(*provides), [variant], setting_is_on, {})]
    setting = "models.demand-forecast.autoscaling"
    assert [(f.code, f.message, f.fix, str(f.place)) for f in found] == [
        (
            "E0701",
            f"'tf-serving.demand-forecast' needs {api} because {setting}.{key} is on; no component or site provides it",
            (
                f"add a component that provides it, turn off {setting}.{key}, "
                "or list it in spec.provides if the site has it already"
            ),
            "fleet/clusters/store.yaml:1:1",
        )
        for api, key in missing
    ]


@pytest.mark.parametrize(
    ("api", "fix"),
    [
        ("metrics.k8s.io/v1beta1/PodMetrics", "enable 'meter', which provides it"),
        (
            "metrics.k8s.io/v1beta1/PodMetric",
            "did you mean metrics.k8s.io/v1beta1/PodMetrics? If not, add a component that provides it",
        ),
        ("example.com/v1/Queue", "add a component that provides it"),
    ],
)
def test_the_component_that_provides_a_kind_is_named(variant: Variant, api: str, fix: str) -> None:
    needy = replace(variant, component=replace(variant.component, requires=(Requirement(api=api),)))
    found = [*contract._requirements(site(), [needy], setting_is_on, {RESOURCE: "meter"})]
    assert [f.fix for f in found] == [f"{fix}, or list it in spec.provides if the site has it already"]


@pytest.mark.parametrize(
    ("namespace", "fix"),
    [
        ("idle", "set components.cluster-baseline.values.namespaces.idle.enabled to true"),
        ("servin", "did you mean 'serving'? If not, add it to components.cluster-baseline.values.namespaces"),
        ("queue", "add it to components.cluster-baseline.values.namespaces"),
    ],
)
def test_how_to_get_a_namespace(namespace: str, fix: str) -> None:
    baseline = case("cluster-baseline/default").variant
    (settings,) = parse("values: {namespaces: {idle: {enabled: false}}}", "fleet/defaults.yaml")
    assert contract._creating(namespace, [replace(baseline, settings=cast("Table", settings))], ["serving"]) == fix


@pytest.mark.parametrize(("distribution", "is_given"), [("openshift", True), ("k3s", False)])
def test_the_console_of_openshift_has_a_namespace_of_its_own(variant: Variant, distribution: str, *, is_given: bool) -> None:
    spec = f"{{environment: dev, ring: one, kubernetes: {{distribution: {distribution}, version: v1.33.4}}}}"
    dashboard = built(ResourceId("", "ConfigMap", "openshift-config-managed", "x"), "")
    namespace = built(ResourceId("", "Namespace", "", "argocd"), KEEP)
    found = [*contract._namespaces(cluster("store", spec), [variant], {variant.key: [dashboard, namespace]})]
    message = "'argocd' uses namespace 'openshift-config-managed', which cluster-baseline does not create"
    assert [(f.code, f.message) for f in found] == [("E0704", message)] * (not is_given)
