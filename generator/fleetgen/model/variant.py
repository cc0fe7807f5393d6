"""Units and variants: what is rendered, and which clusters get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetgen.model.component import Chart, Component
from fleetgen.model.conditions import meets
from fleetgen.model.fleet import Cluster, Layer
from fleetgen.model.keys import BaseKey
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Node, Table, plain


@dataclass(frozen=True, slots=True, order=True)
class VariantKey:
    """The path of a variant below output/environments/, and its identity."""

    environment: str
    ring: str
    unit: str
    variant: str

    def __str__(self) -> str:
        return f"{self.environment}/{self.ring}/{self.unit}/{self.variant}"

    @property
    def folder(self) -> str:
        """The overlay's folder below the output root."""
        return f"environments/{self.environment}/{self.ring}/{self.unit}/{self.variant}"

    @property
    def app_folder(self) -> str:
        """The folder of the variant's Application, which the clusters' folders name."""
        return f"{self.folder}/app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One distinct configuration of a unit: the same for all `clusters`.

    `settings` is the merged component table ({enabled, version, values, patches}) with origins; `layers` contributed to its name.
    """

    key: VariantKey
    component: Component
    instance: str
    version: str
    settings: Table
    facts: JsonObject
    patches: tuple[Node, ...]
    layers: tuple[Layer, ...]
    clusters: tuple[str, ...]

    @property
    def base(self) -> BaseKey:
        """The base that its overlay extends."""
        return BaseKey(self.component.name, self.version)

    @property
    def object_name(self) -> str:
        """Name stem of the unit's objects: `tf-serving-shelf-gap`."""
        return self.key.unit.replace(".", "-")

    @property
    def chart(self) -> Chart | None:
        """The Helm chart that is installed on the variant's clusters, if any."""
        chart = self.component.chart
        return chart if chart and meets(chart.where, self.facts) else None

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that the unit lives in on the variant's clusters, the first for what names none."""
        return tuple(space.name for space in self.component.namespaces if meets(space.where, self.facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """All variants, and each rendered cluster's bill of materials: unit -> variant key, units sorted by name."""

    variants: Mapping[VariantKey, Variant]
    bills: Mapping[str, Mapping[str, VariantKey]]
    clusters: Mapping[str, Cluster]


def plain_values(variant: Variant) -> Json:
    """The merged settings of a variant as its template sees them."""
    values = variant.settings.entries.get("values")
    return plain(values) if values is not None else {}
