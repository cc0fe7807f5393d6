"""A site's objects in memory: what stand-ins need of an API server."""

from __future__ import annotations

from collections.abc import Iterable

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import objects


class FakeSite:
    """Serves every kind that it was given an object of, and `served`."""

    def __init__(self, given: Iterable[JsonObject] = (), served: Iterable[tuple[str, str]] = ()) -> None:
        self.objects: dict[ResourceId, JsonObject] = {objects.identity(data): data for data in given}
        self.served = set(served)
        self.applied_by: dict[ResourceId, str] = {}

    def kinds(self) -> frozenset[tuple[str, str]]:
        return frozenset({(i.group, i.kind) for i in self.objects} | self.served)

    def serves(self, group: str, kind: str) -> bool:
        return (group, kind) in self.kinds()

    def get(self, wanted: ResourceId) -> JsonObject | None:
        return self.objects.get(wanted)

    def list(self, group: str, kind: str, namespace: str = "") -> list[JsonObject]:
        return [data for i, data in self.objects.items() if (i.group, i.kind) == (group, kind) and namespace in {"", i.namespace}]

    def apply(self, data: JsonObject, *, status: bool = False, manager: str = "", dry_run: bool = False) -> JsonObject:
        assert not status
        if not dry_run:
            self.objects[objects.identity(data)] = data
            self.applied_by[objects.identity(data)] = manager
        return data

    def merge(self, wanted: ResourceId, patch: JsonObject, *, status: bool = False) -> JsonObject:
        """A status only by its own path, and by it nothing else: as the API server does with the subresource."""
        assert set(patch) == {"status"} if status else "status" not in patch
        self.objects[wanted] = _merged(self.objects[wanted], patch)
        return self.objects[wanted]


def _merged(data: JsonObject, patch: JsonObject) -> JsonObject:
    result: dict[str, Json] = dict(data)
    for key, value in patch.items():
        old = result.get(key)
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(old if isinstance(old, dict) else {}, value) if isinstance(value, dict) else value
    return result
