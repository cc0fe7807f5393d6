"""What Argo CD says of its Applications, and when it said it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import ApiServer

GROUP: Final = "argoproj.io"
ROOT: Final = "root"
WAVE: Final = "argocd.argoproj.io/sync-wave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One Application as its status tells.

    `revisions`: the commits and chart versions that it was compared with. `compared`: when it was compared last.
    `started`: when its last operation began.
    """

    name: str
    wave: int
    sync: str
    health: str
    phase: str
    message: str
    revisions: tuple[str, ...]
    compared: str = ""
    started: str = ""

    @property
    def settled(self) -> bool:
        """Synced, Healthy, and nothing under way."""
        return (self.sync, self.health) == ("Synced", "Healthy") and self.phase not in {"Running", "Terminating"}

    def state(self) -> str:
        """In one phrase; with Argo CD's words where it is trying again or has given up."""
        failed = self.phase in {"Failed", "Error"} or "Retrying" in self.message
        operation = f", operation {self.phase}" if self.phase else ""
        return f"{self.sync or 'Unknown'}, {self.health or 'no health'}{operation}" + (
            f": {self.message[:200]}" if failed else ""
        )


def applications(api: ApiServer) -> dict[str, Application]:
    """All Applications by name."""
    found = [_application(data) for data in api.list(GROUP, "Application", "argocd")]
    return {application.name: application for application in found}


def _application(data: JsonObject) -> Application:
    status = objects.at(data, "status")
    sync = objects.at(status, "sync")
    several = sync.get("revisions")
    revisions = [str(r) for r in several] if isinstance(several, list) and several else [objects.text(sync, "revision")]
    refused = [
        f"{objects.text(r, 'kind')} {objects.text(r, 'name')}: {objects.text(r, 'message')}"
        for r in objects.items(status, "operationState", "syncResult", "resources")
        if objects.text(r, "status") == "SyncFailed"
    ]
    said = [*(objects.text(c, "message") for c in objects.items(status, "conditions")), *refused]
    return Application(
        name=objects.text(data, "metadata", "name"),
        wave=int(objects.annotation(data, WAVE) or 0),
        sync=objects.text(sync, "status"),
        health=objects.text(status, "health", "status"),
        phase=objects.text(status, "operationState", "phase"),
        message="; ".join(part for part in (*said, objects.text(status, "operationState", "message")) if part),
        revisions=tuple(revision for revision in revisions if revision),
        compared=objects.text(status, "reconciledAt"),
        started=objects.text(status, "operationState", "startedAt"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEvent:
    """Something that happened, in seconds since the start."""

    seconds: float
    subject: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When an Application was first seen, and when first settled; in seconds since the start."""

    wave: int
    seen: float
    settled: float | None


class Timeline:
    """Events in the order in which they were seen. `arrivals`: Application -> its first times."""

    def __init__(self, on_event: Callable[[SiteEvent], None]) -> None:
        self._on_event = on_event
        self._start = time.monotonic()
        self._states: dict[str, str] = {}
        self.events: list[SiteEvent] = []
        self.arrivals: dict[str, Arrival] = {}

    def note(self, subject: str, what: str) -> None:
        """Add an event."""
        self.events.append(SiteEvent(seconds=time.monotonic() - self._start, subject=subject, what=what))
        self._on_event(self.events[-1])

    def observe(self, found: Iterable[Application]) -> None:
        """Add an event for every Application whose state is another than when last seen."""
        seen = {application.name: application for application in found}
        for name in self._states.keys() - seen.keys():
            self.note(name, "is gone")
            del self._states[name]
        now = self.seconds()
        for name, application in seen.items():
            known = self.arrivals.get(name, Arrival(wave=application.wave, seen=now, settled=None))
            self.arrivals[name] = replace(known, settled=now) if known.settled is None and application.settled else known
            if self._states.get(name) != application.state():
                self._states[name] = application.state()
                self.note(name, f"wave {application.wave}: {application.state()}")

    def early(self) -> list[str]:
        """Applications that came into being before all of a lower wave had been settled; the root belongs to no wave."""
        units = {name: arrival for name, arrival in self.arrivals.items() if name != ROOT}
        return sorted(
            f"{name} of wave {arrival.wave} before {other} of wave {before.wave} was settled"
            for name, arrival in units.items()
            for other, before in units.items()
            if before.wave < arrival.wave and (before.settled is None or before.settled > arrival.seen)
        )

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def first(self, subject: str, what: str = "") -> float | None:
        """When an event of `subject` that contains `what` was first seen."""
        return next((event.seconds for event in self.events if event.subject == subject and what in event.what), None)
