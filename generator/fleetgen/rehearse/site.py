"""One rehearsed site: it starts, pulls, is observed, can be hurt, and ends with everything that belongs to it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
import trustme

from fleetgen.errors import GateFailed, InputError, ToolError, problem
from fleetgen.model.finding import Finding
from fleetgen.rehearse import nodes, objects, ports, watching
from fleetgen.rehearse.apiserver import ApiServer, RefusedError
from fleetgen.rehearse.argocd import ArgoCd
from fleetgen.rehearse.charts import repositories
from fleetgen.rehearse.controlplane import ControlPlane
from fleetgen.rehearse.gatekeeper import Gatekeeper
from fleetgen.rehearse.internet import Internet
from fleetgen.rehearse.programs import Guard, Programs, Tools
from fleetgen.rehearse.standins import StandIns
from fleetgen.rehearse.wanted import Wanted
from fleetgen.rehearse.watching import Application, SiteEvent, Timeline

_STORE_SECONDS: Final = 120
_PAUSE: Final = 0.5
_SPACE_MIB: Final = 256  # about twice of what a site takes, most of it the store's log
_SPREAD: Final = 7  # processes that start together begin to look for ports at different places
_PARAMETERS: Final = "argocd-cmd-params-cm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a site is rehearsed. `poll_seconds`: how often it looks at git; a real site looks as its unit argocd says.

    `parameters`: keys of argocd-cmd-params-cm that the processes get instead of what is committed.
    """

    poll_seconds: int = 5
    parameters: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    on_event: Callable[[SiteEvent], None] = field(default=lambda _event: None)


class RehearsedSite:
    """Made by `opened`. `repository` is the bare repository that the site pulls from; push to it to change the fleet."""

    def __init__(self, programs: Programs, tools: Tools, numbers: Iterator[int], wanted: Wanted, options: Options) -> None:
        self.programs, self.wanted, self.options = programs, wanted, options
        folder = self.folder = programs.folder
        self.repository = folder / "fleet.git"
        authority = trustme.CA()
        self.internet = Internet(next(numbers), authority)
        self._plane = ControlPlane(folder / "control-plane", tools, numbers, authority)
        access = self._plane.access
        self._argocd = ArgoCd(
            folder / "argocd",
            tools,
            numbers,
            access=access,
            proxy=self.internet.url,
            authority=authority,
            poll_seconds=options.poll_seconds,
        )
        gatekeeper = Gatekeeper(folder / "gatekeeper", tools, numbers, access=access, authority=authority)
        self.timeline = Timeline(options.on_event)
        self.standins = StandIns(self.programs, gatekeeper, self.timeline)
        self.peak_memory: dict[str, int] = {}

    @property
    def api(self) -> ApiServer:
        return self._plane.api

    def serve(self, wanted: Wanted) -> None:
        """Put the committed tree and the stand-in charts where the site looks for them."""
        self.wanted = wanted
        self.internet.serve_git(wanted.repo_url, self.repository)
        for url, files in repositories(wanted.charts).items():
            self.internet.serve_files(url, files)

    def power_on(self) -> None:
        """Start everything that was installed before Argo CD pulls for the first time, or again after all were killed."""
        first = not (self.folder / "control-plane" / "etcd").exists()
        for program in self._plane.store():
            self.programs.start(program, _STORE_SECONDS)
        if first:
            self._install()
        committed = self.wanted.settings
        settings = {**committed, _PARAMETERS: {**committed.get(_PARAMETERS, {}), **self.options.parameters}}
        for program in (*self._plane.controllers(), *self._argocd.programs(settings)):
            self.programs.start(program)
        self.timeline.note("site", "powered on")

    def _install(self) -> None:
        """What a site has before its first pull: nodes, storage classes, provided APIs, Argo CD, and what `bootstrap` prints."""
        self.timeline.note("site", "API server is ready")
        for definition in self.wanted.definitions:
            self.api.apply(definition)
        self._try_definitions()
        self.wait(
            "the definitions are established",
            lambda: all(
                self.api.serves(objects.text(d, "spec", "group"), objects.text(d, "spec", "names", "kind"))
                for d in self.wanted.definitions
            ),
            observe=False,
        )
        cluster = self.wanted.cluster
        given = (*nodes.storage_classes(cluster.spec), *nodes.runtime_classes(cluster.spec))
        for data in (*nodes.nodes(cluster.name, cluster.spec), *given):
            self.api.apply(data)
            if data["kind"] == "Node":
                self.api.apply(data, status=True)
        for namespace in self.wanted.namespaces:
            self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        self._argocd.install(self.api)
        for data in self.wanted.bootstrap:
            self.api.apply(data, manager="kubectl")
        self.timeline.note("bootstrap", f"{len(self.wanted.bootstrap)} objects applied")

    def _try_definitions(self) -> None:
        """Ask now whether what charts and OLM will bring is accepted: Argo CD would try again until the time is up."""
        brought = [d for chart in self.wanted.charts for d in chart.definitions]
        brought += [d for package in self.wanted.packages for d in package.definitions]
        problems = []
        for definition in brought:
            try:
                self.api.apply(definition.data, dry_run=True)
            except RefusedError as error:
                text = f"{objects.identity(definition.data)} from {definition.origin} is refused: {error.message}"
                problems.append(problem("E1305", text, fix="correct the file, or name another folder with --crds"))
        if problems:
            raise InputError(problems)

    def applications(self) -> dict[str, Application]:
        """The Applications now; none while the API server is away."""
        return watching.applications(self.api)

    def tick(self) -> dict[str, Application]:
        """Look once: stand-ins act, states and memory are noted."""
        self.programs.check()
        try:
            self.standins.act(self.api, self.wanted)
            found = self.applications()
        except RefusedError:  # the API server is busy, starting, or has lost its store; the next look sees
            self.programs.check()
            return {}
        self.timeline.observe(found.values())
        self._measure()
        return found

    def wait(self, what: str, done: Callable[[], bool], *, seconds: float = 300, observe: bool = True) -> float:
        """Tick until `done`; the seconds it took. GateFailed E1302 names what every Application is at."""
        started = time.monotonic()
        while True:
            if observe:
                self.tick()
            try:
                if done():
                    return time.monotonic() - started
            except RefusedError:
                self.programs.check()
            if time.monotonic() - started > seconds:
                raise GateFailed(
                    self._stuck(what, seconds) if observe else [problem("E1302", f"waited {seconds:g} s until {what}")]
                )
            time.sleep(_PAUSE)

    def wait_settled(self, commit: str = "", *, seconds: float = 300) -> float:
        """Until every Application of the bill of materials, and no other, is Synced and Healthy at `commit`."""
        names = set(self.wanted.applications)

        def done() -> bool:
            found = self.applications()
            at_commit = all(not commit or commit in application.revisions for application in found.values())
            return names == set(found) and at_commit and all(application.settled for application in found.values())

        return self.wait(f"all {len(names)} Applications are Synced and Healthy", done, seconds=seconds)

    def _stuck(self, what: str, seconds: float) -> list[Finding]:
        found = self.applications()
        states = [
            f"\n    {name}: {found[name].state()}{': ' + found[name].message[:400] if found[name].message else ''}"
            if name in found
            else f"\n    {name}: does not exist"
            for name in sorted({*self.wanted.applications, *found})
        ]
        return [
            problem(
                "E1302", f"waited {seconds:g} s until {what}" + "".join(states), fix="run again with --keep and read the logs"
            )
        ]

    def _measure(self) -> None:
        for name, pid in self.programs.pids().items():
            try:
                rss = psutil.Process(pid).memory_info().rss
            except psutil.Error:
                continue
            self.peak_memory[name] = max(self.peak_memory.get(name, 0), rss)

    def close(self) -> None:
        """Stop looking and serving."""
        self.api.close()
        self.internet.close()


def check(options: Options) -> None:
    """InputError E1204 if the folder that shall be kept is there already."""
    if options.folder is not None and os.path.lexists(options.folder):
        raise InputError(problem("E1204", f"{options.folder} exists already", fix="name a folder that does not exist yet"))


def _need_space(folder: Path) -> None:
    """ToolError E1205, rather than a store that ends in the middle of something."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free // 2**20
    if free < _SPACE_MIB:
        fix = "free some space, or name another folder: TMPDIR for temporary files, --keep for all of a site"
        raise ToolError(problem("E1205", f"{there} has {free} MiB free; a site needs {_SPACE_MIB} MiB", fix=fix))


@contextmanager
def opened(guard: Guard, tools: Tools, wanted: Wanted, options: Options) -> Iterator[RehearsedSite]:
    """A site in a folder and on ports of its own. With `options.folder` its files are kept, else removed with the guard's."""
    check(options)
    folder = options.folder or guard.folder / "site"
    _need_space(folder)
    with ports.reserved(os.getpid() * _SPREAD) as numbers:
        programs = Programs(guard, folder)
        try:
            site = RehearsedSite(programs, tools, numbers, wanted, options)
            try:
                yield site
            finally:
                site.close()
        finally:
            programs.close()
