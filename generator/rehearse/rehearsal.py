"""The use case: what is committed, on a real site, until everything is Synced and Healthy and equal."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from generator.errors import InputError, problem
from generator.model.finding import Finding
from generator.pipeline.desired import Settings, cached_builds, desired
from generator.pipeline.judging import waiver_names
from generator.pipeline.memo import key
from generator.pipeline.repository import Repository
from generator.rehearse import comparing
from generator.rehearse import site as sites
from generator.rehearse.charts import StandIn
from generator.rehearse.crds import Definitions
from generator.rehearse.internet import Traffic
from generator.rehearse.programs import Tools
from generator.rehearse.site import Options, Site
from generator.rehearse.wanted import Wanted, root_of, wanted
from generator.rehearse.watching import Event
from generator.tools import git_serve
from generator.tools.git_cli import Git
from generator.tools.toolchain import Toolchain

_ARGOCD_CRDS: Final = "manifests/crds"
_GATEKEEPER_CRDS: Final = "charts/gatekeeper/crds"
_RECONCILIATIONS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What came of it. `seconds` to Synced and Healthy; `memory`: program -> highest resident bytes seen."""

    cluster: str
    commit: str
    seconds: float
    events: tuple[Event, ...]
    memory: dict[str, int]
    traffic: dict[str, Traffic]
    unknown: tuple[str, ...]
    charts: tuple[StandIn, ...]
    objects: int
    gatekeeper: bool
    findings: tuple[Finding, ...]


class BuiltTools:
    """The pinned programs, built where they are missing."""

    def __init__(self, toolchain: Toolchain) -> None:
        self._toolchain = toolchain
        self._paths: dict[str, Path] = {}

    def path(self, name: str) -> Path:
        """Where the program is."""
        if name not in self._paths:
            self._paths[name] = self._toolchain.need(name).path
        return self._paths[name]

    def files(self, name: str) -> Path:
        """Where the files of its module are."""
        return self._toolchain.files(name)


def definitions(tools: Tools, folder: Path | None) -> Definitions:
    """CRDs from the user's folder, then from the tools' own modules."""
    own = [
        ("argocd module", tools.files("argocd") / _ARGOCD_CRDS),
        ("gatekeeper chart", tools.files("gatekeeper") / _GATEKEEPER_CRDS),
    ]
    return Definitions([*([(str(folder), folder)] if folder else []), *own])


def planned(settings: Settings, tools: Tools, cluster: str, crds: Path | None) -> Wanted:
    """What the cluster's site must become, from the inputs that `settings` reads."""
    found = definitions(tools, crds)
    made = desired(settings, waiver_names)
    root = root_of(made, cluster)
    spec = made.plan.resolved.clusters[cluster].spec
    if spec.lifecycle != "active":
        text = f"cluster '{cluster}' is {spec.lifecycle}; only active clusters have a folder that a site can pull"
        raise InputError(problem("E1305", text, fix="set spec.lifecycle: active, publish, and rehearse again"))
    built = cached_builds(settings, {key("root", root, *made.files.values()): (root, made.files)}, {})
    return wanted(made, next(iter(built.values())), found, Definitions([]).all(tools.files("argocd") / _ARGOCD_CRDS))


@contextmanager
def opened(settings: Settings, tools: Tools, cluster: str, *, commit: str, crds: Path | None, options: Options) -> Iterator[Site]:
    """A site that serves one commit of the repository and has not been powered on yet."""
    git = Git.open(settings.repository.root, os.environ)
    with tempfile.TemporaryDirectory(prefix="fleetgen-commit-") as folder:
        bare, files = Path(folder) / "fleet.git", Path(folder) / "files"
        git_serve.copy(git.root, commit, bare, "refs/heads/main")
        git_serve.check_out(bare, "refs/heads/main", files)
        inside = settings.repository.root.resolve().relative_to(git.root.resolve())
        committed = replace(settings, repository=Repository.find(files / inside))
        plan = planned(committed, tools, cluster, crds)
        with sites.opened(tools, plan, options) as site:
            git_serve.copy(git.root, commit, site.repository, plan.ref)
            site.serve(plan)
            yield site


def rehearse(site: Site, commit: str, seconds: float) -> Rehearsed:
    """Power on, wait until settled, watch two more reconciliations, compare. Raises GateFailed E1302 if it does not get there."""
    site.power_on()
    site.wait_settled(commit, seconds=seconds)
    settled = site.timeline.seconds()
    site.timeline.note("site", "everything is Synced and Healthy")
    findings = [*comparing.differences(site.wanted.objects, site.api), *_unrest(site)]
    return Rehearsed(
        cluster=site.wanted.cluster.name,
        commit=commit,
        seconds=settled,
        events=tuple(site.timeline.events),
        memory=dict(site.peak_memory),
        traffic=site.internet.traffic(),
        unknown=site.internet.unknown(),
        charts=site.wanted.charts,
        objects=len(site.wanted.objects),
        gatekeeper=site.wanted.gatekeeper is not None,
        findings=tuple(findings),
    )


def _unrest(site: Site) -> Sequence[Finding]:
    """Applications that leave Synced and Healthy although nothing changes."""
    before = len(site.timeline.events)
    until = site.timeline.seconds() + _RECONCILIATIONS * site.options.poll_seconds + 2
    site.wait("two more reconciliations", lambda: site.timeline.seconds() > until)
    return [
        problem("E1303", f"{event.subject} did not stay as it was: {event.what}", fix="find what rewrites the object")
        for event in site.timeline.events[before:]
    ]
