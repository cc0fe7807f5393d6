"""What publish -e commits: the folders and clusters of some environments, and the bases that they need."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pytest

from fleetgen.deliver.publish import part_of
from fleetgen.model.composed import ComposedFleet, ComposedVariant
from fleetgen.model.keys import BaseKey
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.variant import VariantKey

APPLICATION: Final = Manifest.of({"apiVersion": "v1", "kind": "Application", "metadata": {"name": "toy"}})
PATHS: Final = """
bases/toy/1.0.0/kustomization.yaml
bases/toy/1.0.0-rc.1/kustomization.yaml
bases/unused/1.0.0/kustomization.yaml
clusters/dev/a/root.yaml
clusters/production/b/root.yaml
environments/dev/index.json
environments/production/index.json
environments/production/broad/toy/k3s/kustomization.yaml
environments/production-eu/index.json
"""
FILES: Final = dict.fromkeys(PATHS.split(), "")


def composed(environment: str, component: str, version: str, *, extends: bool = True) -> tuple[VariantKey, ComposedVariant]:
    key = VariantKey(environment, "broad", component, "k3s")
    overlay = Overlay(root=key.folder, files={}, sources={})
    base = BaseKey(component, version)
    return key, ComposedVariant(base=base, extends_base=extends, overlay=overlay, application=APPLICATION)


FLEET: Final = ComposedFleet(
    bases={},
    variants=dict(
        [
            composed("production", "toy", "1.0.0"),
            composed("production", "unused", "1.0.0", extends=False),
            composed("dev", "toy", "1.0.0-rc.1"),
        ]
    ),
    clusters={},
    indexes={},
)
PARTS: Final[dict[str, tuple[list[str], set[str]]]] = {
    "everything": ([], set(FILES)),
    "one": (
        ["production"],
        {
            "bases/toy/1.0.0/kustomization.yaml",
            "clusters/production/b/root.yaml",
            "environments/production/index.json",
            "environments/production/broad/toy/k3s/kustomization.yaml",
        },
    ),
    "another": (
        ["dev"],
        {"bases/toy/1.0.0-rc.1/kustomization.yaml", "clusters/dev/a/root.yaml", "environments/dev/index.json"},
    ),
    "none of that name": (["prod"], set()),
}


@pytest.mark.parametrize(("environments", "expected"), PARTS.values(), ids=PARTS)
def test_the_part_of_some_environments(environments: Collection[str], expected: set[str]) -> None:
    assert set(part_of(FILES, FLEET, environments)) == expected
