"""Every object of a cluster in the order in which its Argo CD applies them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fleetgen.build.desired_state import Desired, select_cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import JsonObject
from fleetgen.stages.compose.applications import IDENTITY_WAVE
from fleetgen.stages.compose.cluster_folder import identity_of
from fleetgen.stages.compose.delivery import chart_repository
from fleetgen.yamlfile import dump_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An object and where it comes from; `object` is empty for a chart, whose objects Helm makes at the site."""

    wave: int
    unit: str
    object: str
    chart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a cluster gets; `manifests` are in the same order as the entries that are no charts."""

    cluster: str
    entries: tuple[Shown, ...]
    manifests: tuple[JsonObject, ...]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Wave, unit, object: a table with its header."""
        yield ("WAVE", "UNIT", "OBJECT")
        for entry in self.entries:
            yield (str(entry.wave), entry.unit, entry.object or f"chart {entry.chart}")

    def yaml(self) -> str:
        """All manifests."""
        return dump_all(self.manifests)


def contents(desired: Desired, name: str) -> Contents:
    """The objects of a cluster by wave of the Application, unit, object. Raises InputError E0301."""
    resolved = desired.plan.resolved
    bill = resolved.bills[select_cluster(resolved, name)]
    entries: list[tuple[Shown, Manifest | None]] = []
    for unit, key in bill.items():
        variant = resolved.variants[key]
        wave = variant.component.wave
        if variant.chart:
            pulled = chart_repository(variant.chart, desired.deliveries[key.environment])
            chart = f"{variant.chart.name} {variant.version} from {pulled}"
            entries.append((Shown(wave=wave, unit=unit, object="", chart=chart), None))
        entries += _placed(wave, unit, sorted(desired.objects[key], key=lambda m: m.id))
    entries += _placed(IDENTITY_WAVE, "identity", _identity(desired, name))
    entries.sort(key=lambda entry: (entry[0].wave, entry[0].unit))
    manifests = tuple(manifest.data for _, manifest in entries if manifest)
    return Contents(cluster=name, entries=tuple(shown for shown, _ in entries), manifests=manifests)


def _placed(wave: int, unit: str, manifests: Sequence[Manifest]) -> list[tuple[Shown, Manifest | None]]:
    return [(Shown(wave=wave, unit=unit, object=str(manifest.id)), manifest) for manifest in manifests]


def _identity(desired: Desired, name: str) -> Sequence[Manifest]:
    """The cluster's own ConfigMaps; a cluster that is only planned has none yet."""
    folder = desired.composed.clusters.get(name)
    identity = identity_of(folder) if folder else None
    return identity.config_maps if identity else ()
