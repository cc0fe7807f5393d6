"""What was composed as text: every folder of output/ with its files."""

from __future__ import annotations

import json

from fleetgen.model.composed import ClusterFolder, ClusterIdentity, ComposedFleet, ComposedVariant, IndexEntry
from fleetgen.model.keys import BaseKey, ClusterKey
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.variant import VariantKey
from fleetgen.stages.compose.output_files import output_folders

UNIT = VariantKey("production", "broad", "toy", "k3s")
BASE = BaseKey("toy", "1.0.0")


def manifest(kind: str, name: str, namespace: str = "argocd") -> Manifest:
    return Manifest.of({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}})


def text(kind: str, name: str, namespace: str = "argocd") -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n"


def kustomization(*resources: str) -> str:
    lines = "".join(f"- {resource}\n" for resource in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{lines}"


def overlay(root: str) -> Overlay:
    return Overlay(root=root, files={f"{root}/kustomization.yaml": "resources: []\n"}, sources={})


def test_every_folder_has_its_files() -> None:
    identity = ClusterIdentity(application=manifest("Application", "identity"), config_maps=(manifest("ConfigMap", "who", "a"),))
    cluster = ClusterFolder(
        key=ClusterKey("production", "store"),
        root=manifest("Application", "root"),
        project=manifest("AppProject", "fleet"),
        identity=identity,
        units=(UNIT,),
        former=(ClusterKey("production", "shop"),),
    )
    toy = manifest("Application", "toy")
    variant = ComposedVariant(base=BASE, extends_base=True, overlay=overlay(UNIT.folder), application=toy)
    fleet = ComposedFleet(
        bases={BASE: overlay(BASE.folder)},
        variants={UNIT: variant},
        clusters={"store": cluster},
        indexes={"production": {UNIT: IndexEntry(clusters=("store",), version="1.0.0", waivers=("w",))}},
    )
    store, app = "clusters/production/store", f"{UNIT.folder}/app"
    folders = output_folders(fleet)
    index = folders.pop("environments/production")
    assert folders == {
        "bases/toy/1.0.0": {"bases/toy/1.0.0/kustomization.yaml": "resources: []\n"},
        "environments/production/broad/toy/k3s": {
            "environments/production/broad/toy/k3s/kustomization.yaml": "resources: []\n",
        },
        app: {
            f"{app}/kustomization.yaml": kustomization("application.yaml"),
            f"{app}/application.yaml": text("Application", "toy"),
        },
        store: {
            f"{store}/kustomization.yaml": kustomization("root.yaml", "project.yaml", "identity.yaml", f"../../../{app}"),
            f"{store}/root.yaml": text("Application", "root"),
            f"{store}/project.yaml": text("AppProject", "fleet"),
            f"{store}/identity.yaml": text("Application", "identity"),
            f"{store}/identity/kustomization.yaml": kustomization("a.yaml"),
            f"{store}/identity/a.yaml": text("ConfigMap", "who", "a"),
        },
        "clusters/production/shop": {"clusters/production/shop/kustomization.yaml": kustomization("../store")},
    }
    assert list(index) == ["environments/production/index.json"]
    assert json.loads(index["environments/production/index.json"]) == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "environment": "production",
        "variants": {"broad/toy/k3s": {"clusters": ["store"], "version": "1.0.0", "waivers": ["w"]}},
    }
