"""What a technician applies once at a site."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from fleetgen.answers.bootstrap import bootstrap
from fleetgen.build.desired_state import Desired, desired
from fleetgen.errors import InputError
from fleetgen.yamlfile import load_manifests
from tests.fleets import TOY, OneFileBuilder, toy_run

# The toy component once more, as the one that keeps Argo CD's settings
ARGOCD: Final = {
    path.replace("toy", "argocd"): text.replace("toy", "argocd")
    for path, text in TOY.items()
    if path.startswith("templates/toy/")
}
ENABLED: Final = "fleet/profiles/box.yaml"
COMMENTS: Final = [
    "# What cluster store-1 needs once, after Argo CD itself is installed. Contains no credentials: add them to the Secret.",
    "# the namespace of Argo CD",
    "# a setting of Argo CD that the unit argocd keeps up to date",
    "# what the root Application may do",
    "# the repository; if it is private, add username and password below stringData",
    "# the root Application: everything else comes through it",
]
OBJECTS: Final = ["Namespace argocd", "ConfigMap argocd", "AppProject fleet-root", "Secret fleet-repository", "Application root"]


def made(tmp_path: Path, *, argocd: bool) -> Desired:
    enabled = f"{TOY[ENABLED]}  components: {{argocd: {{enabled: {str(argocd).lower()}}}}}\n"
    return desired(toy_run(tmp_path, {**TOY, **ARGOCD, ENABLED: enabled}, OneFileBuilder()))


def test_the_text_holds_the_objects_in_order(tmp_path: Path) -> None:
    found = bootstrap(made(tmp_path, argocd=True), "store-1")
    assert [f"{data['kind']} {data['metadata']['name']}" for data in found.objects] == OBJECTS  # type: ignore[call-overload, index]
    assert load_manifests(found.yaml()) == [*found.objects]
    assert [line for line in found.yaml().splitlines() if line.startswith("#")] == COMMENTS


def test_a_cluster_without_argocd_has_nothing_to_start_with(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bootstrap(made(tmp_path, argocd=False), "store-1")
    assert [(finding.code, finding.message) for finding in caught.value.findings] == [
        ("E0305", "cluster 'store-1' has no unit argocd")
    ]
