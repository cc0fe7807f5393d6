"""Is what is committed what the API server holds? Every object with its content, nothing missing, nothing extra."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import ApiServer

TRACKING: Final = "argocd.argoproj.io/tracking-id"
_QUANTITY: Final = re.compile(r"^([0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")
_FACTORS: Final = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate(("k", "M", "G", "T"), 1)},
    **{suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)},
}
# Maps that nobody fills with defaults: what is there and not committed was put there by somebody.
_WHOLE: Final = frozenset({"data", "binaryData", "metadata.labels", "metadata.annotations"})
_SYSTEM: Final = ("kubernetes.io", "k8s.io", "argoproj.io")
_FIX: Final = "read the Application's conditions and the logs (--keep)"


def differences(wanted: Sequence[JsonObject], api: ApiServer) -> list[Finding]:
    """What is missing, has other content, or is there without being wanted. Values that the server fills in are no difference."""
    found: list[Finding] = []
    for data in wanted:
        identity = objects.identity(data)
        live = api.get(identity) if api.serves(identity.group, identity.kind) else None
        if live is None:
            found.append(problem("E1303", f"{identity} is committed but not in the cluster", fix=_FIX))
            continue
        found += [
            problem("E1303", f"{identity}: {path} is {_short(has)} in the cluster, {_short(wants)} is committed", fix=_FIX)
            for path, wants, has in unequal(as_stored(data), live)
        ]
    known = {objects.identity(data) for data in wanted}
    extra = sorted(set(tracked(api)) - known)
    return found + [
        problem("E1303", f"{identity} is in the cluster, applied by Argo CD, but not committed", fix=_FIX) for identity in extra
    ]


def tracked(api: ApiServer) -> dict[ResourceId, str]:
    """Every object that Argo CD applied, with its tracking id."""
    found: dict[ResourceId, str] = {}
    for served in api.apis().values():
        if "list" in served.verbs and served.kind not in _NEVER_APPLIED:
            for data in api.list(served.group, served.kind):
                identity = objects.identity(data)
                tracking = objects.annotation(data, TRACKING)
                if tracking and _names(tracking) == (
                    identity.group,
                    identity.kind,
                    identity.name,
                ):  # copies (Endpoints) inherit it
                    found[identity] = tracking
    return found


_NEVER_APPLIED: Final = frozenset({"Event", "Lease", "EndpointSlice", "Endpoints", "ComponentStatus"})


def _names(tracking: str) -> tuple[str, str, str]:
    """`app:group/Kind:namespace/name`"""
    _, kind, name = tracking.split(":", 2)
    group, _, kind = kind.rpartition("/")
    return group, kind, name.partition("/")[2]


def as_stored(data: JsonObject) -> JsonObject:
    """The server keeps the texts of a Secret encoded."""
    texts = objects.at(data, "stringData")
    if not texts:
        return data
    encoded: JsonObject = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    return {**{key: value for key, value in data.items() if key != "stringData"}, "data": {**objects.at(data, "data"), **encoded}}


def unequal(wanted: Json, live: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """(path, wanted, live) of every leaf of `wanted` that `live` does not hold, and of what no server adds by itself."""
    if _is_empty(wanted) and _is_empty(live):
        return
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        for key, value in wanted.items():
            if not (path == "metadata" and key == "creationTimestamp"):
                yield from unequal(value, live.get(key), f"{path}.{key}" if path else key)
        if path in _WHOLE:
            yield from ((f"{path}.{key}", None, live[key]) for key in live.keys() - wanted.keys() if not _is_of_the_system(key))
    elif isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        for index, (left, right) in enumerate(zip(wanted, live, strict=True)):
            yield from unequal(left, right, f"{path}[{index}]")
    elif not _same(wanted, live):
        yield path, wanted, live


def _is_of_the_system(key: str) -> bool:
    """A label or annotation that Kubernetes or Argo CD writes; app.kubernetes.io is for everybody."""
    domain, slash, _ = key.partition("/")
    return bool(slash) and domain.endswith(_SYSTEM) and domain != "app.kubernetes.io"


def _is_empty(value: Json) -> bool:
    return value is None or value in ({}, [], "")


def _same(left: Json, right: Json) -> bool:
    if left == right:
        return True
    one, other = _amount(left), _amount(right)
    return one is not None and one == other


def _amount(value: Json) -> Decimal | None:
    """A quantity; the server rewrites 1000m as 1."""
    match = _QUANTITY.match(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    if not match:
        return None
    try:
        return Decimal(match[1]) * _FACTORS[match[2] or ""]
    except InvalidOperation:
        return None


def _short(value: Json) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
