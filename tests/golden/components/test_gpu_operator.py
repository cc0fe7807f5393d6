"""The GPU operator: only what a release knows is rendered, and what it cannot do is refused with the nearest thing that works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, cast

import pytest

from fleetgen.catalog.releases import release_of, unknown_version, unmet_conditions
from fleetgen.errors import InputError
from fleetgen.model.catalog import Release
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Table, merge, plain
from fleetgen.schemas.derive import build
from fleetgen.stages.render import Renderer
from fleetgen.yamlfile import load_manifests, parse
from tests.golden.components.cases import ROOT, case, components, names

CASES: Final = [name for name in names() if name.startswith("gpu-operator/")]
PREFIXES: Final = ("nvidia.com/", "fleetgen.io/")


@cache
def known() -> Mapping[str, Json]:
    """What every release knows."""
    path = "tests/golden/components/gpu_operator_known.yaml"
    (tree,) = parse((ROOT / path).read_text(encoding="utf-8"), path)
    return cast("JsonObject", plain(tree))


def release(name: str) -> Release:
    """The release that a case is rendered for."""
    variant = case(name).variant
    found = release_of(variant.component, variant.version)
    assert found is not None
    return found


def allowed(kind: str, of: Release) -> set[str]:
    """Dotted names that a release knows."""
    sections = cast("dict[str, list[str]]", known()[kind])
    fields = cast("JsonObject", cast("JsonObject", of.data["fields"])[kind])
    everywhere = {f"{section}.{key}" for section, keys in sections.items() for key in keys}
    images = {f"{path}.repository" for path in cast("JsonObject", of.data["images"])} if kind == "chart" else set()
    return everywhere | {section for section, keys in sections.items() if not keys} | set(fields) | images


def unknown(value: Json, names: set[str], path: str = "") -> Iterator[str]:
    """Leaves of `value` that no name covers; a name covers what is below it."""
    if path in names:
        return
    if isinstance(value, dict) and value and any(name.startswith(f"{path}." if path else "") for name in names):
        for key, inner in value.items():
            yield from unknown(inner, names, f"{path}.{key}" if path else key)
        return
    yield path


def objects(name: str, kind: str) -> list[JsonObject]:
    texts = [text for path, text in case(name).rendered.items() if path.startswith("overlay/")]
    documents = [document for text in texts for document in load_manifests(text)]
    return [document for document in documents if isinstance(document, dict) and document.get("kind") == kind]


@pytest.mark.parametrize("name", [name for name in CASES if case(name).chart])
def test_the_chart_knows_every_key(name: str) -> None:
    (values,) = load_manifests(case(name).chart)
    assert list(unknown(values, allowed("chart", release(name)))) == []


@pytest.mark.parametrize("kind", ["ClusterPolicy", "NVIDIADriver"])
@pytest.mark.parametrize("name", CASES)
def test_the_custom_resources_have_every_field_and_what_they_need(name: str, kind: str) -> None:
    key = {"ClusterPolicy": "clusterPolicy", "NVIDIADriver": "nvidiaDriver"}[kind]
    needed = set(cast("dict[str, list[str]]", known()["required"])[key])
    for each in objects(name, kind):
        spec = cast("JsonObject", each["spec"])
        assert list(unknown(spec, allowed(key, release(name)))) == []
        assert needed - spec.keys() == set()


def test_the_runtime_is_named_where_the_definition_requires_it() -> None:
    said = {name: objects(name, "ClusterPolicy") for name in CASES}
    operators = {
        case(name).variant.version: cast("JsonObject", cast("JsonObject", found[0]["spec"])["operator"]).get("defaultRuntime")
        for name, found in said.items()
        if found
    }
    assert operators == {"v25.10.1": "crio", "v26.3.3": None, "v26.7.0": None}


def labels_of(value: Json) -> Iterator[str]:
    """Keys of NVIDIA and of ours that select or name nodes, wherever they stand; names of resources are none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"nodeSelector", "matchLabels", "labels"} and isinstance(inner, dict):
                yield from (label for label in inner if label.startswith(PREFIXES))
            yield from labels_of(inner)
    elif isinstance(value, list):
        for item in value:
            yield from labels_of(item)


def test_every_label_is_known() -> None:
    texts = [text for name in CASES for text in case(name).rendered.values()]
    found = {label for text in texts for document in load_manifests(text) for label in labels_of(document)}
    assert found == {"fleetgen.io/pool"}
    assert found <= set(cast("list[str]", known()["labels"]))


def test_one_default_driver_without_a_selector_and_no_overlap() -> None:
    """What NVIDIA's controller would refuse: two defaults, a default with a selector, two resources for one node."""
    several = {name: found for name in CASES if (found := objects(name, "NVIDIADriver"))}
    assert len(several) == 6
    for name, found in several.items():
        specs = [cast("JsonObject", each["spec"]) for each in found]
        default = [spec for spec in specs if "default" in spec]
        selectors = [str(spec["nodeSelector"]) for spec in specs if "nodeSelector" in spec]
        assert len(default) <= ("default" in cast("JsonObject", cast("JsonObject", release(name).data["fields"])["nvidiaDriver"]))
        assert [spec for spec in default if "nodeSelector" in spec] == []
        assert len(selectors) == len(set(selectors)) == len(specs) - len(default)


def test_what_a_name_of_a_configuration_stands_for_is_the_same_everywhere() -> None:
    """Nobody watches these ConfigMaps: a new meaning under an old name would reach some nodes and others not."""
    meanings: dict[str, set[str]] = {}
    for name in CASES:
        for each in [*objects(name, "ConfigMap")]:
            data = cast("dict[str, str]", each.get("data", {}))
            if cast("JsonObject", each["metadata"])["name"] == "nvidia-device-plugin-config":
                for key, text in data.items():
                    meanings.setdefault(key, set()).add(text)
            for text in [data[key] for key in data if key == "config.yaml"]:
                (parsed,) = load_manifests(text)
                for key, layout in cast("JsonObject", cast("JsonObject", parsed)["mig-configs"]).items():
                    meanings.setdefault(key, set()).add(str(layout))
    assert {key: len(texts) for key, texts in meanings.items()} == dict.fromkeys(meanings, 1)
    assert {"time-slicing-4", "mps-2", "mig-mixed", "mig-single", "1g.6gb-x4", "all-disabled"} <= meanings.keys()


def test_versions_of_the_tables() -> None:
    """Every version that can be installed: the driver that it brings, the one that NVIDIA recommends, the channel that has it."""
    component = components()["gpu-operator"]
    rows = [
        (version, driver["default"], driver["recommended"], cast("JsonObject", each.data["olm"])["channel"])
        for each in component.releases
        for driver in [cast("JsonObject", each.data["driver"])]
        for version in each.versions
    ]
    assert rows == [
        ("v25.3.0", "570.124.06", "580.65.06", "stable"),
        ("v25.3.1", "570.148.08", "580.65.06", "v25.3"),
        ("v25.3.2", "570.148.08", "580.65.06", "v25.3"),
        ("v25.3.3", "580.82.07", "580.82.07", "v25.3"),
        ("v25.3.4", "580.82.07", "580.126.16", "v25.3"),
        ("v25.10.0", "580.95.05", "580.95.05", "v25.10"),
        ("v25.10.1", "580.105.08", "580.178.04", "v25.10"),
        ("v26.3.0", "580.126.20", "580.173.02", "v26.3"),
        ("v26.3.1", "580.126.20", "580.173.02", "v26.3"),
        ("v26.3.2", "580.126.20", "580.173.02", "v26.3"),
        ("v26.3.3", "580.126.20", "580.178.04", "v26.3"),
        ("v26.7.0", "595.91.07", "595.91.07", "v26.7"),
    ]


@pytest.mark.parametrize("index", range(10))
def test_data_of_a_release_is_complete(index: int) -> None:
    data = components()["gpu-operator"].releases[index].data
    driver = cast("JsonObject", data["driver"])
    validated = cast("list[str]", driver["validated"])
    assert {driver["default"], driver["recommended"]} <= set(validated)
    assert validated == sorted(validated, key=lambda version: [*map(int, version.split("."))], reverse=True)
    keys = (
        "blanks",
        "cdi",
        "devicePlugin",
        "driver",
        "fields",
        "gfd",
        "images",
        "nri",
        "olm",
        "platforms",
        "toolkit",
        "withoutCdi",
    )
    assert sorted(data) == [*keys]


CARD: Final = "gpu: {product: L4, count: 1}"
PLUG_IN: Final = (
    "NVIDIA does not support the GPU operator on Jetson and other integrated GPUs; such sites need the plain device plugin "
    "(nvidia-device-plugin)."
)
MICROSHIFT: Final = (
    "On MicroShift, NVIDIA does not support the GPU operator, only the plain device plugin (nvidia-device-plugin) with driver "
    "and toolkit on the host."
)
OTHERS: Final = (
    "The GPU operator is for NVIDIA cards; use the operator of the card's vendor, or remove gpu-operator from this cluster's "
    "layers."
)
SUPPORT: Final = {
    "K3s before it was listed": (
        "v25.10.1",
        "k3s",
        "v1.33.5+k3s1",
        CARD,
        [
            (
                "distribution k3s with kubernetes.minor 1.33 in version v25.10.1",
                "use version v26.7.0, v26.3.3, v26.3.2 or v26.3.1",
            )
        ],
    ),
    "Kubernetes 1.36 before 26.3.2": (
        "v26.3.1",
        "kubeadm",
        "v1.36.1",
        CARD,
        [
            (
                "distribution kubeadm with kubernetes.minor 1.36 in version v26.3.1",
                "use version v26.7.0, v26.3.3 or v26.3.2; 26.3.0 runs on kubernetes.minor 1.32, 1.33, 1.34, 1.35",
            )
        ],
    ),
    "MicroK8s 1.36": (
        "v26.7.0",
        "microk8s",
        "v1.36.1",
        CARD,
        [
            (
                "distribution microk8s with kubernetes.minor 1.36 in version v26.7.0",
                "no known version runs there; 26.7 runs on kubernetes.minor 1.33, 1.34, 1.35",
            )
        ],
    ),
    "OpenShift 4.22 before 26.3.3": (
        "v26.3.2",
        "openshift",
        "4.22.1",
        CARD,
        [
            (
                "distribution openshift with kubernetes.minor 1.35 in version v26.3.2",
                "use version v26.7.0 or v26.3.3; 26.3.2 runs on kubernetes.minor 1.31, 1.32, 1.33, 1.34",
            )
        ],
    ),
    "OpenShift 4.17 after 25.10": (
        "v26.7.0",
        "openshift",
        "4.17.20",
        CARD,
        [
            (
                "distribution openshift with kubernetes.minor 1.30 in version v26.7.0",
                (
                    "use version v25.10.1, v25.10.0, v25.3.4, v25.3.3, v25.3.2 or v25.3.0; "
                    "26.7 runs on kubernetes.minor 1.31, 1.32, 1.33, 1.34, 1.35"
                ),
            )
        ],
    ),
    "MicroShift": (
        "v26.7.0",
        "microshift",
        "v1.33.4",
        CARD,
        [("distribution microshift", MICROSHIFT)],
    ),
    "Jetson": (
        "v26.7.0",
        "k3s",
        "v1.35.4+k3s1",
        "arch: arm64, gpu: {product: Jetson Orin NX, count: 1, driver: host}",
        [("gpu.products jetson-orin-nx", PLUG_IN)],
    ),
    "AMD": (
        "v26.7.0",
        "k3s",
        "v1.35.4+k3s1",
        "gpu: {product: MI300X, count: 1}",
        [("gpu.vendors amd", OTHERS)],
    ),
}


@pytest.mark.parametrize(("version", "distribution", "kubernetes", "pool", "expected"), SUPPORT.values(), ids=SUPPORT)
def test_where_a_release_runs(
    version: str, distribution: str, kubernetes: str, pool: str, expected: list[tuple[str, str]]
) -> None:
    text = f"""
environment: production
ring: canary
kubernetes: {{distribution: {distribution}, version: {kubernetes}}}
nodePools: [{{name: main, {pool}}}]
"""
    (tree,) = parse(text, "fleet/clusters/a.yaml")
    spec = cast("ClusterSpec", build(ClusterSpec, cast("JsonObject", plain(tree))))
    facts = {fact.name: fact.value(spec) for fact in ENUM_FACTS}
    component = components()["gpu-operator"]
    assert [(each.what, each.fix) for each in unmet_conditions(component, version, facts, component.defaults)] == expected


def test_a_version_that_does_not_exist() -> None:
    """There are documents of 25.3.5 and no such release."""
    assert unknown_version(components()["gpu-operator"], "v25.3.5").startswith("did you mean 'v25.3.")


NEWEST: Final = "remove it, or use v26.7.0 or later"
NEEDS: Final = "the plugin needs CDI and the operator's container toolkit"
WITH: Final = "switch it off, or set cdi.enabled and toolkit.enabled: true"
REFUSED: Final = {
    "k0s without a path": (
        "gpu-operator/k0s-nri",
        "{cdi: {nriPlugin: false}}",
        "values.toolkit.env: no source documents where k0s keeps its container runtime for v26.7.0",
        "set cdi.nriPlugin: true, toolkit.env.k0s, or gpu.toolkit: host in the pools",
    ),
    "k0s without a path, and no NRI to go to": (
        "gpu-operator/k0s-own-paths",
        "{toolkit: {env: {k0s: null}}}",
        "values.toolkit.env: no source documents where k0s keeps its container runtime for v25.10.1",
        "set toolkit.env.k0s, or gpu.toolkit: host in the pools",
    ),
    "NRI before it was there": (
        "gpu-operator/rke2-25-3",
        "{cdi: {nriPlugin: true, enabled: true}}",
        "values.cdi.nriPlugin: v25.3.4 has no NRI plugin for containerd",
        "switch it off, or use v26.3.0 or later",
    ),
    "NRI with CRI-O before it was there": (
        "gpu-operator/openshift-a30-mig",
        "{cdi: {nriPlugin: true}}",
        "values.cdi.nriPlugin: v25.10.1 has no NRI plugin for cri-o",
        "switch it off, or use v26.3.2 or later",
    ),
    "NRI without CDI": (
        "gpu-operator/k3s-26-7",
        "{cdi: {nriPlugin: true, enabled: false}}",
        f"values.cdi.nriPlugin: {NEEDS}",
        WITH,
    ),
    "NRI without the toolkit": (
        "gpu-operator/host-driver-and-toolkit",
        "{cdi: {nriPlugin: true}}",
        f"values.cdi.nriPlugin: {NEEDS}",
        WITH,
    ),
    "a time-out that the exporter does not have yet": (
        "gpu-operator/service-monitor",
        "{dcgmExporter: {serviceMonitor: {scrapeTimeout: 10s}}}",
        "values.dcgmExporter.serviceMonitor.scrapeTimeout: v26.3.3 has no such setting",
        NEWEST,
    ),
    "a time-out that the exporter does not have yet, on OpenShift": (
        "gpu-operator/openshift-a30-mig",
        "{dcgmExporter: {serviceMonitor: {scrapeTimeout: 10s}}}",
        "values.dcgmExporter.serviceMonitor.scrapeTimeout: v25.10.1 has no such setting",
        NEWEST,
    ),
    "a kubelet elsewhere before 26.7": (
        "gpu-operator/microk8s-25-10",
        "{hostPaths: {kubeletRootDir: /var/snap/microk8s/common/var/lib/kubelet}}",
        "values.hostPaths.kubeletRootDir: v25.10.0 has no such setting",
        NEWEST,
    ),
}


@pytest.mark.parametrize(("name", "settings", "fact", "fix"), REFUSED.values(), ids=REFUSED)
def test_refused_with_what_works(name: str, settings: str, fact: str, fix: str) -> None:
    variant = case(name).variant
    (upper,) = parse(f"values: {settings}", "fleet/clusters/a.yaml")
    changed = replace(variant, settings=cast("Table", merge(variant.settings, upper, variant.component.rules)))
    with pytest.raises(InputError) as caught:
        Renderer().overlay(changed)
    assert [(f.code, f.message, f.fix) for f in caught.value.findings] == [("E0501", fact, fix)]
