"""`fleetgen new component`: a folder of templates/ that passes a check, from manifests, from a chart or from an example."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from fleetgen import API_VERSION
from fleetgen.errors import InputError, problem
from fleetgen.inputs.documents import library_components
from fleetgen.inputs.files import read_file, read_tree
from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes
from fleetgen.inputs.repository import Repository
from fleetgen.library import PARTS, builtin_root
from fleetgen.model.component import Component
from fleetgen.model.fields import TOKEN
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, mapping_of
from fleetgen.model.settings import at, plain
from fleetgen.start.charts import HelmChart, chart_of
from fleetgen.start.eject import imported
from fleetgen.start.manifests import Base, base_of
from fleetgen.start.new import Addition
from fleetgen.start.workloads import Hardening, hardening_of, images_of, tags_of
from fleetgen.yamlfile import dump

_RESERVED: Final = frozenset({"root", "identity", "project"})
_GIVEN: Final = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "argocd"})
_NAMESPACE: Final = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_LONGEST: Final = 40
_SUFFIXES: Final = (".yaml", ".yml")
_HEAD: Final = "# What it is, where it goes and what it needs. Every key that there is: fleetgen schema Component\n"
_TO_SAY: Final = "Say here what it does at a site, and why it is set up so.\n"
_KUSTOMIZATION: Final = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
_EMPTY_BASE: Final = f"# Objects of your own beside the chart: write a file here and list it.\n{_KUSTOMIZATION}resources: []\n"
_CHART_VALUES: Final = """\
# What the chart is given over its own values: the settings of this component, and whatever you write here.
{{ values | yaml }}
"""
_QUOTA: Final[JsonObject] = {"services.loadbalancers": 0, "services.nodeports": 0}
_LIMITS: Final[JsonObject] = {
    "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
    "default": {"cpu": "1", "memory": "512Mi"},
}
_EXAMPLE: Final = {
    "deployment.yaml": """\
# An example: put your own objects in its place.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
        - name: {name}
          image: docker.io/nginxinc/nginx-unprivileged:1.29.1
          ports:
            - {{name: http, containerPort: 8080}}
          volumeMounts:
            - {{name: tmp, mountPath: /tmp}}
      volumes:
        - name: tmp
          emptyDir: {{}}
""",
    "service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector: {{app: {name}}}
  ports:
    - {{name: http, port: 80, targetPort: http}}
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRequest:
    """What the command line says. Without `manifests` and `chart` the component is an example."""

    name: str
    manifests: str = ""
    chart: str = ""
    version: str = ""
    namespace: str = ""
    repo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComponent:
    """The files; the lines of a layer that switches it on, the registries of its images, and what nobody could know."""

    addition: Addition
    layer: str
    registries: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """What becomes component.yaml and the folder beside it."""

    version: str
    namespaces: tuple[str, ...]
    wave: int
    title: str = ""
    provides: Collection[str] = ()
    requires: Collection[str] = ()
    cluster_scoped: Collection[tuple[str, str]] = ()
    chart: JsonObject = field(default_factory=dict)
    settings: JsonObject = field(default_factory=dict)
    merge: JsonObject = field(default_factory=dict)
    values: JsonObject = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    registries: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def new_component(repository: Repository, request: ComponentRequest) -> NewComponent:
    """Work it out; writes nothing. Raises InputError with every problem of a step."""
    library = library_components(repository)
    if found := _unusable(request, library, repository.root):
        raise InputError(found)
    draft = _of_chart(request) if request.chart else _of_manifests(request, _manifests(request), library)
    folder = f"templates/{request.name}"
    files = {"component.yaml": _component_text(request.name, draft), **draft.files}
    created = {f"{folder}/{path}": text for path, text in files.items()}
    return NewComponent(
        addition=Addition(created=created | _missing_parts(repository, files.values()), changed={}),
        layer=_layer_text(request.name, draft.namespaces, library),
        registries=draft.registries,
        notes=tuple(draft.notes),
    )


def _missing_parts(repository: Repository, texts: Iterable[str]) -> dict[str, str]:
    """What a repository that is its own library does not have yet of the parts that the texts import."""
    if repository.config.library == "builtin":
        return {}
    builtin = read_tree(builtin_root(), [PARTS], [])
    parts = {PARTS + name: text for name, text in imported(texts, builtin).items()}
    return {path: text for path, text in parts.items() if not (repository.root / path).exists()}


def _unusable(request: ComponentRequest, library: Mapping[str, Component], root: Path) -> list[Finding]:
    name, namespace = request.name, request.namespace
    if namespace and not re.fullmatch(_NAMESPACE, namespace):
        fix = "use up to 63 lower-case letters, digits and dashes"
        return [problem("E0401", f"'{namespace}' cannot be the name of a namespace", fix=fix)]
    if not re.match(TOKEN, name) or len(name) > _LONGEST or name in _RESERVED:
        fix = f"use up to {_LONGEST} lower-case letters, digits and dashes; {', '.join(sorted(_RESERVED))} are taken"
        return [problem("E0401", f"'{name}' cannot be the name of a component", fix=fix)]
    if name in library:
        is_own = (root / library[name].folder).exists()
        fix = "choose another name" + ("" if is_own else f"; to change the builtin one: fleetgen library eject {name}")
        return [problem("E1204", f"there is a component '{name}' already", fix=fix, place=Place(library[name].folder))]
    return []


def _manifests(request: ComponentRequest) -> dict[str, str]:
    """File name -> YAML; those of a folder with their path below it."""
    if not request.manifests:
        return {file: text.format(name=request.name) for file, text in _EXAMPLE.items()}
    path, problems = Path(request.manifests), list[Finding]()
    files: dict[str, str] = {}
    if path.is_dir():
        files = read_tree(path, [""], problems, suffixes=_SUFFIXES)
    else:
        read_file(path, path.name, files, problems)
    if any(name.rpartition("/")[2] in {"kustomization.yaml", "kustomization.yml"} for name in files):
        fix = f"build it first: kustomize build {path} > manifests.yaml, and give that file"
        raise InputError(problem("E0602", "a Kustomize folder, not plain manifests", fix=fix, place=Place(str(path))))
    if problems:
        raise InputError([_placed(finding, request.manifests) for finding in problems])
    return files


def _of_manifests(request: ComponentRequest, files: Mapping[str, str], library: Mapping[str, Component]) -> _Draft:
    kubernetes = PackagedKubernetes()
    served = {(api.group, api.kind) for api in kubernetes.builtin(kubernetes.minors[-1]).names}
    scoped = {(each.group, each.kind) for component in library.values() for each in component.cluster_resources}
    try:
        base = base_of(files, (request.namespace, request.name), served, scoped)
    except InputError as error:
        raise InputError([_placed(finding, request.manifests) for finding in error.findings]) from error
    version = _version(request, base)
    hardening = hardening_of(base.objects, version)
    images = images_of(base.objects)
    listed: JsonObject = {"resources": [*sorted(base.files)]}
    custom = {*base.provides, *base.requires}
    notes = [*hardening.notes, *(f"the Namespace {name} is left to cluster-baseline" for name in base.left_out)]
    notes += [_provider(api, library) for api in base.requires]
    return _Draft(
        version=version,
        namespaces=base.namespaces,
        wave=0 if base.provides else 2 if custom and not images else 3,
        provides=base.provides,
        requires=base.requires,
        cluster_scoped=base.cluster_scoped,
        settings=hardening.settings,
        merge={"callers": "append"} if "callers" in hardening.values else {},
        values=hardening.values,
        files={
            "base/kustomization.yaml": _KUSTOMIZATION + dump(listed),
            **{f"base/{path}": text for path, text in base.files.items()},
            "overlay/kustomization.yaml.j2": _overlay_text(request.name, base, hardening),
            **{f"overlay/{path}": text for path, text in hardening.files.items()},
        },
        registries=tuple(sorted({image.registry for image in images})),
        notes=notes,
    )


def _placed(finding: Finding, manifests: str) -> Finding:
    """The finding with a place that somebody can open: files were named from their folder."""
    place = finding.place
    if place is None:
        return finding
    if not Path(manifests).is_dir():
        return replace(finding, place=replace(place, path=manifests))
    return replace(finding, place=replace(place, path=f"{manifests.rstrip('/')}/{place.path}"))


def _version(request: ComponentRequest, base: Base) -> str:
    tags = tags_of(images_of(base.objects))
    if request.version or len(tags) == 1:
        return request.version or tags[0]
    fact = f"its images have several versions: {', '.join(tags)}" if tags else "no image says what version it is"
    raise InputError(problem("E1201", fact, fix="add --version: that of what is installed"))


def _provider(api: str, library: Mapping[str, Component]) -> str:
    names = sorted(name for name, component in library.items() if api in component.provides)
    return f"it needs {api}" + (f", which {' and '.join(names)} provides" if names else "")


def _overlay_text(name: str, base: Base, hardening: Hardening) -> str:
    """The kustomization of the overlay. Labels that the manifests use themselves stay as they are."""
    used = any("app.kubernetes.io/name" in mapping_of(mapping_of(o.get("metadata")).get("labels")) for o in base.objects)
    labels = "{app.kubernetes.io/part-of: fleetgen}" if used else f'{{{{ objects.labels("{name}", name) }}}}'
    text = '{% import "_parts/objects.j2" as objects %}\n' if not used else ""
    text += '{% import "_parts/pods.j2" as pods %}\n' if hardening.images else ""
    text += f"{_KUSTOMIZATION}resources:\n  - {{{{ base }}}}\n"
    if "network-policies.yaml.j2" in hardening.files:
        text += "{% if values.callers %}\n  - network-policies.yaml\n{% endif %}\n"
    text += f"labels:\n  - pairs: {labels}\n"
    for key, lines in (("images", hardening.images), ("patches", hardening.patches)):
        text += f"{key}:\n" + "".join(f"  {line}\n" for line in lines) if lines else ""
    return text


def _of_chart(request: ComponentRequest) -> _Draft:
    chart = chart_of(request.chart, request.version, request.repo_url)
    namespace = request.namespace or request.name
    return _Draft(
        version=chart.version,
        namespaces=(namespace,),
        wave=0 if chart.provides else 3,
        title=chart.title,
        provides=chart.provides,
        cluster_scoped=chart.cluster_scoped,
        chart={
            "repoURL": chart.repo_url,
            "name": chart.name,
            "releaseName": request.name,
            "namespace": namespace,
            "values": "chart/values.yaml.j2",
        },
        settings=chart.settings,
        files={
            "chart/values.yaml.j2": _CHART_VALUES,
            "base/kustomization.yaml": _EMPTY_BASE,
            "overlay/kustomization.yaml.j2": f"{_KUSTOMIZATION}resources:\n  - {{{{ base }}}}\n",
        },
        notes=_unknown(chart, request),
    )


def _unknown(chart: HelmChart, request: ComponentRequest) -> list[str]:
    notes = []
    if not chart.is_read:
        notes.append(
            "list in clusterResources which kinds without a namespace the chart makes, in provides which kinds it defines"
        )
    elif not request.repo_url:
        notes.append("set chart.repoURL in component.yaml: sites pull the chart from there")
    return [*notes, "the namespace lets in and out only what its networkPolicy allows: name what the chart needs"]


def _component_text(name: str, draft: _Draft) -> str:
    spec: dict[str, Json] = {
        "title": draft.title or name,
        "description": _TO_SAY,
        "namespaces": [*draft.namespaces],
        "wave": draft.wave,
        "provides": [*draft.provides],
        "requires": [{"api": api} for api in draft.requires],
        "chart": draft.chart,
        "clusterResources": [{"group": group, "kind": kind} for group, kind in draft.cluster_scoped],
        "settings": draft.settings,
        "merge": draft.merge,
        "defaults": {"enabled": False, "version": draft.version, "values": draft.values},
    }
    metadata: JsonObject = {"name": name}
    said = {key: value for key, value in spec.items() if value not in ([], {})}
    return _HEAD + dump({"apiVersion": API_VERSION, "kind": "Component", "metadata": metadata, "spec": said})


def _layer_text(name: str, namespaces: Collection[str], library: Mapping[str, Component]) -> str:
    """What a layer says to have the component: it is on, and cluster-baseline makes its namespaces."""
    baseline = library.get("cluster-baseline")
    known = at(baseline.defaults, ("values", "namespaces")) if baseline else None
    wanted: JsonObject = {}
    for space in (space for space in namespaces if space not in _GIVEN):
        there = known is not None and space in mapping_of(plain(known))
        wanted[space] = {"enabled": True} if there else {"description": name, "quota": _QUOTA, "limitRange": _LIMITS}
    components: JsonObject = {name: {"enabled": True}}
    if wanted:
        components["cluster-baseline"] = {"values": {"namespaces": wanted}}
    return dump(components)
