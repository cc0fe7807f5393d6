"""Stand-in Helm charts: name and version that an Application asks for, definitions of custom resources, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fleetgen.model.inventory import Delivery
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.variant import Variant
from fleetgen.rehearse import objects
from fleetgen.rehearse.crds import SiteDefinition, SiteDefinitions
from fleetgen.stages.compose.delivery import chart_repository
from fleetgen.yamlfile import dump, dump_all


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A chart that stands in for the real one."""

    unit: str
    repo_url: str
    name: str
    version: str
    definitions: tuple[SiteDefinition, ...]

    def archive(self) -> bytes:
        """The chart as Helm packs it; the same bytes for the same content."""
        description = "Stands in for the real chart in a rehearsal: definitions of custom resources only"
        chart: JsonObject = {"apiVersion": "v2", "name": self.name, "version": self.version, "description": description}
        files = {"Chart.yaml": dump(chart), "values.yaml": "{}\n"}
        if self.definitions:
            files["crds/crds.yaml"] = dump_all([definition.data for definition in self.definitions])
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path, text in files.items():
                data = text.encode()
                entry = tarfile.TarInfo(f"{self.name}/{path}")
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        return gzip.compress(packed.getvalue(), mtime=0)


def stand_in(unit: str, variant: Variant, definitions: SiteDefinitions, delivery: Delivery) -> StandIn | None:
    """The stand-in for a unit's chart; None for a unit without one."""
    if variant.chart is None:
        return None
    found = {objects.identity(d.data): d for d in (definitions.find(api, variant.version) for api in variant.component.provides)}
    return StandIn(
        unit=unit,
        repo_url=chart_repository(variant.chart, delivery),
        name=variant.chart.name,
        version=variant.version,
        definitions=tuple(found.values()),
    )


def repositories(charts: Iterable[StandIn]) -> Mapping[str, Mapping[str, bytes]]:
    """Repository address -> its files: index.yaml and archives."""
    by_repo: dict[str, list[StandIn]] = {}
    for chart in charts:
        by_repo.setdefault(chart.repo_url, []).append(chart)
    return {repo: _repository(own) for repo, own in by_repo.items()}


def _repository(charts: Sequence[StandIn]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    entries: dict[str, Json] = {}
    for chart in charts:
        archive = f"{chart.name}-{chart.version}.tgz"
        files[archive] = chart.archive()
        digest = hashlib.sha256(files[archive]).hexdigest()
        entry: JsonObject = {
            "apiVersion": "v2",
            "name": chart.name,
            "version": chart.version,
            "urls": [archive],
            "digest": digest,
        }
        versions = entries.setdefault(chart.name, [])
        if isinstance(versions, list):
            versions.append(entry)
    files["index.yaml"] = dump({"apiVersion": "v1", "entries": entries}).encode()
    return files
