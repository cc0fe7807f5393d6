"""What the gate is asked: objects of variants once, and the objects of a cluster itself under its baseline."""

from __future__ import annotations

from typing import Final

from fleetgen.model.manifest import Manifest
from fleetgen.model.resource import ResourceId
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.stages.gate import object_questions

BASELINE: Final = VariantKey("production", "broad", "cluster-baseline", "default")
ARGOCD: Final = VariantKey("production", "broad", "argocd", "default")


def manifest(kind: str, name: str, namespace: str, digest: str) -> Manifest:
    group = "argoproj.io" if kind == "AppProject" else ""
    return Manifest(id=ResourceId(group, kind, namespace, name), data={"kind": kind}, digest=digest * 16)


def test_equal_projects_of_several_clusters_are_one_question() -> None:
    space = manifest("Namespace", "argocd", "", "n")
    same, other = manifest("AppProject", "fleet", "argocd", "a"), manifest("AppProject", "fleet", "argocd", "b")
    bill = {"argocd": ARGOCD, "cluster-baseline": BASELINE}
    resolved = Resolved(variants={}, bills={"c1": bill, "c2": bill, "c3": bill}, clusters={})
    sets = dict.fromkeys(("c1", "c2", "c3"), "production")
    found = object_questions(resolved, {ARGOCD: [], BASELINE: [space]}, sets, {"c1": [same], "c2": [other], "c3": [same]})
    assert [(item.manifest.id.kind, item.namespace, item.variants, item.clusters) for item in found] == [
        ("AppProject", space, (BASELINE,), ("c1", "c3")),
        ("AppProject", space, (BASELINE,), ("c2",)),
        ("Namespace", None, (BASELINE,), ("c1", "c2", "c3")),
    ]
