"""What a Helm chart says about itself, as far as a component has to repeat it. A chart of a repository is not fetched."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import MAX_FILE, read_tree
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of
from fleetgen.model.resource import CLUSTER_SCOPED
from fleetgen.start.manifests import ApiKind, definitions_of
from fleetgen.yamlfile import load_objects

_KIND: Final = re.compile(r"^kind:\s*[\"']?(\w+)", re.MULTILINE)
_DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")
_ARCHIVES: Final = (".tgz", ".tar.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmChart:
    """`settings`: JSON Schema of its values. `is_read`: whether its files were there to be looked at."""

    repo_url: str
    name: str
    version: str
    title: str = ""
    settings: JsonObject = field(default_factory=lambda: {"type": "object", "additionalProperties": True, "properties": {}})
    provides: tuple[str, ...] = ()
    cluster_scoped: tuple[ApiKind, ...] = ()
    is_read: bool = False


def chart_of(said: str, version: str, repo_url: str) -> HelmChart:
    """The chart that a folder, an archive or REPO/NAME stands for. Raises InputError E0106, E0506, E1201."""
    path = Path(said)
    if path.is_dir() or said.endswith(_ARCHIVES):
        return _read(_folder(path) if path.is_dir() else _archive(path), said, version, repo_url)
    repository, _, name = said.rstrip("/").rpartition("/")
    if not name or not re.match(r"([a-z]+://)?[^/]+\.[^/]+", repository):
        fact = f"'{said}' is neither a folder, an archive nor the address of a chart"
        fix = "write it as https://charts.example.com/mq, or as registry.example.com/charts/mq for OCI"
        raise InputError(problem("E1201", fact, fix=fix))
    if not version:
        raise InputError(problem("E1201", f"the version of {said} is not known", fix="add --version"))
    return HelmChart(repo_url=repository.removeprefix("oci://"), name=name, version=version)


def _folder(folder: Path) -> dict[str, str]:
    problems: list[Finding] = []
    files = read_tree(folder, [""], problems, suffixes=(".yaml", ".yml", ".tpl"))
    if problems:
        raise InputError(problems)
    return files


def _archive(path: Path) -> dict[str, str]:
    """Its text files; nothing is unpacked. The first folder of an archive is the chart's name."""
    files: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.removeprefix("./").partition("/")[2]
                if member.isfile() and member.size <= MAX_FILE and name.endswith((".yaml", ".yml", ".tpl")):
                    content = archive.extractfile(member)
                    files[name] = content.read().decode("utf-8", "replace") if content else ""
    except (OSError, tarfile.TarError) as error:
        fix = "give a chart as 'helm package' or 'helm pull' makes it"
        raise InputError(problem("E0106", f"cannot be read as a chart: {error}", fix=fix, place=Place(str(path)))) from error
    return files


def _read(files: Mapping[str, str], said: str, version: str, repo_url: str) -> HelmChart:
    about = _mapping(files, "Chart.yaml", said)
    name, own = str(about.get("name", "")), str(about.get("version", ""))
    if not name or not own:
        raise InputError(
            problem("E0506", "Chart.yaml names no chart and version", fix="name the folder of a chart", place=Place(said))
        )
    if about.get("type") == "library":
        fix = "name a chart of type application"
        raise InputError(problem("E0506", f"{name} is a library chart, which installs nothing", fix=fix, place=Place(said)))
    dependencies = [mapping_of(each) for each in list_of(about.get("dependencies"))]
    values = _mapping(files, "values.yaml", said) if "values.yaml" in files else {}
    others = [str(each.get("alias") or each.get("name")) for each in dependencies]
    crds = [each for path in sorted(files) if "/crds/" in f"/{path}" for each in load_objects(files[path], Place(path))]
    provides = sorted(api for apis in definitions_of(map(mapping_of, crds)).values() for api in apis)
    return HelmChart(
        repo_url=repo_url or "https://charts.example.com",
        name=name,
        version=version or own,
        title=str(about.get("description", "")).strip().rstrip("."),
        settings=_settings({**{key: {} for key in others}, **({"global": {}} if others else {}), **values}),
        provides=tuple(provides),
        cluster_scoped=tuple(sorted({*_cluster_scoped(files), *([_DEFINITION] if provides else [])})),
        is_read=True,
    )


def _mapping(files: Mapping[str, str], name: str, said: str) -> JsonObject:
    documents = load_objects(files.get(name, ""), Place(f"{said}/{name}"))
    return mapping_of(documents[0]) if documents else {}


def _settings(values: JsonObject) -> JsonObject:
    """The chart's values at the top, each open below: what a chart takes is for the chart to say."""
    properties: JsonObject = {name: _described(name, value) for name, value in values.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _described(name: str, value: Json) -> JsonObject:
    kind: JsonObject = {"type": "object"} if isinstance(value, dict) else {"type": "array"} if isinstance(value, list) else {}
    return {**kind, "description": f"The chart's value {name}."}


def _cluster_scoped(files: Mapping[str, str]) -> Iterator[ApiKind]:
    """Kinds without a namespace that its templates make. They are templates: only the word behind `kind` is looked at."""
    kinds = {kind for path, text in files.items() if "/templates/" in f"/{path}" for kind in _KIND.findall(text)}
    yield from (pair for pair in CLUSTER_SCOPED if pair[1] in kinds - {"Namespace"})
