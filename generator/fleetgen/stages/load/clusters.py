"""Clusters put together: profile and document merged, groups found, layers stacked.

Thousands of clusters have few different parts, so each part is made once and shared: the layers of a place in the fleet, the
value of a key of `spec`, what is wrong with pools. Only a mistake is looked at cluster by cluster, in its documents' trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, cast

from fleetgen.catalog.mistake import Mistake
from fleetgen.catalog.pools import pool_mistakes
from fleetgen.errors import problem
from fleetgen.model.facts import STRUCTURED_FACTS
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Environment, Group, Layer, Ring
from fleetgen.model.inventory import ClusterSpec, Selector
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.settings import (
    Append,
    MergeBy,
    MergeRules,
    Origin,
    Table,
    as_written,
    from_plain,
    merge,
    nearest_place,
    plain,
    relabel,
)
from fleetgen.schemas.derive import build_field, key_of, schema_of
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load.documents import Document
from fleetgen.stages.load.references import Index

_PROFILE_KEYS: Final = ("kubernetes", "uplink", "nodePools", "provides")
_PROFILE_RULES: Final[MergeRules] = {("nodePools",): MergeBy("name"), ("provides",): Append()}
_NEEDED: Final = ("kubernetes", "nodePools")  # in the cluster or its profile
_NOWHERE: Final = Origin("", Place(""))
_FIELDS: Final = {key_of(field.name): field.name for field in fields(ClusterSpec)}


def layer_of(document: Document, label: str, token: str) -> Layer:
    """What a document sets for components."""
    tables = document.spec_tree.entries.get("components") if document.spec.get("components") else None
    own = tables.entries if isinstance(tables, Table) else {}
    labelled = {name: cast("Table", relabel(table, label)) for name, table in own.items()}
    return Layer(label=label, token=token, place=document.place, components=labelled)


class Assembly:
    """What clusters are put together from; makes each distinct part once."""

    def __init__(
        self,
        index: Index,
        environments: Mapping[str, Environment],
        rings: Mapping[tuple[str, str], Ring],
        groups: Mapping[str, Group],
    ) -> None:
        self.index = index
        self.environments = environments
        self.rings = rings
        self.groups = groups
        self.defaults = [layer_of(d, "defaults", "") for d in index.of("Defaults")]
        self.regions = self._layers("Region", "region")
        self.profiles = self._layers("HardwareProfile", "profile")
        self._specs = Specs({(d.name, d.environment): d for d in index.of("HardwareProfile")})
        self._labels: dict[str, Mapping[str, str]] = {}
        self._matching: dict[str, tuple[str, ...]] = {}
        self._stacks: dict[tuple[object, ...], tuple[Layer, ...]] = {}
        self._tokens: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}
        self._mistakes: dict[tuple[int, int, str], tuple[Mistake, ...]] = {}

    def _layers(self, kind: str, word: str) -> dict[tuple[str, str], Layer]:
        found = {}
        for d in self.index.of(kind):
            where = f" in {d.environment}" if d.environment else ""
            found[(d.name, d.environment)] = layer_of(d, f"{word} {d.name}{where}", d.name)
        return found

    def cluster(self, document: Document) -> Cluster | None:
        """The cluster with its profile merged in, or None after reporting what it lacks."""
        spec = self._specs.spec(document)
        if spec is None:
            self.index.problems.extend(self._specs.findings(document))
            return None
        self._check_pools(spec, document)
        written = repr(document.labels)
        groups = self._groups(document, written, self.environments[spec.environment])
        return Cluster(
            name=document.name,
            place=document.place,
            labels=self._labels.setdefault(written, document.labels),
            source=document.source,
            spec=spec,
            layers=self._stack(document, spec, groups),
            groups=groups,
            fact_tokens=self._fact_tokens(document, spec),
        )

    def _check_pools(self, spec: ClusterSpec, document: Document) -> None:
        """What the pools say and their cards do not allow, each mistake once: many clusters share a profile."""
        key = (id(spec.node_pools), id(spec.kubernetes), spec.topology)
        if key not in self._mistakes:
            self._mistakes[key] = tuple(pool_mistakes(spec))
        for mistake in self._mistakes[key]:
            tree = self._specs.tree(document)
            found = problem("E0307", mistake.message, fix=mistake.fix, place=nearest_place(tree, mistake.path))
            if found not in self.index.problems:
                self.index.problems.append(found)

    def _groups(self, document: Document, labels: str, environment: Environment) -> tuple[str, ...]:
        """The groups of a cluster; `labels` is one text for equal labels."""
        if labels not in self._matching:
            names = [name for name, group in self.groups.items() if selects(group.spec.selector, document.labels)]
            self._matching[labels] = tuple(names)
        matching = self._matching[labels]
        for name in matching:
            if name not in environment.spec.groups:
                fix = f"add '{name}' to spec.groups in {environment.place.path}; a later group overrides an earlier one"
                message = (
                    f"group '{name}' matches cluster '{document.name}', but environment '{environment.name}' does not list it"
                )
                self.index.problems.append(problem("E0303", message, fix=fix, place=self.groups[name].place))
        return tuple(name for name in environment.spec.groups if name in matching)

    def _stack(self, document: Document, spec: ClusterSpec, groups: tuple[str, ...]) -> tuple[Layer, ...]:
        key = (spec.environment, spec.ring, spec.region, spec.profile, groups)
        if key not in self._stacks:
            environment = spec.environment
            ring = self.rings.get((environment, spec.ring))
            candidates = [
                *self.defaults,
                self.environments[environment].layer,
                self.regions.get((spec.region, "")),
                self.regions.get((spec.region, environment)),
                ring.layer if ring else None,
                self.profiles.get((spec.profile, "")),
                self.profiles.get((spec.profile, environment)),
                *(self.groups[name].layer for name in groups),
            ]
            self._stacks[key] = tuple(layer for layer in candidates if layer)
        own = layer_of(document, f"cluster {document.name}", f"cluster-{document.name}")
        return (*self._stacks[key], own) if own.components else self._stacks[key]

    def _fact_tokens(self, document: Document, spec: ClusterSpec) -> Mapping[str, tuple[str, ...]]:
        """The layers that set each structured fact, as tokens."""
        key = (spec.profile, spec.environment)
        if key not in self._tokens:
            supplied = self._specs.supplied(*key) if spec.profile else {}
            self._tokens[key] = {fact: (spec.profile,) if fact in supplied else () for fact in STRUCTURED_FACTS}
        shared = self._tokens[key]
        if spec.network.proxy:
            # Profiles have no network: what goes around a proxy is the cluster's own.
            shared = {**shared, "proxy": (f"cluster-{document.name}",)}
        if document.spec.keys().isdisjoint(STRUCTURED_FACTS):
            return shared
        own = (f"cluster-{document.name}",)
        return {fact: tokens + own if fact in document.spec else tokens for fact, tokens in shared.items()}


class Specs:
    """Specs of clusters with their profiles merged in; `profiles` are the documents by name and environment.

    Equal specs are one object, and so are equal values of a key. A spec is merged, judged and built key by key, which comes to
    the same: the keys that no profile supplies were judged with their document, and no rule of the schema spans two keys.
    """

    def __init__(self, profiles: Mapping[tuple[str, str], Document]) -> None:
        self._profiles = profiles
        self._validator = Validator(schema_of(ClusterSpec))
        self._value_validator = Validator({**schema_of(ClusterSpec), "required": []})
        self._trees: dict[tuple[str, str], Table] = {}
        self._supplied: dict[tuple[str, str], JsonObject] = {}
        self._specs: dict[str, ClusterSpec | None] = {}
        self._values: dict[tuple[str, str, str, str], Mapping[str, object] | None] = {}

    def spec(self, document: Document) -> ClusterSpec | None:
        """The spec of a cluster, or None if `findings` says what is wrong with it."""
        written = repr(document.spec)
        if written not in self._specs:
            self._specs[written] = self._built(document)
        return self._specs[written]

    def _built(self, document: Document) -> ClusterSpec | None:
        profile = (document.text("profile"), document.environment)
        values: dict[str, object] = {}
        for key in {**self.supplied(*profile), **document.spec}:
            value = self._value(profile, key, document.spec)
            if value is None:
                return None
            values |= value
        spec = ClusterSpec(**values)  # type: ignore[arg-type]
        return spec if spec.kubernetes and spec.node_pools else None

    def _value(self, profile: tuple[str, str], key: str, own: JsonObject) -> Mapping[str, object] | None:
        """The field of a key with its value, merged from profile and cluster; nothing if it is not set, None if it is wrong."""
        supplied = self.supplied(*profile)
        name = (*(profile if key in supplied else ("", "")), key, repr(own[key]) if key in own else "")
        if name not in self._values:
            lower, upper = ({key: each[key]} if key in each else {} for each in (supplied, own))
            merged = plain(merge(from_plain(lower, _NOWHERE), from_plain(upper, _NOWHERE), _PROFILE_RULES))
            right = key not in supplied or self._value_validator.accepts(merged)
            fields_of = cast("JsonObject", merged).items()
            built = {_FIELDS[key]: build_field(ClusterSpec, _FIELDS[key], value) for key, value in fields_of}
            self._values[name] = built if right else None
        return self._values[name]

    def findings(self, document: Document) -> list[Finding]:
        """What is wrong with the spec of a cluster, with the places of profile and cluster."""
        tree = self.tree(document)
        found = self._validator.findings(tree, prefix="spec")
        data = cast("JsonObject", plain(tree))
        if not found:
            for key in _NEEDED:
                if not data.get(key):
                    fact, fix = f"cluster '{document.name}' has no {key}", f"set spec.{key} here or in the profile"
                    found.append(problem("E0204", fact, fix=fix, place=document.place))
        return found

    def tree(self, document: Document) -> Table:
        """The spec of a cluster with its profile merged in, every value with its place."""
        name = document.text("profile")
        if not name:
            return document.spec_tree
        return cast("Table", merge(self._profile(name, document.environment), document.spec_tree, _PROFILE_RULES))

    def supplied(self, profile: str, environment: str) -> JsonObject:
        """What a profile supplies to the clusters of an environment, as it was written."""
        key = (profile, environment)
        if key not in self._supplied:
            self._supplied[key] = cast("JsonObject", as_written(self._profile(profile, environment))) if profile else {}
        return self._supplied[key]

    def _profile(self, name: str, environment: str) -> Table:
        if (name, environment) not in self._trees:
            merged = Table({}, Origin("profile", next(iter(self._profiles.values())).place))
            for key in ((name, ""), (name, environment)):
                if document := self._profiles.get(key):
                    tree = document.spec_tree
                    supplied = {k: v for k, v in tree.entries.items() if k in _PROFILE_KEYS}
                    merged = cast("Table", merge(merged, Table(supplied, tree.origin, tree.key_places), _PROFILE_RULES))
            self._trees[(name, environment)] = merged
        return self._trees[(name, environment)]


def selects(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether a Kubernetes label selector matches; an empty selector matches everything."""
    if any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    for expression in selector.match_expressions:
        present = expression.key in labels
        listed = labels.get(expression.key) in expression.values if present else False
        holds = {"In": listed, "NotIn": not listed, "Exists": present, "DoesNotExist": not present}
        if not holds[expression.operator]:
            return False
    return True
