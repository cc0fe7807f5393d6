"""Stage 6: what the policy engine is asked about objects: each distinct (object, namespace, policy set) once, in batches.

The answers are interpreted by `fleetgen.policy`; only `approve` makes the value that publish takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from fleetgen.errors import GateFailed, ToolError, problem
from fleetgen.model.built_objects import BuiltObjects, Occurrences
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.gate import Verdict
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.words import count

BATCH: Final = 64
BASELINE: Final = "cluster-baseline"


class PolicyEngine(Protocol):
    """What the gate needs of conftest."""

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        """One verdict an input, in order.

        `policy_files`: path -> Rego. Raises EvaluationFailed (E0809) if a rule fails, ToolError if the engine does.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectQuestion:
    """One distinct question: an object in its namespace under a policy set, and where the object occurs."""

    id: str
    policy_set: str
    manifest: Manifest
    namespace: Manifest | None
    occurrences: Occurrences = field(default_factory=Occurrences)

    @property
    def variants(self) -> tuple[VariantKey, ...]:
        """The variants that have the object."""
        return self.occurrences.variants

    @property
    def clusters(self) -> tuple[str, ...]:
        """The clusters that get it, sorted."""
        return self.occurrences.clusters


@dataclass(frozen=True, slots=True)
class Approved:
    """The files of output/, after the gate said yes. Only `approve` makes one.

    `lasts`: the same inputs on the same day will always be approved; not so if the verdict came from a comparison.
    """

    files: Mapping[str, str]
    input_digest: str
    verdict: str
    findings: tuple[Finding, ...]
    lasts: bool


def approve(
    files: Mapping[str, str], input_digest: str, verdict: str, findings: Sequence[Finding], *, lasts: bool = True
) -> Approved:
    """Return the approval, or raise GateFailed with all findings, so that one report has everything."""
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GateFailed(findings)
    return Approved(files=files, input_digest=input_digest, verdict=verdict, findings=tuple(findings), lasts=lasts)


def object_questions(
    resolved: Resolved,
    objects: BuiltObjects,
    policy_sets: Mapping[str, str],
    own: Mapping[str, Sequence[Manifest]] = MappingProxyType({}),
) -> tuple[ObjectQuestion, ...]:
    """Every distinct question over the built objects. `policy_sets`: cluster -> its policy set.

    An object is judged with each distinct Namespace object that it meets. `own`: objects of a cluster itself; they count as those
    of its baseline.
    """
    questions: dict[_ObjectKey, _ObjectInNamespace] = {}
    for bill, clusters in _distinct_bills(resolved, policy_sets).items():
        namespaces = {m.id.name: m for key in bill.variants for m in objects[key] if m.id.kind == "Namespace" and not m.id.group}
        for part in _parts(bill, clusters, objects, own):
            namespace = namespaces.get(part.manifest.id.namespace)
            key = _ObjectKey(bill.policy_set, part.manifest.digest, namespace.digest if namespace else "")
            question = questions.setdefault(key, _ObjectInNamespace(part.manifest, namespace, Occurrences()))
            question.occurrences.add(part.variant, part.clusters)
    return tuple(
        ObjectQuestion(
            id=f"{key.policy_set}/{key.object[:16]}/{key.namespace[:16]}",
            policy_set=key.policy_set,
            manifest=question.manifest,
            namespace=question.namespace,
            occurrences=question.occurrences,
        )
        for key, question in sorted(questions.items(), key=lambda pair: pair[0])
    )


@dataclass(frozen=True, slots=True, order=True)
class _ObjectKey:
    """What makes two objects one question: the policy set, the digests of the object and of its Namespace (empty without one)."""

    policy_set: str
    object: str
    namespace: str


@dataclass(frozen=True, slots=True)
class _ObjectInNamespace:
    """An object in its namespace, and where it occurs."""

    manifest: Manifest
    namespace: Manifest | None
    occurrences: Occurrences


@dataclass(frozen=True, slots=True)
class _Bill:
    """Clusters with an equal one are asked about together: policy set, and the variants of all units."""

    policy_set: str
    variants: tuple[VariantKey, ...]


def _distinct_bills(resolved: Resolved, policy_sets: Mapping[str, str]) -> dict[_Bill, list[str]]:
    """Bill -> its clusters."""
    clusters: dict[_Bill, list[str]] = {}
    for cluster, bill in resolved.bills.items():
        clusters.setdefault(_Bill(policy_sets[cluster], tuple(bill.values())), []).append(cluster)
    return clusters


@dataclass(frozen=True, slots=True)
class _Part:
    """An object of a variant, and the clusters that get it."""

    variant: VariantKey
    manifest: Manifest
    clusters: Sequence[str]


def _parts(bill: _Bill, clusters: Sequence[str], objects: BuiltObjects, own: Mapping[str, Sequence[Manifest]]) -> Iterator[_Part]:
    """The objects of the bill's variants, then those of the clusters themselves."""
    if not bill.variants:
        return
    for variant in bill.variants:
        yield from (_Part(variant, manifest, clusters) for manifest in objects[variant])
    baseline = next((variant for variant in bill.variants if variant.unit == BASELINE), bill.variants[0])
    for cluster in clusters:
        yield from (_Part(baseline, manifest, [cluster]) for manifest in own.get(cluster, ()))


def batches(questions: Sequence[ObjectQuestion]) -> list[JsonObject]:
    """The inputs for the engine, BATCH questions each: `{kind: GateBatch, namespaces: {digest: object}, items: [...]}`."""
    result: list[JsonObject] = []
    for start in range(0, len(questions), BATCH):
        part = questions[start : start + BATCH]
        namespaces: JsonObject = {item.namespace.digest[:16]: item.namespace.data for item in part if item.namespace}
        entries: list[Json] = [
            {
                "id": item.id,
                "policySet": item.policy_set,
                "namespace": item.namespace.digest[:16] if item.namespace else None,
                "object": item.manifest.data,
            }
            for item in part
        ]
        result.append({"kind": "GateBatch", "namespaces": namespaces, "items": entries})
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuestion:
    """One distinct question: a policy with its parameters about facts, which are its input but for the parameters."""

    id: str
    policy: Policy
    parameters: JsonObject
    facts: Json
    facts_digest: str


def model_batches(questions: Sequence[ModelQuestion]) -> list[JsonObject]:
    """The inputs for the engine, BATCH questions each: `{kind: GateModels, facts: {digest: facts}, items: [...]}`."""
    result: list[JsonObject] = []
    for start in range(0, len(questions), BATCH):
        part = questions[start : start + BATCH]
        items: list[Json] = [
            {
                "id": item.id,
                "policy": item.policy.id,
                "area": item.policy.area,
                "rule": item.policy.rule,
                "parameters": item.parameters,
                "facts": item.facts_digest,
            }
            for item in part
        ]
        facts: JsonObject = {item.facts_digest: item.facts for item in part}
        result.append({"kind": "GateModels", "facts": facts, "items": items})
    return result


def demand_coverage(sent: Sequence[str], verdicts: Sequence[Verdict]) -> None:
    """Every question was answered, once. Raises ToolError E0804: silence is failure."""
    answered = [name for verdict in verdicts for name in verdict.coverage.ids]
    if sorted(answered) != sorted(sent):
        lost = sorted(set(sent) - set(answered))[:5]
        message = f"the gate was asked {count(len(sent), 'question')} and answered {len(answered)}" + (
            f"; unanswered: {', '.join(lost)}" if lost else ""
        )
        raise ToolError(
            problem("E0804", message, fix="this is a bug in policies/rego/gate; please report it with the command you ran")
        )
