"""Stage 6: what the policy engine is asked: each distinct (object, namespace, policy set) once, and models of the clusters.

The answers are interpreted by `fleetgen.policy`; only `approve` makes the value that publish takes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Protocol, cast

from fleetgen.catalog.networks import ranges
from fleetgen.catalog.pools import offered
from fleetgen.catalog.releases import release_of
from fleetgen.catalog.workloads import asks
from fleetgen.errors import GateFailed, ToolError, problem
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import Cluster, Environment
from fleetgen.model.gate import Verdict
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of
from fleetgen.model.variant import Resolved, Variant, VariantKey, plain_values

BATCH: Final = 64
BASELINE: Final = "cluster-baseline"
_UNITS: Final = {
    "": 1.0,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}
_QUANTITY: Final = re.compile(r"([0-9.]+)([A-Za-z]*)$")


class PolicyEngine(Protocol):
    """What the gate needs of conftest."""

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        """One verdict an input, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectQuestion:
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


def object_questions(
    resolved: Resolved,
    objects: Mapping[VariantKey, Sequence[Manifest]],
    policy_sets: Mapping[str, str],
    own: Mapping[str, Sequence[Manifest]] = MappingProxyType({}),
) -> tuple[ObjectQuestion, ...]:
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
        ObjectQuestion(
            id=f"{question[0]}/{question[1][:16]}/{question[2][:16]}",
            policy_set=question[0],
            manifest=m,
            namespace=n,
            variants=tuple(keys),
            clusters=tuple(sorted(names)),
        )
        for question, (m, n, keys, names) in sorted(groups.items(), key=lambda pair: pair[0])
    )


def batches(questions: Sequence[ObjectQuestion]) -> list[JsonObject]:
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


def fleet_model(
    environment: Environment,
    policy_set: str,
    names: Collection[str],
    *,
    resolved: Resolved,
    objects: Mapping[VariantKey, Sequence[Manifest]],
    facts: Mapping[str, JsonObject],
    specs: Mapping[str, JsonObject],
    as_of: date,
) -> JsonObject:
    """These clusters of the resolved environment as JSON: what cluster- and fleet-scope policies of the policy set read."""
    used = {key for name in names for key in resolved.bills[name].values()}
    units = {key: _unit(resolved.variants[key], objects[key]) for key in used}
    clusters: list[Json] = [
        _cluster_model(
            resolved.clusters[name], facts[name], specs[name], {unit: units[key] for unit, key in resolved.bills[name].items()}
        )
        for name in sorted(names)
    ]
    spec = environment.spec
    about: JsonObject = {
        "name": environment.name,
        "rank": spec.rank,
        "rings": [*spec.rings],
        "registries": [*spec.registries],
        "roles": {name: [*groups] for name, groups in sorted(spec.roles.items())},
    }
    return {
        "kind": "FleetModel",
        "asOf": as_of.isoformat(),
        "policySet": policy_set,
        "environment": about,
        "clusters": clusters,
    }


def _cluster_model(cluster: Cluster, facts: JsonObject, spec: JsonObject, units: Mapping[str, Json]) -> JsonObject:
    copied = (
        "environment",
        "ring",
        "region",
        "profile",
        "role",
        "topology",
        "lifecycle",
        "criticality",
        "kubernetes",
        "site",
        "network",
        "nodePools",
        "provides",
    )
    model: JsonObject = {
        "name": cluster.name,
        **{key: spec[key] for key in copied},
        "facts": facts,
        "ranges": ranges(cluster.spec.network),
        "capacity": capacity(cluster),
        "units": dict(units),
    }
    return model


def _unit(variant: Variant, manifests: Sequence[Manifest]) -> Json:
    requests, images = workload_needs(manifests)
    release = release_of(variant.component, variant.version)
    return {
        "component": variant.component.name,
        "instance": variant.instance,
        "version": variant.version,
        "release": release.data if release else {},
        "variant": variant.key.variant,
        "requests": cast("Json", requests),
        "images": cast("Json", images),
        **asks(manifests),
        "values": plain_values(variant),
    }


def capacity(cluster: Cluster) -> Json:
    """What the cluster's nodes offer: extended GPU resources (sharing counted), cores, GiB."""
    total: dict[str, float] = {}
    for pool in cluster.spec.node_pools:
        total["cpu"] = total.get("cpu", 0) + pool.count * (pool.cpu - pool.reserved.cpu)
        total["memoryGiB"] = total.get("memoryGiB", 0) + pool.count * (pool.memory_gib - pool.reserved.memory_gib)
        for name, number in offered(pool).items():
            total[name] = total.get(name, 0) + pool.count * number
    return {key: int(value) if value == int(value) else value for key, value in sorted(total.items())}


def workload_needs(manifests: Sequence[Manifest]) -> tuple[dict[str, float], list[str]]:
    """Resource requests of all replicas of all workloads (limits where no request is given), and their images.

    A workload that is scaled counts with the most replicas that it may get.
    """
    requests: dict[str, float] = {}
    images: set[str] = set()
    scaled = _most_replicas(manifests)
    for manifest in manifests:
        spec = mapping_of(manifest.data.get("spec"))
        pod = mapping_of(mapping_of(spec.get("template")).get("spec")) or (spec if manifest.id.kind == "Pod" else {})
        replicas = scaled.get((manifest.id.kind, manifest.id.namespace, manifest.id.name), spec.get("replicas", 1))
        images |= _images(pod)
        for container in list_of(pod.get("containers")):
            resources = mapping_of(mapping_of(container).get("resources"))
            for name, amount in {**mapping_of(resources.get("limits")), **mapping_of(resources.get("requests"))}.items():
                requests[name] = requests.get(name, 0) + quantity(str(amount)) * (replicas if isinstance(replicas, int) else 1)
    return {key: int(value) if value == int(value) else value for key, value in sorted(requests.items())}, sorted(images)


def _images(pod: JsonObject) -> set[str]:
    """Of all containers, and of volumes that are images."""
    containers = [mapping_of(one) for key in ("containers", "initContainers") for one in list_of(pod.get(key))]
    volumes = [mapping_of(mapping_of(volume).get("image")) for volume in list_of(pod.get("volumes"))]
    return {str(one.get("image", "")) for one in containers} | {str(one["reference"]) for one in volumes if "reference" in one}


def _most_replicas(manifests: Sequence[Manifest]) -> dict[tuple[str, str, str], Json]:
    """(kind, namespace, name) of each workload that a HorizontalPodAutoscaler scales, and its upper bound."""
    return {
        (str(target.get("kind")), manifest.id.namespace, str(target.get("name"))): spec.get("maxReplicas", 1)
        for manifest in manifests
        if manifest.id.kind == "HorizontalPodAutoscaler"
        for spec in [mapping_of(manifest.data.get("spec"))]
        for target in [mapping_of(spec.get("scaleTargetRef"))]
    }


def quantity(text: str) -> float:
    """A Kubernetes quantity as a number; 0 for what is none (the schema of the API server judges that)."""
    match = _QUANTITY.match(text)
    return float(match[1]) * _UNITS.get(match[2], 1.0) if match else 0.0


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
