"""What the fleet demands of workloads beside their manifests: patches of the overlay and the settings that fill them in. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Final

from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of
from fleetgen.model.schema import Api
from fleetgen.policy.expansion import pod_path
from fleetgen.yamlfile import dump

_IMAGE: Final = re.compile(r"(?P<name>[^@]+?)(:(?P<tag>[^/:@]+))?(@(?P<digest>.+))?$")
_LISTS: Final = ("initContainers", "containers")
_INEXACT: Final = ("", "latest")
_SERVERS: Final = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_REQUESTS: Final[JsonObject] = {"cpu": "50m", "memory": "64Mi"}
_LIMITS: Final[JsonObject] = {"memory": "256Mi"}
_POD: Final[JsonObject] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
_CONTAINER: Final[JsonObject] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
_HEAD: Final = """\
{# What the fleet demands of pods and the manifests leave open. What the program cannot bear goes, with a waiver. #}
{% import "_parts/pods.j2" as pods %}
"""
_CALLED: Final = """\
{# Who may call: the namespace lets in only what is named. #}
{% import "_parts/objects.j2" as objects %}
{% if values.callers %}
"""
# What settings refer to, so that it stands in component.yaml once.
_DEFINITIONS: Final[JsonObject] = {
    "quantities": {
        "type": "object",
        "additionalProperties": {"type": "string", "description": "Quantity of the resource."},
    },
    "resources": {
        "type": "object",
        "additionalProperties": False,
        "required": ["requests", "limits"],
        "properties": {
            "requests": {"$ref": "#/$defs/quantities", "description": "What it is given in any case."},
            "limits": {"$ref": "#/$defs/quantities", "description": "What it may take at the most."},
        },
    },
    "image": {
        "type": "object",
        "additionalProperties": False,
        "required": ["repository", "digests"],
        "properties": {
            "repository": {"type": "string", "minLength": 1, "description": "Where it is pulled from, for example a mirror."},
            "digests": {
                "type": "object",
                "additionalProperties": {"type": "string", "description": "sha256 and the digest."},
                "description": "Version -> digest.",
            },
        },
    },
}
_NEEDED: Final = {"resources": ("quantities", "resources"), "images": ("image",)}
_CALLERS: Final[JsonObject] = {
    "type": "array",
    "description": "Who may call the Services. Layers add to the list.",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["namespace"],
        "properties": {
            "namespace": {"type": "string", "minLength": 1, "description": "Where the caller runs."},
            "podLabels": {
                "type": "object",
                "additionalProperties": {"type": "string", "description": "Value of the label."},
                "description": "Labels of its pods; left out for all pods of the namespace.",
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference, taken apart."""

    name: str
    tag: str
    digest: str

    @property
    def registry(self) -> str:
        """The prefix that an environment has to permit."""
        return self.name[: self.name.rfind("/") + 1] or self.name


@dataclass(slots=True)
class Hardening:
    """What an overlay adds: files, entries of its kustomization, settings and defaults. `notes`: what nobody could know."""

    files: dict[str, str] = field(default_factory=dict)
    patches: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    properties: JsonObject = field(default_factory=dict)
    values: JsonObject = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def settings(self) -> JsonObject:
        """The JSON Schema of the settings."""
        names = [name for key, names in _NEEDED.items() if key in self.properties for name in names]
        definitions: JsonObject = {"$defs": {name: _DEFINITIONS[name] for name in names}} if names else {}
        return {"type": "object", "additionalProperties": False, **definitions, "properties": self.properties}

    def add(self, setting: str, description: str, key: str, schema: JsonObject, default: Json) -> None:
        """One more key of a setting that is a mapping."""
        properties = {**mapping_of(mapping_of(self.properties.get(setting)).get("properties")), key: schema}
        self.properties[setting] = {
            "type": "object",
            "additionalProperties": False,
            "required": [*properties],
            "description": description,
            "properties": properties,
        }
        self.values[setting] = {**mapping_of(self.values.get(setting)), key: default}


def images_of(objects: Sequence[JsonObject]) -> list[Image]:
    """The images of all containers, each once."""
    found = [
        str(mapping_of(one).get("image", "")) for _, pod in _pods(objects) for key in _LISTS for one in list_of(pod.get(key))
    ]
    matches = (_IMAGE.match(text) for text in dict.fromkeys(found) if text)
    return [Image(match["name"], match["tag"] or "", match["digest"] or "") for match in matches if match]


def tags_of(images: Sequence[Image]) -> list[str]:
    """The exact tags among them, each once."""
    return [*dict.fromkeys(image.tag for image in images if image.tag not in _INEXACT)]


def hardening_of(objects: Sequence[JsonObject], version: str) -> Hardening:
    """What the overlay over these objects has to add."""
    hardening = Hardening()
    accounts = {str(mapping_of(one).get("name")) for data in objects for one in list_of(data.get("subjects"))}
    for data, pod in _pods(objects):
        _patch(hardening, Api.of(data), mapping_of(data.get("metadata")), pod, accounts)
    for image in images_of(objects):
        if image.tag == version:
            _image_override(hardening, image)
    if not any(each.get("kind") == "NetworkPolicy" for each in objects):
        _network_policies(hardening, [each for each in objects if Api.of(each) == Api("", "v1", "Service")])
    return hardening


def _pods(objects: Sequence[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """The objects that make Pods, each with the spec of those."""
    for data in objects:
        api = Api.of(data)
        if (path := pod_path(api.group, api.kind)) is not None:
            spec: Json = data
            for step in (*path, "spec"):
                spec = mapping_of(spec).get(step)
            yield data, mapping_of(spec)


def _patch(hardening: Hardening, api: Api, metadata: JsonObject, pod: JsonObject, accounts: Collection[str]) -> None:
    """A strategic merge patch that says what the pod template does not. `accounts` have rights: their pods need a token."""
    name, account = str(metadata.get("name")), str(pod.get("serviceAccountName", ""))
    space, kind = metadata.get("namespace"), api.kind.lower()
    file = _unused(hardening.files, f"{kind}-{name}.yaml.j2", f"{kind}-{space}-{name}.yaml.j2")
    lines = [*_pod_lines(api, name, pod, hardening)]
    if "automountServiceAccountToken" not in pod and account not in accounts:
        lines = ["automountServiceAccountToken: false", *lines]
    elif account in accounts:
        hardening.notes.append(f"{name} talks to the API server as {account}: it keeps its token, which FG-POD-020 finds")
    named = _flow({key: metadata[key] for key in ("name", "namespace") if key in metadata})
    text, indent = f"{_HEAD}apiVersion: {api.api_version}\nkind: {api.kind}\nmetadata: {named}\n", ""
    for step in (*(pod_path(api.group, api.kind) or ()), "spec"):
        text += f"{indent}{step}:\n"
        indent += "  "
    hardening.files[file] = text + "".join(f"{indent}{line}\n" for line in lines)
    target = f"{{kind: {api.kind}, namespace: {space}, name: {name}}}"
    hardening.patches.append(f"- path: {file.removesuffix('.j2')}\n    target: {target}")


def _pod_lines(api: Api, workload: str, pod: JsonObject, hardening: Hardening) -> Iterator[str]:
    is_server = api.kind in _SERVERS
    if "priorityClassName" not in pod:
        yield f"priorityClassName: {'serving' if is_server else 'batch'}"
    yield from _security(_POD, mapping_of(pod.get("securityContext")), "{{ pods.security_context() }}")
    for key in _LISTS:
        containers = [mapping_of(one) for one in list_of(pod.get(key))]
        yield from [f"{key}:"] if containers else []
        for one in containers:
            yield f"  - name: {one.get('name')}"
            lines = _container_lines(workload, one, hardening, probed=is_server and key == "containers")
            yield from (f"    {line}" for line in lines)
    unbounded = [one for one in map(mapping_of, list_of(pod.get("volumes"))) if _is_unbounded(one)]
    yield from ["volumes:"] if unbounded else []
    for one in unbounded:
        yield f"  - name: {one.get('name')}"
        yield "    emptyDir: {sizeLimit: 64Mi}"


def _is_unbounded(volume: JsonObject) -> bool:
    return "emptyDir" in volume and "sizeLimit" not in mapping_of(volume["emptyDir"])


def _container_lines(workload: str, container: JsonObject, hardening: Hardening, *, probed: bool) -> Iterator[str]:
    name = str(container.get("name", ""))
    own = mapping_of(container.get("securityContext"))
    if not own.get("privileged"):
        yield from _security(_CONTAINER, own, "{{ pods.container_security_context() }}")
    key = _resources(hardening, workload, name, mapping_of(container.get("resources")))
    yield f'resources: {{{{ pods.resources(values.resources["{key}"].requests, values.resources["{key}"].limits) }}}}'
    if not probed or "readinessProbe" in container:
        return
    ports = [mapping_of(port) for port in list_of(container.get("ports"))]
    if ports:
        yield f"readinessProbe: {{{{ pods.tcp_probe({json.dumps(ports[0].get('name') or ports[0].get('containerPort'))}) }}}}"
    else:
        hardening.notes.append(f"the container {name} opens no port: write its readinessProbe, see overlay/")
        yield "{# When can it work? The fleet wants a readinessProbe, for example {exec: {command: [...]}}. #}"


def _security(wanted: JsonObject, own: JsonObject, macro: str) -> Iterator[str]:
    """What is not said yet of a security context; nothing is said against what is."""
    missing = {key: value for key, value in wanted.items() if key not in own}
    if own.get("runAsUser") == 0:
        missing.pop("runAsNonRoot", None)
    if missing:
        yield f"securityContext: {json.dumps(missing) if own else macro}"


def _resources(hardening: Hardening, workload: str, name: str, own: JsonObject) -> str:
    """The settings of a container's resources; the key that they have."""
    key = _unused(mapping_of(hardening.values.get("resources")), name, f"{workload}-{name}")
    given = {kind: {each: str(amount) for each, amount in mapping_of(own.get(kind)).items()} for kind in ("requests", "limits")}
    least = {"memory": given["requests"]["memory"]} if "memory" in given["requests"] else _LIMITS
    default: JsonObject = {"requests": {**_REQUESTS, **given["requests"]}, "limits": {**least, **given["limits"]}}
    schema: JsonObject = {"$ref": "#/$defs/resources", "description": f"Of the container {name}."}
    hardening.add("resources", "Requests and limits by container.", key, schema, default)
    return key


def _image_override(hardening: Hardening, image: Image) -> None:
    """An image that carries the component's version: a layer moves it with that, to a mirror or to a digest."""
    key = _unused(mapping_of(hardening.values.get("images")), image.name.rpartition("/")[2], image.name.replace("/", "-"))
    schema: JsonObject = {"$ref": "#/$defs/image", "description": f"The image {key}."}
    default: JsonObject = {"repository": image.name, "digests": {image.tag: image.digest} if image.digest else {}}
    hardening.add("images", "Images that carry the component's version.", key, schema, default)
    hardening.images.append(f'- {{{{ pods.image_override("{image.name}", values.images["{key}"], version) }}}}')


def _network_policies(hardening: Hardening, services: Sequence[JsonObject]) -> None:
    """Who may call each Service: the setting `callers`."""
    documents = []
    for service in services:
        spec, metadata = mapping_of(service.get("spec")), mapping_of(service.get("metadata"))
        selector, ports = mapping_of(spec.get("selector")), [mapping_of(port) for port in list_of(spec.get("ports"))]
        if selector and ports:
            targets = [json.dumps(port.get("targetPort") or port.get("port")) for port in ports]
            documents.append(
                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                f"metadata: {_flow({key: metadata[key] for key in ('name', 'namespace')})}\n"
                f"spec:\n  podSelector: {{matchLabels: {_flow(selector)}}}\n  policyTypes: [Ingress]\n  ingress:\n"
                + "".join(f"    - {{{{ objects.callers(values.callers, {target}) }}}}\n" for target in targets)
            )
    if documents:
        hardening.files["network-policies.yaml.j2"] = _CALLED + "".join(documents) + "{% endif %}\n"
        hardening.properties["callers"] = _CALLERS
        hardening.values["callers"] = []


def _unused(known: Collection[str], *names: str) -> str:
    """The first of the names that nothing has yet."""
    numbered = (f"{names[-1]}-{number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in known)


def _flow(values: JsonObject) -> str:
    """Names or labels on one line."""
    return "{" + ", ".join(dump({key: value}).strip() for key, value in values.items()) + "}"
