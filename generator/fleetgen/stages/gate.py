"""Stage 6: what the policy engine is asked about objects: each distinct (object, namespace, policy set) once, in batches.

The answers are interpreted by `fleetgen.policy`; only `approve` makes the value that publish takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from fleetgen.errors import GateFailed, ToolError, problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.gate import Verdict
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Resolved, VariantKey

BATCH: Final = 64
BASELINE: Final = "cluster-baseline"


class PolicyEngine(Protocol):
    """What the gate needs of conftest. `digest` identifies the binary."""

    @property
    def digest(self) -> str:
        """sha256 of the binary."""

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        """One verdict an input, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One distinct question: an object in its namespace under a policy set, and the variants that it came from."""

    id: str
    policy_set: str
    manifest: Manifest
    namespace: Manifest | None
    variants: tuple[VariantKey, ...]
    clusters: tuple[str, ...]


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


def items(
    resolved: Resolved,
    objects: Mapping[VariantKey, Sequence[Manifest]],
    policy_sets: Mapping[str, str],
    own: Mapping[str, Sequence[Manifest]] = MappingProxyType({}),
) -> tuple[Item, ...]:
    """Every distinct question over the built objects. `policy_sets`: cluster -> its policy set.

    An object is judged with each distinct Namespace object that it meets. `own`: objects of a cluster itself; they count as those
    of its baseline.
    """
    groups: dict[tuple[str, str, str], tuple[Manifest, Manifest | None, dict[VariantKey, None], dict[str, None]]] = {}
    bills: dict[tuple[str, tuple[VariantKey, ...]], list[str]] = {}
    for cluster, bill in resolved.bills.items():
        bills.setdefault((policy_sets[cluster], tuple(bill.values())), []).append(cluster)
    for (policy_set, keys), clusters in bills.items():
        namespaces = {m.id.name: m for key in keys for m in objects[key] if m.id.kind == "Namespace" and not m.id.group}
        asked = [(key, manifest, clusters) for key in keys for manifest in objects[key]]
        if keys:
            baseline = next((key for key in keys if key.unit == BASELINE), keys[0])
            asked += [(baseline, manifest, [cluster]) for cluster in clusters for manifest in own.get(cluster, ())]
        for key, manifest, concerned in asked:
            namespace = namespaces.get(manifest.id.namespace)
            question = (policy_set, manifest.digest, namespace.digest if namespace else "")
            entry = groups.setdefault(question, (manifest, namespace, {}, {}))
            entry[2][key] = None
            entry[3].update(dict.fromkeys(concerned))
    return tuple(
        Item(
            id=f"{question[0]}/{question[1][:16]}/{question[2][:16]}",
            policy_set=question[0],
            manifest=m,
            namespace=n,
            variants=tuple(keys),
            clusters=tuple(sorted(names)),
        )
        for question, (m, n, keys, names) in sorted(groups.items(), key=lambda pair: pair[0])
    )


def batches(questions: Sequence[Item]) -> list[JsonObject]:
    """The inputs for the engine, BATCH questions each."""
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


def demand_coverage(sent: Sequence[str], verdicts: Sequence[Verdict]) -> None:
    """Every question was answered, once. Raises ToolError E0804: silence is failure."""
    answered = [name for verdict in verdicts for name in verdict.coverage.ids]
    if sorted(answered) != sorted(sent):
        lost = sorted(set(sent) - set(answered))[:5]
        message = f"the gate was asked {len(sent)} questions and answered {len(answered)}" + (
            f"; unanswered: {', '.join(lost)}" if lost else ""
        )
        raise ToolError(
            problem("E0804", message, fix="this is a bug in policies/rego/gate; please report it with the command you ran")
        )
