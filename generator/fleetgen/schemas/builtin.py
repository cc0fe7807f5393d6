"""The kinds of Kubernetes itself: the definitions of its OpenAPI document, as JSON Schema (package `kubernetes-validate`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, cast

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.schema import Api, Breach
from fleetgen.schemas.structural import formatted, sentence
from fleetgen.words import suggest

_GROUP_VERSION_KIND: Final = "x-kubernetes-group-version-kind"
# Go types whose form the OpenAPI document leaves out. The pattern is the one in resource.Quantity's own error message.
_FORMS: Final[Mapping[str, JsonObject]] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string", "null"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "type": ["string", "number", "null"],
        "pattern": r"^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$",
        "description": "A quantity such as 500m or 2Gi",
    },
}
# A group without a dot is Kubernetes' own, and so are some of those below this domain
_OWN_DOMAIN: Final = ".k8s.io"
# Kinds that every group has, which no manifest is of
_OF_THE_PROTOCOL: Final = frozenset({"DeleteOptions", "WatchEvent", "Status", "APIGroup", "APIResourceList", "APIVersions"})


class BuiltinKinds:
    """What one minor of Kubernetes serves."""

    def __init__(self, definitions: JsonObject) -> None:
        self._definitions = cast("dict[str, JsonObject]", definitions["$defs"])
        self.names: Mapping[Api, str] = {
            Api(str(item["group"]), str(item["version"]), str(item["kind"])): name
            for name, definition in self._definitions.items()
            for item in cast("list[JsonObject]", definition.get(_GROUP_VERSION_KIND, []))
        }

    def schema(self, api: Api) -> JsonObject:
        """The schema of whole objects; unknown keys are errors. Raises KeyError for what is not served."""
        name = self.names[api]
        needed: JsonObject = {}
        waiting = [name]
        while waiting:
            if (current := waiting.pop()) not in needed:
                needed[current] = _FORMS.get(current) or _plain(self._definitions[current])
                waiting += _references(needed[current])
        return {**cast("JsonObject", needed[name]), "$defs": needed}


def _plain(schema: Json) -> JsonObject:
    """A definition without what only generators of clients need."""
    result: JsonObject = {}
    for key, value in cast("JsonObject", schema).items():
        if key == "properties":
            result[key] = {name: _plain(inner) for name, inner in cast("JsonObject", value).items()}
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            result[key] = _plain(value)
        elif key == "description":
            result[key] = sentence(value)
        elif key == "$ref":
            result[key] = f"#/$defs/{str(value).rpartition('/')[2]}"
        elif key not in {"format", "default", _GROUP_VERSION_KIND}:
            result[key] = value
    if result.get("additionalProperties") is False:
        result.setdefault("properties", {})
    formatted(cast("JsonObject", schema), result)
    return result


def _references(node: Json) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == "$ref" and isinstance(value, str):
            yield value.rpartition("/")[2]
        else:
            yield from _references(value)
    for value in node if isinstance(node, list) else ():
        yield from _references(value)


def unserved(api: Api, minor: str, served: Callable[[str], Iterable[Api]], minors: Iterable[str]) -> Breach | None:
    """What is wrong with `api` at a minor that does not serve it; None where the kind is not Kubernetes' own."""
    if "." in api.group and not api.group.endswith(_OWN_DOMAIN):
        return None
    here = set(served(minor))
    others = {other: set(served(other)) for other in minors if other != minor}
    if "." in api.group and all(other.group != api.group for other in here.union(*others.values())):
        return None
    message = f"does not serve {api}"
    if elsewhere := [other for other, apis in others.items() if api in apis]:
        span = elsewhere[0] if len(elsewhere) == 1 else f"{elsewhere[0]} to {elsewhere[-1]}"
        message += f"; served by Kubernetes {span}"
    return Breach(code="E0604", message=message, fix=_instead(api, here))


def _instead(api: Api, here: Iterable[Api]) -> str:
    same = sorted((other for other in here if other.kind == api.kind), key=lambda other: (other.group != api.group, _age(other)))
    if same:
        return f"set apiVersion: {same[0].api_version}, and adapt the object"
    kinds = {other.kind for other in here if other.group == api.group} - _OF_THE_PROTOCOL
    return suggest(api.kind, {kind for kind in kinds if not kind.endswith("List")}) if kinds else "check apiVersion and kind"


def _age(api: Api) -> tuple[bool, bool, list[int]]:
    """Stable versions before beta before alpha, newer before older."""
    return ("alpha" in api.version, "beta" in api.version, [-int(number) for number in re.findall(r"[0-9]+", api.version)])
