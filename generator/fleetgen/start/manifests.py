"""Plain manifests as the base of a component: what fleetgen demands of objects is put in, all else stays as it was written."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of
from fleetgen.model.resource import CLUSTER_SCOPED, KEEP, KEPT, SYNC_OPTIONS
from fleetgen.model.schema import Api
from fleetgen.model.settings import Path, Scalar, Table, at
from fleetgen.stages import manifests
from fleetgen.yamlfile import dump, parse

_BREAK: Final = re.compile(r"^---(?:[ \t].*)?\n", re.MULTILINE)
_NAMESPACE: Final = ("", "Namespace")
_DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")
_ON_THE_WAY: Final = frozenset({"spec", "template", "jobTemplate", "containers", "initContainers", "ingress", "egress", "ports"})
ApiKind: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of a file. `text` is its own, from line `first` (0 is the top) of the file; an object of a List has none."""

    file: str
    text: str
    first: int
    tree: Table
    data: JsonObject

    @property
    def api(self) -> Api:
        return Api.of(self.data)

    @property
    def pair(self) -> ApiKind:
        return _pair(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What manifests become: the files of `base/`, the objects in them, and what a component has to say about them.

    `namespaces`: the first is for objects that name none. `left_out`: Namespaces, which cluster-baseline makes.
    """

    files: Mapping[str, str]
    objects: tuple[JsonObject, ...]
    namespaces: tuple[str, ...]
    cluster_scoped: tuple[ApiKind, ...]
    provides: tuple[str, ...]
    requires: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Kinds:
    """What is known of kinds: those that Kubernetes serves itself, those without a namespace, those that the manifests define."""

    served: Collection[ApiKind]
    scoped: set[ApiKind]
    defined: dict[ApiKind, list[str]]


def base_of(files: Mapping[str, str], spaces: tuple[str, str], served: Collection[ApiKind], scoped: Collection[ApiKind]) -> Base:
    """The base that the files (path -> YAML) make.

    What names no namespace goes to the first of `spaces`; if that is empty to the one that others name, and else to the second.
    `served`: the kinds of Kubernetes itself; `scoped`: kinds of other components that have no namespace. Raises InputError with
    all problems.
    """
    problems: list[Finding] = []
    objects = [found for path, text in sorted(files.items()) for found in _objects(path, text, problems)]
    kept = [found for found in objects if found.pair != _NAMESPACE]
    if not kept and not problems:
        problems.append(problem("E0305", "there is no object to install", fix="name a folder with YAML files of manifests"))
    if problems:
        raise InputError(problems)
    kinds = _kinds([found.data for found in kept], served, scoped)
    left_out = tuple(_of_metadata(found, "name") for found in objects if found.pair == _NAMESPACE)
    named = [space for found in kept if found.pair not in kinds.scoped and (space := _of_metadata(found, "namespace"))]
    first = next(name for name in (spaces[0], *named, *left_out, spaces[1]) if name)
    guarded = [(found.file, _guarded(found, kinds, first)) for found in kept]
    texts: dict[str, list[str]] = {}
    for file, (text, _) in guarded:
        texts.setdefault(file, []).append(text)
    foreign = (found.api for found in kept if found.pair not in kinds.served and found.pair not in kinds.defined)
    return Base(
        files={file: "---\n".join(parts) for file, parts in texts.items()},
        objects=tuple(data for _, (_, data) in guarded),
        namespaces=tuple(dict.fromkeys([first, *named])),
        cluster_scoped=tuple(sorted({found.pair for found in kept if found.pair in kinds.scoped})),
        provides=tuple(sorted(api for apis in kinds.defined.values() for api in apis)),
        requires=tuple(sorted({f"{api.api_version}/{api.kind}" for api in foreign})),
        left_out=left_out,
    )


def _objects(path: str, text: str, problems: list[Finding]) -> Iterator[_Object]:
    """The objects of a file, each with its own text; a document begins behind `---`."""
    breaks = [*_BREAK.finditer(text)]
    for start, end in zip([0, *(each.end() for each in breaks)], [*(each.start() for each in breaks), len(text)], strict=True):
        part, first = text[start:end], text.count("\n", 0, start)
        try:
            trees = manifests.read("\n" * first + part, path)
        except InputError as error:
            problems += error.findings
            continue
        for tree in trees:
            own = part if tree.origin.place.column == 1 else ""
            yield _Object(path, own, first, tree, cast("JsonObject", manifests.data_of(tree)))


def definitions_of(objects: Iterable[JsonObject]) -> dict[ApiKind, list[str]]:
    """Kind -> its served versions as group/version/Kind, of the CustomResourceDefinitions among the objects."""
    found = {}
    for data in objects:
        if _pair(data) == _DEFINITION:
            versions = [mapping_of(each) for each in list_of(mapping_of(data.get("spec")).get("versions"))]
            pair = _defined(data)
            found[pair] = [f"{pair[0]}/{each.get('name')}/{pair[1]}" for each in versions if each.get("served")]
    return found


def _kinds(objects: Sequence[JsonObject], served: Collection[ApiKind], scoped: Collection[ApiKind]) -> _Kinds:
    definitions = [data for data in objects if _pair(data) == _DEFINITION]
    at_cluster = {_defined(data) for data in definitions if mapping_of(data.get("spec")).get("scope") == "Cluster"}
    defined = definitions_of(definitions)
    return _Kinds(served, ({*CLUSTER_SCOPED, *scoped} - defined.keys()) | at_cluster, defined)


def _pair(data: JsonObject) -> ApiKind:
    api = Api.of(data)
    return api.group, api.kind


def _defined(data: JsonObject) -> ApiKind:
    """The kind that a CustomResourceDefinition defines."""
    spec = mapping_of(data.get("spec"))
    return str(spec.get("group", "")), str(mapping_of(spec.get("names")).get("kind", ""))


def _of_metadata(found: _Object, key: str) -> str:
    return str(mapping_of(found.data.get("metadata")).get(key, ""))


class _Spot(NamedTuple):
    """Line and column of the first key of a mapping; whether it is one of braces, or one whose first value ends with its line."""

    line: int
    column: int
    flow: bool
    behind: bool


# Where a key is put: the mapping, the key, and its value as YAML and as data.
_Insertion = tuple[Path, str, str, Json]


def _guarded(found: _Object, kinds: _Kinds, namespace: str) -> tuple[str, JsonObject]:
    """Text and data of the object with all that fleetgen demands. The text is written anew where it cannot be kept."""
    additions = [*_insertions(found, kinds, namespace)]
    data = copy.deepcopy(found.data)
    for path, key, _, value in additions:
        cast("JsonObject", _at(data, path))[key] = value
    text = _inserted(found, additions)
    return f"{text.strip(chr(10))}\n" if _says(text, found.file, data) else dump(data), data


def _says(text: str, file: str, data: JsonObject) -> bool:
    """Whether the text says this in the YAML that templates have to be written in."""
    try:
        trees = parse(text, file)
    except InputError:
        return False
    return len(trees) == 1 and manifests.data_of(trees[0]) == data


def _insertions(found: _Object, kinds: _Kinds, namespace: str) -> Iterator[_Insertion]:
    metadata = mapping_of(found.data.get("metadata"))
    if found.pair not in kinds.scoped and not metadata.get("namespace"):
        yield ("metadata",), "namespace", namespace, namespace
    if found.pair in KEPT:
        annotations = mapping_of(metadata.get("annotations"))
        options = ",".join(dict.fromkeys([*filter(None, str(annotations.get(SYNC_OPTIONS, "")).split(",")), *KEEP.split(",")]))
        if not annotations:
            yield ("metadata",), "annotations", f'{{{SYNC_OPTIONS}: "{options}"}}', {SYNC_OPTIONS: options}
        elif annotations.get(SYNC_OPTIONS) != options:
            yield ("metadata", "annotations"), SYNC_OPTIONS, options, options
    if found.pair in kinds.served:
        for path in _open_ports(found.data.get("spec"), ("spec",)):
            yield path, "protocol", "TCP", "TCP"


def _open_ports(node: Json, path: Path) -> Iterator[Path]:
    """Where a port has no protocol: of containers, Services and NetworkPolicies."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _open_ports(item, (*path, index))
    elif isinstance(node, dict):
        if path[-2:-1] == ("ports",) and {"port", "containerPort"} & node.keys() and "protocol" not in node:
            yield path
        for key in _ON_THE_WAY & node.keys():
            yield from _open_ports(node[key], (*path, key))


def _inserted(found: _Object, additions: Sequence[_Insertion]) -> str:
    """The object's text with more keys, each beside the first key of its mapping; from below, so that places stay right."""
    lines = found.text.split("\n")
    spots: list[tuple[_Spot, str]] = []
    for path, key, said, _ in additions:
        table = at(found.tree, path)
        if isinstance(table, Table) and table.key_places and found.text:
            name, first = min(table.key_places.items(), key=lambda item: (item[1].line, item[1].column))
            start = table.origin.place
            flow = lines[start.line - 1 - found.first][start.column - 1] == "{"
            behind = isinstance(table.entries[name], Scalar)
            spots.append((_Spot(first.line - 1 - found.first, first.column - 1, flow, behind), f"{key}: {said}"))
    for spot, said in sorted(spots, reverse=True):
        _put(lines, spot, said)
    return "\n".join(lines)


def _put(lines: list[str], place: _Spot, said: str) -> None:
    number, column, flow, behind = place
    line = lines[number]
    if flow:
        lines[number] = f"{line[:column]}{said}, {line[column:]}"
    else:
        lines.insert(number + (1 if behind else 0), f"{' ' * column}{said}")


def _at(node: Json, path: Path) -> Json:
    for step in path:
        node = node[step] if isinstance(node, dict) and isinstance(step, str) else cast("list[Json]", node)[cast("int", step)]
    return node
