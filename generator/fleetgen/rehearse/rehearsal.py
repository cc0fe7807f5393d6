"""The use case: what is committed, on a real site, until everything is Synced and Healthy and equal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fleetgen.errors import problem
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.rehearse import comparing
from fleetgen.rehearse import site as sites
from fleetgen.rehearse.charts import StandIn
from fleetgen.rehearse.committed import committed
from fleetgen.rehearse.crds import SiteDefinition
from fleetgen.rehearse.internet import Traffic
from fleetgen.rehearse.olm import Package
from fleetgen.rehearse.programs import Guard, Tools
from fleetgen.rehearse.site import Options, RehearsedSite
from fleetgen.rehearse.watching import SiteEvent
from fleetgen.tools import git_serve
from fleetgen.tools.git_cli import Git
from fleetgen.tools.pins import ToolUse
from fleetgen.tools.toolchain import Toolchain

_RECONCILIATIONS: Final = 2
_UNREST_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What came of it. `seconds` to Synced and Healthy; `memory`: program -> highest resident bytes seen.

    `acted`: what stand-ins did. `poll_seconds`: how often the site looked at git, other than a real one.
    """

    cluster: str
    commit: str
    seconds: float
    events: tuple[SiteEvent, ...]
    memory: dict[str, int]
    traffic: dict[str, Traffic]
    unknown: tuple[str, ...]
    charts: tuple[StandIn, ...]
    packages: tuple[Package, ...]
    provided: tuple[SiteDefinition, ...]
    objects: int
    gatekeeper: bool
    acted: tuple[str, ...]
    poll_seconds: int
    findings: tuple[Finding, ...]


class BuiltTools:
    """The pinned programs, built where they are missing."""

    def __init__(self, toolchain: Toolchain) -> None:
        self._toolchain = toolchain
        self._paths: dict[str, Path] = {}

    def prepare(self) -> None:
        """Build now, so that nothing waits for a compiler while a site runs."""
        for name in (*self._toolchain.names(use=ToolUse.REHEARSALS), "kustomize"):
            self.path(name)

    def path(self, name: str) -> Path:
        """Where the program is."""
        if name not in self._paths:
            self._paths[name] = self._toolchain.need(name).path
        return self._paths[name]

    def files(self, name: str) -> Path:
        """Where the files of its module are."""
        return self._toolchain.files(name)


@contextmanager
def opened(run: Run, tools: Tools, cluster: str, *, commit: str, crds: Path | None, options: Options) -> Iterator[RehearsedSite]:
    """A site that serves one commit of the repository and has not been powered on yet."""
    sites.check(options)
    with closing(Guard()) as guard:
        plan = committed(run, tools, cluster, commit=commit, crds=crds, folder=guard.folder / "commit")
        tools.prepare()
        with sites.opened(guard, tools, plan, options) as site:
            git_serve.copy(Git.open(run.repository.root, os.environ).root, commit, site.repository, plan.ref)
            site.serve(plan)
            yield site


def rehearse(site: RehearsedSite, commit: str, seconds: float) -> Rehearsed:
    """Power on, wait until settled, watch two more reconciliations, compare. Raises GateFailed E1302 if it does not get there."""
    site.power_on()
    site.wait_settled(commit, seconds=seconds)
    settled = site.timeline.seconds()
    site.timeline.note("site", "everything is Synced and Healthy")
    findings = [*comparing.differences(site.wanted.objects, site.api), *unrest(site)]
    return Rehearsed(
        cluster=site.wanted.cluster.name,
        commit=commit,
        seconds=settled,
        events=tuple(site.timeline.events),
        memory=dict(site.peak_memory),
        traffic=site.internet.traffic(),
        unknown=site.internet.unknown(),
        charts=site.wanted.charts,
        packages=site.wanted.packages,
        provided=site.wanted.provided,
        objects=len(site.wanted.objects),
        gatekeeper=site.wanted.gatekeeper is not None,
        acted=tuple(site.standins.acted),
        poll_seconds=site.options.poll_seconds,
        findings=tuple(findings),
    )


def unrest(site: RehearsedSite) -> Sequence[Finding]:
    """Applications that leave Synced and Healthy, or are synced again, while all are compared twice more and nothing changes."""
    first, events = site.applications(), len(site.timeline.events)
    compared = {name: {application.compared} for name, application in first.items()}

    def twice_more() -> bool:
        for name, application in site.applications().items():
            compared.setdefault(name, set()).add(application.compared)
        return all(len(times) > _RECONCILIATIONS for times in compared.values())

    site.wait("every Application is compared twice more", twice_more, seconds=_UNREST_SECONDS + 3 * site.options.poll_seconds)
    left = [f"{event.subject} did not stay as it was: {event.what}" for event in site.timeline.events[events:]]
    again = [
        f"{name} did not stay as it was: it was synced again"
        for name, application in site.applications().items()
        if name in first and application.started != first[name].started
    ]
    return [problem("E1303", text, fix="find what rewrites the object") for text in (*left, *again)]
