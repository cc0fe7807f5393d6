"""What the objects of a unit need of a cluster: requests, workloads and where they may run, claims, namespaces, APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from fleetgen.catalog.capacity import quantity, whole_numbers
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject, mapping_of, value_at

_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
_CLAIMED: Final = "PersistentVolumeClaim"


def unit_needs(manifests: Sequence[Manifest]) -> JsonObject:
    """What the objects of a unit need, as policies over clusters read it.

    `requests`: resource -> amount in its base unit (cores, bytes, devices), of all replicas.
    `images`: of all containers and image volumes, sorted. `workloads`: of each its scheduling,
    images, limited resources, the `requests` of one Pod and the most replicas that it may get.
    `claims`: of volumes. `namespaces`: namespace -> what the unit brings for it. `apis`:
    group/version/Kind of Kubernetes' own kinds that it uses. Malformed parts are left out: the
    gate refuses them.
    """
    scaled = _most_replicas(manifests)
    return {
        "requests": {**total_requests(manifests)},
        "images": [*sorted({image for manifest in manifests for image in _images(_pod_of_any_kind(manifest))})],
        "workloads": [_workload(manifest, pod, scaled) for manifest, pod in _pods(manifests)],
        "claims": [*_claims(manifests)],
        "namespaces": _namespaces(manifests),
        "apis": [*sorted({api for manifest in manifests for api in _own_api(manifest)})],
    }


def workload_pods(manifests: Sequence[Manifest]) -> Iterator[tuple[str, str, int, dict[str, float]]]:
    """Of each workload its namespace, its kind, the most replicas that it may get, and the requests of one Pod."""
    scaled = _most_replicas(manifests)
    for manifest, pod in _pods(manifests):
        written = value_at(manifest.data, ("spec", "replicas"))
        replicas = written if isinstance(written, int) else 1
        most = scaled.get(_Workload(manifest.id.kind, manifest.id.namespace, manifest.id.name), replicas)
        yield manifest.id.namespace, manifest.id.kind, most if isinstance(most, int) else replicas, pod_requests(pod)


def total_requests(manifests: Sequence[Manifest]) -> dict[str, float]:
    """Requests of the containers of all replicas, limits where no request is given; of custom kinds with a pod template, too.

    A workload that is scaled counts with the most replicas that it may get.
    """
    totals: dict[str, float] = {}
    scaled = _most_replicas(manifests)
    for manifest in manifests:
        workload = _Workload(manifest.id.kind, manifest.id.namespace, manifest.id.name)
        replicas = scaled.get(workload, value_at(manifest.data, ("spec", "replicas")))
        for container in _mappings(_pod_of_any_kind(manifest).get("containers")):
            for name, amount in _asked(container).items():
                totals[name] = totals.get(name, 0) + amount * (replicas if isinstance(replicas, int) else 1)
    return whole_numbers(totals)


def pod_requests(pod: JsonObject) -> dict[str, float]:
    """What the scheduler counts for one Pod, in base units: limits where no request is given.

    The sum of the containers and of the init containers that stay (`restartPolicy: Always`), or the largest of the other init
    containers if that is more; what the Pod itself says instead; and its overhead.
    """
    staying = [one for one in _mappings(pod.get("initContainers")) if one.get("restartPolicy") == "Always"]
    passing = [one for one in _mappings(pod.get("initContainers")) if one.get("restartPolicy") != "Always"]
    totals: dict[str, float] = {}
    for container in (*_mappings(pod.get("containers")), *staying):
        for name, amount in _asked(container).items():
            totals[name] = totals.get(name, 0) + amount
    for container in passing:
        for name, amount in _asked(container).items():
            totals[name] = max(totals.get(name, 0), amount)
    totals |= _asked(pod)
    for name, overhead in mapping_of(pod.get("overhead")).items():
        totals[name] = totals.get(name, 0) + quantity(str(overhead))
    return whole_numbers(totals)


def _asked(one: JsonObject) -> dict[str, float]:
    """Of a container, or of a Pod that says it for all of its containers."""
    resources = mapping_of(one.get("resources"))
    written = {**mapping_of(resources.get("limits")), **mapping_of(resources.get("requests"))}
    return {name: quantity(str(amount)) for name, amount in written.items()}


class _Workload(NamedTuple):
    """What a scaler names, and what it is the name of."""

    kind: str
    namespace: str
    name: str


def _most_replicas(manifests: Sequence[Manifest]) -> dict[_Workload, Json]:
    """Each workload that a HorizontalPodAutoscaler scales, and its upper bound."""
    return {
        _Workload(str(target.get("kind")), manifest.id.namespace, str(target.get("name"))): spec.get("maxReplicas", 1)
        for manifest in manifests
        if manifest.id.kind == "HorizontalPodAutoscaler"
        for spec in [mapping_of(manifest.data.get("spec"))]
        for target in [mapping_of(spec.get("scaleTargetRef"))]
    }


def _pod_of_any_kind(manifest: Manifest) -> JsonObject:
    """The pod template's spec, wherever a kind keeps it at `spec.template`; empty without one."""
    if template := mapping_of(value_at(manifest.data, ("spec", "template", "spec"))):
        return template
    return mapping_of(manifest.data.get("spec")) if manifest.id.kind == "Pod" else {}


def _pods(manifests: Sequence[Manifest]) -> Iterator[tuple[Manifest, JsonObject]]:
    for manifest in manifests:
        path = _TEMPLATES.get(manifest.id.kind)
        if path is not None and manifest.id.group in {"", "apps", "batch"}:
            spec = mapping_of(value_at(manifest.data, (*path, "spec")))
            if spec:
                yield manifest, spec


def _workload(manifest: Manifest, pod: JsonObject, scaled: Mapping[_Workload, Json]) -> Json:
    written = value_at(manifest.data, ("spec", "replicas"))
    replicas = written if isinstance(written, int) else 1
    most = scaled.get(_Workload(manifest.id.kind, manifest.id.namespace, manifest.id.name), replicas)
    affinity = value_at(pod, ("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
    return {
        "kind": manifest.id.kind,
        "namespace": manifest.id.namespace,
        "name": manifest.id.name,
        "replicas": replicas,
        "mostReplicas": most if isinstance(most, int) else replicas,
        "requests": {**pod_requests(pod)},
        "nodeSelector": mapping_of(pod.get("nodeSelector")),
        "tolerations": [*_mappings(pod.get("tolerations"))],
        "apart": [*sorted({str(term.get("topologyKey", "")) for term in _mappings(affinity)})],
        "spread": [
            {"topologyKey": term.get("topologyKey", ""), "minDomains": term.get("minDomains", 1)}
            for term in _mappings(pod.get("topologySpreadConstraints"))
            if term.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
        ],
        "images": [*sorted(_images(pod))],
        "resources": [*sorted(_resources(pod))],
    }


def _images(pod: JsonObject) -> set[str]:
    """Of containers, and of volumes that are images."""
    containers = [one for key in ("containers", "initContainers") for one in _mappings(pod.get(key))]
    volumes = [mapping_of(one.get("image")) for one in _mappings(pod.get("volumes"))]
    return {str(one["image"]) for one in containers if "image" in one} | {
        str(one["reference"]) for one in volumes if "reference" in one
    }


def _resources(pod: JsonObject) -> set[str]:
    containers = [one for key in ("containers", "initContainers") for one in _mappings(pod.get(key))]
    return {name for one in containers for name in mapping_of(value_at(one, ("resources", "limits")))}


def _claims(manifests: Sequence[Manifest]) -> Iterator[Json]:
    """PersistentVolumeClaims, and what StatefulSets and ephemeral volumes will claim."""
    for manifest in manifests:
        if manifest.id.kind == _CLAIMED and not manifest.id.group:
            yield _claim(manifest.id.name, manifest.data)
        for template in _mappings(value_at(manifest.data, ("spec", "volumeClaimTemplates"))):
            yield _claim(f"{manifest.id.name}/{value_at(template, ('metadata', 'name'))}", template)
    for manifest, pod in _pods(manifests):
        for volume in _mappings(pod.get("volumes")):
            template = mapping_of(value_at(volume, ("ephemeral", "volumeClaimTemplate")))
            if template:
                yield _claim(f"{manifest.id.name}/{volume.get('name')}", template)


def _claim(name: str, data: JsonObject) -> Json:
    modes = value_at(data, ("spec", "accessModes"))
    return {
        "name": name,
        "class": value_at(data, ("spec", "storageClassName")),
        "modes": modes if isinstance(modes, list) else [],
    }


def _namespaces(manifests: Sequence[Manifest]) -> JsonObject:
    """Namespace -> which of its guards the unit brings."""
    found: dict[str, set[str]] = {m.id.name: {"namespace"} for m in manifests if m.id.kind == "Namespace" and not m.id.group}
    for manifest in manifests:
        if guard := _guard(manifest):
            found.setdefault(manifest.id.namespace, set()).add(guard)
    return {name: [*sorted(guards)] for name, guards in sorted(found.items())}


def _guard(manifest: Manifest) -> str:
    kind, group = manifest.id.kind, manifest.id.group
    if kind == "NetworkPolicy" and group == "networking.k8s.io":
        return "defaultDeny" if _denies(mapping_of(manifest.data.get("spec"))) else ""
    return {"ResourceQuota": "quota", "LimitRange": "limitRange"}.get(kind, "") if not group else ""


def _denies(spec: JsonObject) -> bool:
    """Whether nothing enters or leaves any Pod: all Pods, both directions, no rule."""
    types = spec.get("policyTypes")
    both = isinstance(types, list) and {"Ingress", "Egress"} <= {str(one) for one in types}
    return both and not any(spec.get(key) for key in ("podSelector", "ingress", "egress"))


def _own_api(manifest: Manifest) -> Iterator[str]:
    """group/version/Kind of a kind that Kubernetes itself serves; others come and go with their definitions."""
    group = manifest.id.group
    if "." not in group or group.endswith(".k8s.io"):
        version = str(manifest.data.get("apiVersion", "")).rpartition("/")[2]
        yield "/".join(part for part in (group, version, manifest.id.kind) if part)


def _mappings(value: Json) -> Iterator[JsonObject]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
