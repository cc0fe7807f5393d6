"""What `explain` answers, as values that know their lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from fleetgen.answers.error_pages import ErrorPage
from fleetgen.words import count, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUse:
    """A layer of a cluster and the components that it says something about."""

    layer: str
    place: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUse:
    """A unit of a cluster; `because` are the layers that contribute to the variant's name."""

    unit: str
    version: str
    variant: str
    clusters: int
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAnswer:
    """`explain cluster`."""

    cluster: str
    place: str
    environment: str
    ring: str
    lifecycle: str
    groups: tuple[str, ...]
    facts: dict[str, str]
    layers: tuple[LayerUse, ...]
    units: tuple[UnitUse, ...]

    def lines(self) -> Iterator[str]:
        """The answer for people."""
        yield f"cluster {self.cluster} ({self.place})"
        yield f"  environment {self.environment}, ring {self.ring}, {self.lifecycle}"
        yield f"  groups: {', '.join(self.groups) or 'none'}"
        yield "facts"
        yield from (f"  {name}: {value}" for name, value in self.facts.items())
        yield "layers, weak to strong"
        for layer in self.layers:
            yield f"  {layer.layer} ({layer.place}): {', '.join(layer.components) or 'nothing about components'}"
        yield "units"
        for unit in self.units:
            yield f"  {unit.unit} {unit.version}: variant {unit.variant}, shared by {count(unit.clusters, 'cluster')}"
            yield f"    because of {', '.join(unit.because) or 'no layer: the component alone'}"
        if not self.units:
            yield "  none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAnswer:
    """`explain unit`; without a variant, `reasons` say why the cluster does not have it and `fix` what would change that."""

    cluster: str
    unit: str
    component: str
    place: str
    version: str = ""
    variant: str = ""
    folder: str = ""
    wave: int = 0
    facts: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    fix: str = ""

    def lines(self) -> Iterator[str]:
        """The answer for people."""
        if self.reasons:
            yield f"cluster {self.cluster} does not have unit {self.unit}"
            yield from (f"  {reason}" for reason in self.reasons)
            yield f"  fix: {self.fix}"
            return
        yield f"unit {self.unit} {self.version} of cluster {self.cluster}"
        yield f"  component: {self.component} ({self.place}), wave {self.wave}"
        yield f"  variant: {self.variant}, output/{self.folder}"
        yield f"  layers that contribute: {', '.join(self.because) or 'none; the component alone'}"
        yield f"  facts in the name or the templates: {', '.join(self.facts) or 'none'}"
        yield f"  shared by {count(len(self.clusters), 'cluster')}: {shortened(self.clusters, 10)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setter:
    """A layer that set something, where, and what; `removed` is a null that took the value away."""

    layer: str
    place: str
    value: str
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLeaf:
    """One value with the layer that set it and every layer that it beat, nearest first."""

    path: str
    by: Setter
    beaten: tuple[Setter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAnswer:
    """`explain value`: one leaf, or all leaves below a mapping."""

    cluster: str
    component: str
    path: str
    enabled: bool
    leaves: tuple[ExplainedLeaf, ...]

    def lines(self) -> Iterator[str]:
        """The answer for people."""
        for leaf in self.leaves:
            yield f"{leaf.path}: {leaf.by.value}" if not leaf.by.removed else f"{leaf.path} is removed"
            yield f"  set by {leaf.by.layer} at {leaf.by.place}"
            for beaten in leaf.beaten:
                yield f"  beats {'the removal' if beaten.removed else beaten.value} of {beaten.layer} at {beaten.place}"
        if not self.leaves:
            yield f"{self.path} is empty"
        if not self.enabled:
            yield f"note: {self.component} is not enabled at {self.cluster}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAnswer:
    """`explain CODE`. `rules`: code -> what it finds, of a policy that gives its rules codes."""

    code: str
    meaning: str
    description: str = ""
    fix: str = ""
    place: str = ""
    rules: dict[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """The answer for people."""
        yield f"{self.code}: {self.meaning}"
        yield from (f"  {line}".rstrip() for line in self.description.strip().splitlines())
        if self.rules:
            yield "  rules:"
            yield from (f"    {code}: {meaning}" for code, meaning in self.rules.items())
        if self.fix:
            yield f"  fix: {self.fix}"
        if self.place:
            yield f"  policy: {self.place}"


Explanation: TypeAlias = ClusterAnswer | UnitAnswer | ValueAnswer | CodeAnswer | ErrorPage
