"""Plain manifests that did not come from the fleet: read as Kubernetes reads them, lists unpacked, every value with its place.

The documents of a fleet follow the part of YAML on which all readers agree (`yamlfile.parse`). What an application team brings
was written for kubectl: an octal `defaultMode: 0644`, `yes`, anchors and merge keys are right there, and mean what go-yaml, as
sigs.k8s.io/yaml uses it, makes of them (resolve.go and decode.go of its goyaml.v2). Refused is what readers read differently
(`y`, `.inf`), and what hides content from somebody: a key that stands twice, a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, Leaf
from fleetgen.model.settings import Items, Node, Origin, Scalar, Table
from fleetgen.yamlfile import Reader, resolve_plain

MAX_NODES: Final = 1_000_000
MERGE: Final = "<<"
_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
_INTEGER: Final = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_DISPUTED: Final = re.compile(r"[yYnN]$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_LONGEST_NUMBER: Final = 400


def read(text: str, path: str) -> tuple[Table, ...]:
    """The objects of a file in their order. Raises InputError with all problems (E0101 to E0105, E0602)."""
    found: list[Finding] = []
    objects: list[Table] = []
    for tree in _ManifestReader(text, path).read():
        objects += _unpacked(tree, found)
    if found:
        raise InputError(found)
    return tuple(objects)


def data_of(node: Node) -> Json:
    """As plain JSON; null stays, because an API server and a policy see it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [data_of(item) for item in node.items]
    return {key: data_of(value) for key, value in node.entries.items()}


def kubernetes_plain(text: str) -> Leaf:
    """The value of a plain scalar as Kubernetes reads it."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    number = text.replace("_", "")
    if text[:1] != "_" and len(number) <= _LONGEST_NUMBER:
        if match := _INTEGER.match(number):
            digits = match[2].lower()
            octal = digits[0] == "0" and digits[1:2].isdigit()
            value = int(digits, 8) if octal else int(digits, 0)
            return -value if match[1] == "-" else value
        if _FLOAT.match(number):
            return float(number)
    rest = resolve_plain(text)
    return rest if rest is None or isinstance(rest, bool) else text


class _ManifestReader(Reader):
    """Reads YAML as kubectl does."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text, path)
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._copied = 0

    def plain_scalar(self, text: str, origin: Origin) -> Scalar:
        return super().plain_scalar(text, origin) if _DISPUTED.match(text) else Scalar(kubernetes_plain(text), origin)

    def anchored(self, name: str, node: Node) -> None:
        self._anchors[name] = (node, _size(node))

    def alias(self, name: str, origin: Origin) -> Node:
        """The anchored node itself: what an alias copies is read, and edited, where it was written."""
        if name not in self._anchors:
            self.report("E0104", f"the alias *{name} has no anchor before it", f"write &{name} where its value is", origin.place)
            return Scalar(None, origin)
        node, size = self._anchors[name]
        self._copied += size
        if self._copied > MAX_NODES:
            self.report("E0104", f"aliases expand to more than {MAX_NODES} values", "repeat the values instead", origin.place)
            self._anchors = dict.fromkeys(self._anchors, (Scalar(None, origin), 0))
            return Scalar(None, origin)
        return node

    def table(self, node: Table) -> Table:
        """Merge keys; what the mapping says itself is stronger, and of several merged ones the first."""
        merged = node.entries.get(MERGE)
        sources = merged.items if isinstance(merged, Items) else (merged,)
        tables = [source for source in sources if isinstance(source, Table)]
        if merged is None or len(tables) != len(sources):
            return node
        layers = [*reversed(tables), replace(node, entries={key: v for key, v in node.entries.items() if key != MERGE})]
        entries = {key: value for layer in layers for key, value in layer.entries.items()}
        return Table(entries, node.origin, {key: place for layer in layers for key, place in layer.key_places.items()})


def _size(node: Node) -> int:
    if isinstance(node, Scalar):
        return 1
    return 1 + sum(map(_size, node.items if isinstance(node, Items) else node.entries.values()))


def _unpacked(tree: Node, found: list[Finding]) -> Iterator[Table]:
    """The object, or those inside of a list of any kind, as `kubectl get -o yaml` prints one."""
    place = tree.origin.place
    if not isinstance(tree, Table):
        fix = "pass files that contain only Kubernetes objects"
        found.append(problem("E0602", "the document is not a Kubernetes object", fix=fix, place=place))
        return
    kind, version = _text(tree, "kind"), _text(tree, "apiVersion")
    items = tree.entries.get("items")
    if kind.endswith("List") and version and isinstance(items, Items):
        for item in items.items:
            yield from _unpacked(item, found)
    elif version.startswith("kustomize.config.k8s.io/") or (
        not kind and place.path.endswith(("/kustomization.yaml", "kustomization.yml"))
    ):
        fix = "build it and pass the result: kustomize build DIR | fleetgen check --manifests -"
        found.append(problem("E0602", "a kustomization is not a manifest", fix=fix, place=place))
    elif reason := _not_an_object(tree):
        fix = "pass files that contain only Kubernetes objects"
        found.append(problem("E0602", f"the document is not a Kubernetes object: {reason}", fix=fix, place=place))
    else:
        yield tree


def _not_an_object(tree: Table) -> str:
    for key in ("apiVersion", "kind"):
        if not _text(tree, key):
            return f"{key} is missing or not text"
    metadata = tree.entries.get("metadata")
    if not isinstance(metadata, Table):
        return "metadata is missing"
    if not _text(metadata, "name") and not _text(metadata, "generateName"):
        return "metadata.name is missing or not text"
    return ""


def _text(table: Table, key: str) -> str:
    node = table.entries.get(key)
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
