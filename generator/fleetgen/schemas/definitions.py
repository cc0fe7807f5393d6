"""CustomResourceDefinitions: found in files, read, and chosen where several versions of one lie side by side."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject, value_at
from fleetgen.model.schema import DefinedVersion, Definition
from fleetgen.schemas.object_schema import NotASchema, ObjectSchema
from fleetgen.schemas.structural import of_object
from fleetgen.yamlfile import load_objects

KIND: Final = "CustomResourceDefinition"
API_VERSION: Final = "apiextensions.k8s.io/v1"
_DOCUMENT: Final = re.compile(r"^---", re.MULTILINE)
_COLUMN: Final = re.compile(r"^\S", re.MULTILINE)
_LIST: Final = re.compile(r"^kind: \w*List$", re.MULTILINE)
_CONSTRAINTS: Final = "constraints.gatekeeper.sh"


@dataclass(frozen=True, kw_only=True)
class DefinitionSource:
    """One YAML document that may define custom kinds: its text, not read yet."""

    place: Place
    text: str

    @cached_property
    def digest(self) -> str:
        """sha256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def may_define(self, group: str, kind: str) -> bool:
        """Whether to read it; False is never wrong. Reading a definition takes up to a second, and most are not needed."""
        return group in self.text and kind in self.text and _names(self.text, "group", group) and _names(self.text, "kind", kind)


def _names(text: str, key: str, value: str) -> bool:
    """In block style, in flow style and as JSON."""
    return bool(re.search(rf"""\b{key}["']?\s*:\s*["']?{re.escape(value)}["']?\s*(?:[,}}#]|$)""", text, re.MULTILINE))


def sources(files: Mapping[str, str]) -> tuple[DefinitionSource, ...]:
    """The documents of some files that define custom kinds, in the order of their paths."""
    return tuple(source for path in sorted(files) for source in _documents(path, files[path]))


def _documents(path: str, text: str) -> Iterator[DefinitionSource]:
    for line, part in _parts(text, _DOCUMENT, 1) if KIND in text else ():
        # a list as kubectl prints it: to read one of all kinds of a site takes seconds, one of its items does not
        listed = _parts(part, _COLUMN, line) if _LIST.search(part) else ()
        items = [(number, f"  {item[2:]}") for number, item in listed if item.startswith("- ")]
        for number, item in items or [(line, part)]:
            if KIND in item:
                yield DefinitionSource(place=Place(path, number), text=item)


def _parts(text: str, start: re.Pattern[str], line: int) -> Iterator[tuple[int, str]]:
    """The text cut where `start` matches, each part with the number of its first line."""
    begin = 0
    for end in [*(match.start() for match in start.finditer(text)), len(text)]:
        part = text[begin:end]
        yield line, part
        begin, line = end, line + part.count("\n")


def objects_of(source: DefinitionSource) -> tuple[JsonObject, ...]:
    """The CustomResourceDefinitions of a document, which may be a list of them. Raises InputError."""
    found: list[Json] = []
    for document in load_objects(source.text, source.place):
        listed = document.get("items") if isinstance(document, dict) and str(document.get("kind")).endswith("List") else None
        found += listed if isinstance(listed, list) else [document]
    return tuple(item for item in found if isinstance(item, dict) and item.get("kind") == KIND)


def read(source: DefinitionSource) -> tuple[Definition, ...]:
    """The definitions of a document. Raises InputError E0607 for one that the API server would not take either."""
    return tuple(definition(data, source.place) for data in objects_of(source))


def definition(data: JsonObject, place: Place) -> Definition:
    """A CustomResourceDefinition, compiled once so that it is known to be usable. Raises InputError E0607."""
    group, kind = value_at(data, ("spec", "group")), value_at(data, ("spec", "names", "kind"))
    versions = value_at(data, ("spec", "versions"))
    if not isinstance(group, str) or not isinstance(kind, str) or not isinstance(versions, list) or not versions:
        raise InputError(_broken(place, "it lacks spec.group, spec.names.kind or spec.versions"))
    if data.get("apiVersion") != API_VERSION:
        raise InputError(_broken(place, f"{kind}.{group} has apiVersion {data.get('apiVersion')} instead of {API_VERSION}"))
    result = {}
    for version in versions:
        name, schema = value_at(version, ("name",)), value_at(version, ("schema", "openAPIV3Schema"))
        if not isinstance(name, str) or not isinstance(schema, dict):
            raise InputError(_broken(place, f"a version of {kind}.{group} lacks name or schema.openAPIV3Schema"))
        result[name] = DefinedVersion(served=value_at(version, ("served",)) is True, schema=of_object(schema))
        try:
            ObjectSchema(result[name].schema)
        except NotASchema as error:
            raise InputError(_broken(place, f"the schema of {kind}.{group} {name} is not valid: {error}")) from error
    return Definition(group=group, kind=kind, versions=result)


def _broken(place: Place, fact: str) -> Finding:
    return problem("E0607", f"a broken definition: {fact}", fix="get the file from the project that it comes from", place=place)


def made_by(data: JsonObject) -> Definition | None:
    """The kind that an object brings to the cluster that gets it; None where it brings none, or none that can be read."""
    try:
        if data.get("kind") == KIND:
            return definition(data, Place(""))
        if data.get("kind") == "ConstraintTemplate" and str(data.get("apiVersion")).startswith("templates.gatekeeper.sh/"):
            return definition(_constraints_of(data), Place(""))
    except InputError:
        pass  # the object itself is judged, too
    return None


def _constraints_of(template: JsonObject) -> JsonObject:
    """The definition that Gatekeeper makes of a template (its `constraint/pkg/client/crds`); `match` is left to Gatekeeper."""
    anything: JsonObject = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    spec: JsonObject = {
        "enforcementAction": {"type": "string", "default": "deny"},
        "scopedEnforcementActions": {"type": "array", "items": anything},
        "match": anything,
    }
    parameters = value_at(template, ("spec", "crd", "spec", "validation", "openAPIV3Schema"))
    if isinstance(parameters, dict):
        legacy = value_at(template, ("spec", "crd", "spec", "validation", "legacySchema")) is True
        spec["parameters"] = anything if legacy else parameters
    properties: JsonObject = {"spec": {"type": "object", "properties": spec}, "status": anything}
    schema: JsonObject = {"openAPIV3Schema": {"type": "object", "properties": properties}}
    versions: list[Json] = [{"name": name, "served": True, "schema": schema} for name in ("v1beta1", "v1alpha1")]
    names: JsonObject = {"kind": value_at(template, ("spec", "crd", "spec", "names", "kind"))}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "spec": {"group": _CONSTRAINTS, "names": names, "versions": versions},
    }


def version_of(path: str) -> str:
    """The version that a folder of the path is named for, without what precedes its number; empty without one."""
    folders = posixpath.dirname(path).split("/")
    return next((match[0] for folder in reversed(folders) if (match := re.search(r"[0-9]+\.[0-9].*", folder))), "")


def rank(path: str, wanted: str) -> tuple[bool, list[tuple[int, str]], str]:
    """A key that sorts files of one kind: last the one in the folder of the wanted version, before it the others, old to new."""
    version = version_of(path)
    parts = [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", version)]
    return bool(version) and version == re.sub(r"^[^0-9]+", "", wanted), parts, path


class LocatedDefinition(NamedTuple):
    """A definition and the document that it was read from."""

    source: DefinitionSource
    definition: Definition

    @property
    def path(self) -> str:
        """The file."""
        return self.source.place.path


class Definitions:
    """The definitions of some documents. `reader` reads one document: what it costs is paid for kinds that occur."""

    def __init__(
        self, documents: Sequence[DefinitionSource], reader: Callable[[DefinitionSource], Sequence[Definition]] = read
    ) -> None:
        self._sources = documents
        self._reader = reader
        self._candidates: dict[tuple[str, str], Sequence[LocatedDefinition]] = {}
        self._read: dict[str, Sequence[Definition]] = {}

    def find(self, group: str, kind: str, version: str) -> LocatedDefinition | None:
        """The definition of a kind for the version of what provides it. Raises InputError E0607 if two contradict each other."""
        if (group, kind) not in self._candidates:
            self._candidates[group, kind] = _distinct([*self._defining(group, kind)])
        return max(self._candidates[group, kind], key=lambda located: rank(located.path, version), default=None)

    def _defining(self, group: str, kind: str) -> Iterator[LocatedDefinition]:
        for source in self._sources:
            for candidate in self._definitions(source) if source.may_define(group, kind) else ():
                if (candidate.group, candidate.kind) == (group, kind):
                    yield LocatedDefinition(source, candidate)

    def _definitions(self, source: DefinitionSource) -> Sequence[Definition]:
        if source.digest not in self._read:
            self._read[source.digest] = self._reader(source)
        return self._read[source.digest]


def _distinct(located: Sequence[LocatedDefinition]) -> tuple[LocatedDefinition, ...]:
    """One a version. Different definitions of a kind must lie in folders of different versions: nothing else tells them apart."""
    by_version: dict[str, LocatedDefinition] = {}
    several = any(other.definition != located[0].definition for other in located)
    for one in located:
        version = version_of(one.path) if several else ""
        first = by_version.setdefault(version, one)
        if first.definition != one.definition or (several and not version):
            other = next(other for other in located if other.definition != one.definition)
            message = f"{one.definition.kind}.{one.definition.group} has another definition in {other.source.place}"
            fix = "keep one of the two, or put each into a folder that is named for its version, for example v1.2.3"
            raise InputError(problem("E0607", message, fix=fix, place=one.source.place))
    return tuple({located.path: located for located in by_version.values()}.values())
