"""What must hold of a variant before it is rendered: valid settings, a version that exists, clusters that it supports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleetgen.catalog.releases import UnmetCondition, unknown_version, unmet_conditions
from fleetgen.errors import problem
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.settings import Table, empty, nearest_place
from fleetgen.model.variant import Variant
from fleetgen.schemas.validate import Validator
from fleetgen.stages.resolve.cohorts import Cohort


class Checks:
    """The checks of one fleet. Schemas are compiled and settings judged once."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._validators = {name: Validator(component.settings) for name, component in fleet.components.items()}
        self._judged: set[int] = set()

    def of_settings(self, component: Component, settings: Table) -> list[Finding]:
        """What the component's schema says about its merged settings (E0501); nothing about those that it judged before."""
        if id(settings) in self._judged:  # each distinct merge is one object
            return []
        self._judged.add(id(settings))
        values = settings.entries.get("values", empty(settings.origin))
        prefix = f"components.{component.name}.values"
        return self._validators[component.name].findings(values, code="E0501", prefix=prefix)

    def of_variant(self, variant: Variant, cohorts: Sequence[Cohort]) -> Iterator[Finding]:
        """No version (E0705), one that no release has (E0508), clusters of its cohorts on which it does not run (E0507)."""
        component, version = variant.component, variant.version
        if not version:
            fix = f"set components.{component.name}.version in the environment or ring"
            place = self._fleet.clusters[variant.clusters[0]].place
            yield problem("E0705", f"unit '{variant.key.unit}' has no version", fix=fix, place=place)
        elif fix := unknown_version(component, version):
            text = f"there is no release {version} of '{component.name}' here"
            yield problem("E0508", text, fix=fix, place=nearest_place(variant.settings, ("version",)))
        if component.supports or component.releases:
            yield from self._unsupported(variant, cohorts)

    def _unsupported(self, variant: Variant, cohorts: Sequence[Cohort]) -> Iterator[Finding]:
        """Judged by all facts, declared or not: clusters of one variant may still differ in what they are."""
        clusters_by_reason: dict[UnmetCondition, list[str]] = {}
        for cohort in cohorts:
            for reason in unmet_conditions(variant.component, variant.version, cohort.facts, variant.settings):
                clusters_by_reason.setdefault(reason, []).extend(cohort.clusters)
        for reason, unsorted in clusters_by_reason.items():
            clusters = sorted(unsorted)
            others = f" and {len(clusters) - 1} more" if len(clusters) > 1 else ""
            what = reason.what.replace("*", variant.instance)
            text = f"'{variant.key.unit}' does not support {what} (cluster '{clusters[0]}'{others})"
            yield problem("E0507", text, fix=reason.fix, place=self._fleet.clusters[clusters[0]].place)
