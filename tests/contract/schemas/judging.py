"""What the contract tests of schemas share: where definitions come from, and objects judged as the product judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes
from fleetgen.model.manifest import Documents, Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.schema import Api
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.definitions import Definitions, DefinitionSource, sources
from fleetgen.stages import build
from fleetgen.stages.object_schemas import JudgedObject, SchemaJudge, SchemaSources, schema_findings, schema_questions
from tests.fleets import cluster

ROOT: Final = Path(__file__).parents[3]
OWN: Final = "own"
OFFICIAL: Final = "official"
_SHARED: Final = ROOT.parent / "shared" / "crds"
# The official definitions judge in addition where they are at hand; without them our own, smaller ones still judge everything.
FOLDERS: Final[Mapping[str, Path]] = {
    OWN: Path(__file__).parent / "crds",
    **({OFFICIAL: _SHARED} if _SHARED.is_dir() else {}),
}

# Kinds of the library that have no definition, each with the reason. An entry that is not needed fails, too.
_NFD: Final = {
    "nfd.openshift.io/v1 NodeFeatureDiscovery": "the operator of OpenShift has it; it is not among the official ones at hand"
}
WITHOUT_DEFINITION: Final[Mapping[str, Mapping[str, str]]] = {OWN: _NFD, OFFICIAL: _NFD}
HELP: Final = "write a small definition by hand (tests/contract/schemas/crds), or list the kind with a reason in judging.py"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was said about some objects: breaches as text, kinds without a schema, and how many questions there were."""

    breaches: list[str]
    unknown: set[str]
    questions: int


@cache
def kubernetes() -> PackagedKubernetes:
    """The schemas of the pinned package."""
    return PackagedKubernetes()


@cache
def sources_of(folder: str) -> tuple[DefinitionSource, ...]:
    """The documents of one of FOLDERS."""
    root = FOLDERS[folder]
    return sources({path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.yaml")})


@cache
def definitions(folder: str) -> Definitions:
    """The definitions of one of FOLDERS; a kind is read once for all tests."""
    return Definitions(sources_of(folder))


def judge(resolved: Resolved, objects: Mapping[VariantKey, Sequence[Manifest]], folder: str) -> Judged:
    """Ask and answer every question, as a check does."""
    given = SchemaSources(kubernetes=kubernetes(), definitions=definitions(folder))
    questions = schema_questions(resolved, objects, given)
    judged = [JudgedObject(question, SchemaJudge(given.kubernetes).verdict(question)) for question in questions]
    found = schema_findings(judged, lambda question, _breach: Place(str(question.variants[0])))
    return Judged(
        breaches=[f"{f.place}: {f.object}: {f.message}" for f in found if f.code != "E0605"],
        unknown={str(Api.of(answer.question.manifest.data)) for answer in judged if answer.verdict is None},
        questions=len(questions),
    )


def site(variant: Variant, minors: Iterable[str]) -> Resolved:
    """A fleet with one cluster a minor, each of which has the variant."""
    spec = "{{environment: production, ring: r, kubernetes: {{distribution: k3s, version: v{minor}.0}}}}"
    clusters = {f"site-{minor}": cluster(f"site-{minor}", spec.format(minor=minor)) for minor in minors}
    bill = {variant.key.unit: variant.key}
    return Resolved(variants={variant.key: variant}, bills=dict.fromkeys(clusters, bill), clusters=clusters)


def manifests(documents: Sequence[Json]) -> tuple[Manifest, ...]:
    """Documents as built objects."""
    return build.manifests(Documents(root="test", documents=documents), Place("test"))
