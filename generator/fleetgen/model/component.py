"""An installable thing: what templates/<component>/component.yaml declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleetgen.model.catalog import Catalog, Release
from fleetgen.model.conditions import Conditions, values_of
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import MergeRules, Node, Table, is_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A condition over one fact: one of `any_of`, or a version of `at_least`; `message` says what to use where it does not hold.

    `when` and `unless` are dotted paths of settings (`*`: every key) that switch the condition on and off.
    """

    fact: str
    message: str
    any_of: tuple[str, ...] = ()
    at_least: str = ""
    when: str = ""
    unless: str = ""

    def holds(self, value: Json) -> bool:
        """Whether the value of the fact is supported; of a set, one member is enough."""
        if self.at_least:
            return _version(str(value)) >= _version(self.at_least)
        return not values_of(value).isdisjoint(self.any_of)

    def applies(self, values: Node | None) -> bool:
        """Whether these settings ask for the condition."""
        return (not self.when or is_on(values, self.when)) and not (self.unless and is_on(values, self.unless))

    @property
    def wanted(self) -> str:
        """What is supported, for people."""
        return f"{self.at_least} or later" if self.at_least else ", ".join(self.any_of)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """An API (`group/version/Kind`) that the cluster must have.

    `when`: dotted path of a setting (`*`: every key) that switches it on. `where`: only on clusters with these facts.
    """

    api: str
    when: str = ""
    where: Conditions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """What another component of the same cluster must be like; `message` says why and what to do.

    `when`: a setting of this component that asks for it. `expects` must be on there, `forbids` must not: dotted paths, each with
    `=text` for a text that is meant. `versions`: the key of the release's data that maps a version of this component to those of
    the other that go with it.
    """

    component: str
    message: str
    when: str = ""
    expects: str = ""
    forbids: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceUse:
    """A namespace that the unit lives in, on clusters with the facts of `where`."""

    name: str
    where: Conditions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A Helm chart that the Application installs beside the overlay; its version is the unit's.

    `where`: only on clusters with these facts; elsewhere the overlay stands alone.
    """

    repo_url: str
    name: str
    release_name: str
    namespace: str
    values: str
    where: Conditions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterResource:
    """A cluster-scoped kind that the unit creates."""

    group: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installs:
    """Which policies a component installs at a site: of those that can run in a cluster, `only` these, but not `but` those.

    Both hold ids and areas (`FG-POD`); an empty `only` means all. `setting`: dotted path of a setting that lists more ids.
    """

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    setting: str = ""

    def takes(self, policy: str) -> bool:
        """Whether every site of the component gets the policy of this id."""
        names = {policy, policy.rpartition("-")[0]}
        return (not self.only or not names.isdisjoint(self.only)) and names.isdisjoint(self.but)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component of the library.

    `files` are its template files: path below the component's folder -> text; `parts` are those that all components share, by
    their whole path. `policies`: ids of those that it installs, exported for Gatekeeper; they and the kinds of their
    constraints follow from `installs` once the policies are read. `namespaces_in`: dotted path of a setting whose keys are
    namespaces. `server_side`: whether Argo CD applies its objects by server-side apply. `shown_settings` (`stated` in
    component.yaml): dotted paths of settings whose values a check shows for every environment.
    """

    name: str
    place: Place
    title: str
    description: str
    requirements: tuple[str, ...]
    supports: tuple[Support, ...]
    facts: tuple[str, ...]
    inputs: Mapping[str, str]
    namespaces: tuple[NamespaceUse, ...]
    namespaces_in: str
    wave: int
    installs: Installs | None
    policies: tuple[str, ...]
    provides: tuple[str, ...]
    requires: tuple[Requirement, ...]
    beside: tuple[Companion, ...]
    chart: Chart | None
    source_repos: tuple[str, ...]
    cluster_resources: tuple[ClusterResource, ...]
    each: str
    identity: bool
    finalizer: bool
    server_side: bool
    pod_security: str
    settings: JsonObject
    defaults: Table
    rules: MergeRules
    shown_settings: tuple[str, ...]
    catalog: Catalog
    files: Mapping[str, str]
    folder: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def input_schema(self, key: str) -> Json:
        """The schema of one entry of `values.<key>`: what a Model or TeamRole document's spec must look like."""
        properties = self.settings.get("properties", {})
        entry = properties.get(key, {}) if isinstance(properties, dict) else {}
        return entry.get("additionalProperties", {}) if isinstance(entry, dict) else {}

    @property
    def releases(self) -> tuple[Release, ...]:
        """What is known of its versions, from the oldest to the newest."""
        return self.catalog.releases
