"""What was composed as text: every folder of output/ with its files."""

from __future__ import annotations

import json
from typing import Final

from fleetgen.model.composed import ClusterFolder, ComposedFleet, ComposedVariant, IndexEntry
from fleetgen.model.inventory import Delivery
from fleetgen.model.keys import BaseKey
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.variant import VariantKey
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.output_files import OutputFiles
from fleetgen.yamlfile import dump
from tests.fleets import cluster

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


STORE: Final = cluster("store", "{environment: production, ring: broad, formerNames: [shop]}")


def test_every_folder_has_its_files() -> None:
    folder = ClusterFolder(
        cluster=STORE,
        delivery=Delivery(repo_url="https://git.example.com/fleet.git"),
        project=manifest("AppProject", "fleet"),
        units=(UNIT,),
        namespaces=("a",),
    )
    identity = identity_of(folder)
    assert identity is not None
    toy = manifest("Application", "toy")
    fleet = ComposedFleet(
        bases={BASE: overlay(BASE.folder)},
        variants={UNIT: ComposedVariant(base=BASE, extends_base=True, overlay=overlay(UNIT.folder), application=toy)},
        clusters={"store": folder},
        indexes={"production": {UNIT: IndexEntry(clusters=("store",), version="1.0.0", waivers=("w",))}},
    )
    store, app = "clusters/production/store", f"{UNIT.folder}/app"
    files = OutputFiles(fleet)
    (config_map,) = identity.config_maps
    texts = dict(files)
    index = json.loads(texts.pop("environments/production/index.json"))
    assert texts == {
        "bases/toy/1.0.0/kustomization.yaml": "resources: []\n",
        "environments/production/broad/toy/k3s/kustomization.yaml": "resources: []\n",
        f"{app}/kustomization.yaml": kustomization("application.yaml"),
        f"{app}/application.yaml": text("Application", "toy"),
        f"{store}/kustomization.yaml": kustomization("root.yaml", "project.yaml", "identity.yaml", f"../../../{app}"),
        f"{store}/root.yaml": dump(root_of(folder).data),
        f"{store}/project.yaml": text("AppProject", "fleet"),
        f"{store}/identity.yaml": dump(identity.application.data),
        f"{store}/identity/kustomization.yaml": kustomization("a.yaml"),
        f"{store}/identity/a.yaml": dump(config_map.data),
        "clusters/production/shop/kustomization.yaml": kustomization("../store"),
    }
    assert index == {
        "apiVersion": "fleetgen.io/v1alpha1",
        "environment": "production",
        "variants": {"broad/toy/k3s": {"clusters": ["store"], "version": "1.0.0", "waivers": ["w"]}},
    }
    assert list(files) == sorted(files)
    assert files.of(app) == {path: text for path, text in texts.items() if path.startswith(app)}


def test_only_what_is_asked_for_is_made() -> None:
    folder = ClusterFolder(
        cluster=STORE,
        delivery=Delivery(repo_url="https://git.example.com/fleet.git"),
        project=manifest("AppProject", "fleet"),
        units=(),
        namespaces=(),
    )
    files = OutputFiles(ComposedFleet(bases={BASE: overlay(BASE.folder)}, variants={}, clusters={"store": folder}, indexes={}))
    assert (len(files), "clusters/production/store/root.yaml" in files, files.made) == (5, True, 0)
    assert files["clusters/production/store/kustomization.yaml"] == kustomization("root.yaml", "project.yaml")
    assert files.made == 1
