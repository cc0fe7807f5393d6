"""Everything that the library renders and the tool composes conforms to the schemas of Kubernetes and of the custom kinds.

With our own definitions always, with the official ones where they are at hand. New components, cases and clusters come in by
themselves; a kind that nothing defines fails until it is listed with a reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fleetgen.build.desired_state import Desired, desired
from fleetgen.inputs.cache import Cache, cache_of
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.run import Run
from fleetgen.stages.gate import PolicyEngine
from fleetgen.stages.object_schemas import minors_of
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool, Toolchain
from fleetgen.yamlfile import load_manifests
from tests.contract.schemas.judging import FOLDERS, HELP, WITHOUT_DEFINITION, judge, kubernetes, manifests, site
from tests.golden.components.cases import case, names


@pytest.fixture(scope="module")
def fleet(root: Path, tools: Callable[[str], Tool], user_tools: Toolchain) -> Desired:
    """The example fleet, built."""

    def engine() -> PolicyEngine:
        raise AssertionError("nothing is gated here")

    run = Run(
        repository=Repository.find(root),
        cache=cache_of(user_tools),
        gate_cache=Cache(None),
        builder=lambda: KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ)),
        engine=engine,
        as_of=date(2026, 11, 24),
    )
    return desired(run)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_of_the_example_fleet_conforms(fleet: Desired, folder: str) -> None:
    judged = judge(fleet.plan.resolved, fleet.objects, folder)
    assert judged.breaches == []
    assert judged.unknown <= set(WITHOUT_DEFINITION[folder]), HELP
    assert judged.questions >= len({manifest.digest for objects in fleet.objects.values() for manifest in objects})


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_composed_for_argo_cd_conforms(fleet: Desired, folder: str) -> None:
    """Applications, projects and identities are made in Python, not built: every file of the tree that is one of them."""
    texts = {
        text
        for path, text in fleet.files.items()
        if path.endswith(".yaml")
        and not path.endswith("/kustomization.yaml")
        and (path.startswith("clusters/") or "/app/" in path)
    }
    objects = manifests([document for text in sorted(texts) for document in load_manifests(text)])
    kinds = {manifest.id.kind for manifest in objects}
    assert kinds == {"Application", "AppProject", "ConfigMap"}
    variant = next(iter(fleet.plan.resolved.variants.values()))
    judged = judge(site(variant, set(minors_of(fleet.plan.resolved).values())), {variant.key: objects}, folder)
    assert (judged.breaches, judged.unknown) == ([], set())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_typo_in_an_application_would_be_found(fleet: Desired, folder: str) -> None:
    variant = next(iter(fleet.plan.resolved.variants.values()))
    text = fleet.files[f"{variant.key.folder}/app/application.yaml"].replace("selfHeal:", "selfHeel:")
    judged = judge(site(variant, ["1.35"]), {variant.key: manifests(load_manifests(text))}, folder)
    (breach,) = judged.breaches
    named = f"{variant.key}: Application.argoproj.io argocd/{variant.key.unit}: "
    assert breach.startswith(f"{named}unknown key 'selfHeel' in spec.syncPolicy.automated (argoproj.io/v1alpha1 of argo-cd")


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", names())
def test_every_golden_case_of_a_component_conforms(name: str, folder: str) -> None:
    golden = case(name)
    objects = manifests(load_manifests((golden.expected / "built.yaml").read_text(encoding="utf-8")))
    minor = str(golden.variant.facts.get("kubernetes.minor", ""))
    minors = {minor if minor in kubernetes().minors else "1.35", "1.35"}
    judged = judge(site(golden.variant, minors), {golden.variant.key: objects}, folder)
    assert judged.breaches == []
    assert judged.unknown <= set(WITHOUT_DEFINITION[folder]), HELP


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_kind_is_excused_without_need(fleet: Desired, folder: str) -> None:
    cases = [(golden.variant, golden.expected / "built.yaml") for golden in map(case, names())]
    used = judge(fleet.plan.resolved, fleet.objects, folder).unknown
    for variant, path in cases:
        objects = manifests(load_manifests(path.read_text(encoding="utf-8")))
        used |= judge(site(variant, ["1.35"]), {variant.key: objects}, folder).unknown
    assert set(WITHOUT_DEFINITION[folder]) <= used
