"""An installable thing: what templates/<component>/component.yaml declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.model.place import Place
from generator.model.plain import Json, JsonObject
from generator.model.settings import Rules, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A condition over one fact; `message` says what to use where it does not hold."""

    fact: str
    any_of: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """An API (`group/version/Kind`) that the cluster must have; `when`: dotted path of a setting that switches it on."""

    api: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A Helm chart that the Application installs beside the overlay; its version is the unit's."""

    repo_url: str
    name: str
    release_name: str
    namespace: str
    values: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterResource:
    """A cluster-scoped kind that the unit creates."""

    group: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component of the library.

    `files` are its template files: path below the component's folder -> text. `policies`: ids of those that it installs, exported
    for Gatekeeper. `namespaces_in`: dotted path of a setting whose keys are namespaces.
    """

    name: str
    place: Place
    title: str
    description: str
    requirements: tuple[str, ...]
    supports: tuple[Support, ...]
    facts: tuple[str, ...]
    inputs: Mapping[str, str]
    namespaces: tuple[str, ...]
    namespaces_in: str
    wave: int
    policies: tuple[str, ...]
    provides: tuple[str, ...]
    requires: tuple[Requirement, ...]
    chart: Chart | None
    source_repos: tuple[str, ...]
    cluster_resources: tuple[ClusterResource, ...]
    each: str
    identity: bool
    finalizer: bool
    settings: JsonObject
    defaults: Table
    rules: Rules
    files: Mapping[str, str]
    folder: str

    def input_schema(self, key: str) -> Json:
        """The schema of one entry of `values.<key>`: what a Model or TeamRole document's spec must look like."""
        properties = self.settings.get("properties", {})
        entry = properties.get(key, {}) if isinstance(properties, dict) else {}
        return entry.get("additionalProperties", {}) if isinstance(entry, dict) else {}
