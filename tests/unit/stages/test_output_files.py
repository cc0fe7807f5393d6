"""What was composed as text: every folder of output/ with its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

import pytest

from fleetgen.model.composed import ClusterFolder, ComposedFleet, ComposedVariant, IndexEntry, RunningKubernetes
from fleetgen.model.inventory import Delivery
from fleetgen.model.keys import BaseKey, ClusterKey
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.variant import VariantKey
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.output_files import OutputFiles, Selection
from fleetgen.yamlfile import dump

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


def cluster(**changes: Any) -> ClusterFolder:  # noqa: ANN401 - fields of the folder
    folder = ClusterFolder(
        key=ClusterKey("production", "store"),
        former=(ClusterKey("production", "shop"),),
        delivery=Delivery(repo_url="https://git.example.com/fleet.git"),
        project=manifest("AppProject", "fleet"),
        units=(UNIT,),
        namespaces=("a",),
        identity={"CLUSTER": "store"},
    )
    return replace(folder, **changes)


def fleet(folder: ClusterFolder) -> ComposedFleet:
    return ComposedFleet(bases={BASE: overlay(BASE.folder)}, variants={}, clusters={"store": folder}, indexes={})


def test_every_folder_has_its_files() -> None:
    folder = cluster()
    identity = identity_of(folder)
    assert identity is not None
    toy = manifest("Application", "toy")
    fleet = ComposedFleet(
        bases={BASE: overlay(BASE.folder)},
        variants={UNIT: ComposedVariant(base=BASE, extends_base=True, overlay=overlay(UNIT.folder), application=toy)},
        clusters={"store": folder},
        indexes={"production": {UNIT: IndexEntry(clusters=("store",), version="1.0.0", waivers=("w",))}},
        kubernetes={
            ClusterKey("production", "store"): RunningKubernetes("k3s", "1.35"),
            ClusterKey("dev", "box"): RunningKubernetes("k3s", "1.36"),
        },
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
        "kubernetes": {"k3s": {"1.35": ["store"]}},
        "variants": {"broad/toy/k3s": {"clusters": ["store"], "version": "1.0.0", "waivers": ["w"]}},
    }
    assert list(files) == sorted(files)
    assert files.of(app) == {path: text for path, text in texts.items() if path.startswith(app)}


def test_only_what_is_asked_for_is_made() -> None:
    files = OutputFiles(fleet(cluster(units=(), namespaces=())))
    assert (len(files), "clusters/production/store/root.yaml" in files, files.made) == (5, True, 0)
    assert files["clusters/production/store/kustomization.yaml"] == kustomization("root.yaml", "project.yaml")
    assert files.made == 1


CHANGES: Final[Mapping[str, Mapping[str, object]]] = {
    "key": {"key": ClusterKey("production", "stores")},
    "delivery": {"delivery": Delivery(repo_url="https://git.example.com/other.git")},
    "project": {"project": manifest("AppProject", "other")},
    "units": {"units": ()},
    "namespaces": {"namespaces": ("b",)},
    "identity": {"identity": {"CLUSTER": "stores"}},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_inputs_of_a_folder_tell_of_all_that_its_texts_are_made_from(change: Mapping[str, object]) -> None:
    assert {*CHANGES, "former"} == {field.name for field in fields(ClusterFolder)}
    before, after = OutputFiles(fleet(cluster())), OutputFiles(fleet(cluster(**change)))
    old, new = (f"clusters/production/{name}" for name in ("store", "stores" if "key" in change else "store"))
    assert dict(before.of(old)) != dict(after.of(new))
    assert before.inputs(old) != after.inputs(new)


def test_folders_whose_texts_are_at_hand_need_no_inputs() -> None:
    files = OutputFiles(fleet(cluster()))
    assert files.inputs(BASE.folder) == ()
    assert files.inputs("clusters/production/shop") == ("former name", "store")


def test_a_selection_makes_no_text() -> None:
    files = OutputFiles(fleet(cluster()))
    path = "clusters/production/store/root.yaml"
    some = Selection(files, [path])
    assert ([*some], path in some, "clusters/production/store/project.yaml" in some, files.made) == ([path], True, False, 0)
    assert some[path] == files[path]
