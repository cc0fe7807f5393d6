"""A rehearsal for people: timeline, what was real and what stood in, time, memory, bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse.crds import SiteDefinition
from fleetgen.rehearse.internet import Traffic
from fleetgen.rehearse.rehearsal import Rehearsed
from fleetgen.rehearse.watching import SiteEvent

_MIB: Final = 2**20
_REAL: Final = (
    "etcd, kube-apiserver, kube-controller-manager, kube-scheduler",
    "Argo CD application controller and repository server, with the settings of the unit argocd",
    "every object that fleetgen renders, pulled from its committed address",
)
_REAL_GATEKEEPER: Final = "Gatekeeper, with the webhook configuration that its real chart makes of the committed values"
_STOOD_IN: Final = (
    "nodes and Pods: kwok reports them ready, no container runs",
    "the world outside: a proxy serves a copy of the repository and the stand-in charts",
    "Redis: an in-memory implementation",
)
_STOOD_IN_GATEKEEPER: Final = "Gatekeeper's Deployment and Service: the process is started and its address put into the webhooks"


def live(say: Callable[[str], None]) -> Callable[[SiteEvent], None]:
    """Prints events as they come."""
    return lambda event: say(_line(event))


def real(result: Rehearsed) -> list[str]:
    """What was the real thing."""
    return [*_REAL, *([_REAL_GATEKEEPER] if result.gatekeeper else [])]


def stood_in(result: Rehearsed) -> list[str]:
    """What was not, and what acted in its place."""
    return [
        *_STOOD_IN,
        f"the time between two looks at git: {result.poll_seconds} s",
        *([_STOOD_IN_GATEKEEPER] if result.gatekeeper else []),
        *([f"APIs that the site has already: {_described(result.provided)}"] if result.provided else []),
        *(f"chart {chart.name} {chart.version}: {_described(chart.definitions)}" for chart in result.charts),
        *(f"OLM package {package.name}: {_described(package.definitions)}" for package in result.packages),
        *result.acted,
    ]


def text(result: Rehearsed) -> str:
    """The report; the timeline was printed while it happened."""
    total = sum(result.memory.values())
    sizes = ", ".join(f"{name} {size // _MIB}" for name, size in sorted(result.memory.items(), key=lambda item: -item[1]))
    lines = [
        f"{result.cluster} at {result.commit[:12]}: {result.seconds:.0f} s from the first start to Synced and Healthy",
        "",
        "real:",
        *(f"  {line}" for line in real(result)),
        "stood in:",
        *(f"  {line}" for line in stood_in(result)),
        "",
        f"memory: {total // _MIB} MiB at most ({sizes})",
        "pulled:",
        *(f"  {url}: {_bytes(traffic)}" for url, traffic in sorted(result.traffic.items())),
        *(f"  asked for and not served: {url}" for url in result.unknown),
        f"compared: {result.objects} objects, {len(result.findings)} differences",
    ]
    return "\n".join(lines)


def as_json(result: Rehearsed) -> JsonObject:
    """The same, and the timeline."""
    return {
        "apiVersion": "fleetgen.io/v1alpha1",
        "cluster": result.cluster,
        "commit": result.commit,
        "seconds": round(result.seconds, 1),
        "timeline": [{"seconds": round(e.seconds, 1), "subject": e.subject, "what": e.what} for e in result.events],
        "real": [*real(result)],
        "stoodIn": [*stood_in(result)],
        "memoryBytes": {**result.memory},
        "traffic": {url: asdict(traffic) for url, traffic in sorted(result.traffic.items())},
        "unknown": [*result.unknown],
        "standIns": [
            {"unit": c.unit, "chart": c.name, "version": c.version, "crds": [d.origin for d in c.definitions]}
            for c in result.charts
        ],
        "objects": result.objects,
        "findings": [{"code": f.code, "message": f.message, "fix": f.fix} for f in result.findings],
    }


def timeline(events: tuple[SiteEvent, ...]) -> str:
    """All events, a line each."""
    return "\n".join(map(_line, events))


def _bytes(traffic: Traffic) -> str:
    looks = traffic.sent - traffic.content
    return f"{traffic.content} bytes in {traffic.requests} requests, {looks} more to look for changes, {traffic.received} sent"


def _line(event: SiteEvent) -> str:
    return f"{event.seconds:7.1f} s  {event.subject:26} {event.what}"


def _described(definitions: Sequence[SiteDefinition]) -> str:
    """How many, and whose they are."""
    made_up = sum(not definition.origin for definition in definitions)
    where = sorted({definition.origin.rpartition(": ")[0] for definition in definitions if definition.origin})
    sources = ", ".join([f"from {place}" for place in where] + ([f"{made_up} that admit anything"] if made_up else []))
    return f"{len(definitions)} definitions" + (f" ({sources})" if sources else "")
