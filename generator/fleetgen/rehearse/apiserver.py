"""Talk to the API server of the rehearsed site: the few verbs that a rehearsal needs, by group and kind."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

import httpx

from fleetgen.errors import ToolError, problem
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.resource import ResourceId
from fleetgen.rehearse import objects

_DISCOVERY: Final = "application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList"
_READ_SECONDS: Final = 10  # a server without its store answers nothing at all; who looks wants to see that soon
_WRITE_SECONDS: Final = 30
_MANAGER: Final = "fleetgen-rehearse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedKind:
    """One served kind."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str]

    def path(self, namespace: str = "", name: str = "") -> str:
        """The URL path of the collection or of one object."""
        head = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        middle = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{head}{middle}/{self.plural}" + (f"/{name}" if name else "")


class RefusedError(ToolError):
    """The API server said no; `status` is the HTTP status, `message` its words."""

    def __init__(self, status: int, message: str, what: str) -> None:
        self.status, self.message = status, message
        super().__init__(problem("E1304", f"{what}: HTTP {status}: {message}"))


class Objects(Protocol):
    """The objects of a site, as what acts on them needs them."""

    def kinds(self) -> frozenset[tuple[str, str]]: ...

    def serves(self, group: str, kind: str) -> bool: ...

    def get(self, wanted: ResourceId) -> JsonObject | None: ...

    def list(self, group: str, kind: str, namespace: str = "") -> list[JsonObject]: ...

    def apply(self, data: JsonObject, *, status: bool = False, manager: str = _MANAGER, dry_run: bool = False) -> JsonObject: ...

    def merge(self, wanted: ResourceId, patch: JsonObject, *, status: bool = False) -> JsonObject: ...


class ApiServer:
    """A client with the rights of a cluster administrator."""

    def __init__(self, url: str, token: str, ca: Path) -> None:
        self._http = httpx.Client(
            base_url=url, verify=_trusting(ca), headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self._apis: dict[tuple[str, str], ServedKind] = {}

    def close(self) -> None:
        self._http.close()

    def ready(self) -> bool:
        """Whether the server answers that it is ready."""
        try:
            return self._http.get("/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def apis(self) -> dict[tuple[str, str], ServedKind]:
        """Every served kind by (group, kind), in the group's preferred version."""
        found: dict[tuple[str, str], ServedKind] = {}
        for path in ("/api", "/apis"):
            for group in cast("list[JsonObject]", self._request("GET", path, headers={"Accept": _DISCOVERY})["items"]):
                for api in _served(group):
                    found.setdefault((api.group, api.kind), api)
        self._apis = found
        return found

    def kinds(self) -> frozenset[tuple[str, str]]:
        """(group, kind) of all that is served now."""
        return frozenset(self.apis())

    def serves(self, group: str, kind: str) -> bool:
        """Whether objects of the kind can be made now."""
        return (group, kind) in self._apis or (group, kind) in self.apis()

    def apply(self, data: JsonObject, *, status: bool = False, manager: str = _MANAGER, dry_run: bool = False) -> JsonObject:
        """Server-side apply, by force; a dry run only asks whether it would be accepted."""
        wanted = objects.identity(data)
        path = self._api(wanted).path(wanted.namespace, wanted.name) + ("/status" if status else "")
        params = {"fieldManager": manager, "force": "true", **({"dryRun": "All"} if dry_run else {})}
        return self._request("PATCH", path, json=data, params=params, headers={"Content-Type": "application/apply-patch+yaml"})

    def merge(self, wanted: ResourceId, patch: JsonObject, *, status: bool = False) -> JsonObject:
        """JSON merge patch."""
        path = self._api(wanted).path(wanted.namespace, wanted.name) + ("/status" if status else "")
        return self._request("PATCH", path, json=patch, headers={"Content-Type": "application/merge-patch+json"})

    def get(self, wanted: ResourceId) -> JsonObject | None:
        """The object, or None."""
        try:
            return self._request("GET", self._api(wanted).path(wanted.namespace, wanted.name))
        except RefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def list(self, group: str, kind: str, namespace: str = "") -> list[JsonObject]:
        """All objects of a kind; none if the kind is not served."""
        if not self.serves(group, kind):
            return []
        api = self._apis[(group, kind)]
        try:
            answer = self._request("GET", api.path(namespace))
        except RefusedError as error:
            if error.status == httpx.codes.NOT_FOUND:  # its definition went away since discovery
                return []
            raise
        version = f"{api.group}/{api.version}" if api.group else api.version
        return [{"apiVersion": version, "kind": api.kind, **item} for item in cast("list[JsonObject]", answer["items"])]

    def _api(self, wanted: ResourceId) -> ServedKind:
        if not self.serves(wanted.group, wanted.kind):
            raise RefusedError(404, f"no kind {wanted.kind} in group '{wanted.group}' is served", str(wanted))
        return self._apis[(wanted.group, wanted.kind)]

    def _request(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> JsonObject:
        try:
            timeout = _READ_SECONDS if method == "GET" else _WRITE_SECONDS
            answer = self._http.request(method, path, json=json, params=params, headers=headers, timeout=timeout)
        except httpx.HTTPError as error:
            raise RefusedError(0, f"no answer: {error}", f"{method} {path}") from error
        if answer.is_error:
            raise RefusedError(answer.status_code, _words(answer), f"{method} {path}")
        return cast("JsonObject", answer.json())


def _trusting(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))


def _served(group: JsonObject) -> Iterator[ServedKind]:
    metadata = cast("JsonObject", group.get("metadata", {}))
    for version in cast("list[JsonObject]", group["versions"]):
        for resource in cast("list[JsonObject]", version.get("resources", [])):
            response = cast("JsonObject", resource.get("responseKind", {}))
            yield ServedKind(
                group=str(metadata.get("name", "")),
                version=str(version["version"]),
                kind=str(response.get("kind", "")),
                plural=str(resource["resource"]),
                namespaced=resource.get("scope") == "Namespaced",
                verbs=frozenset(cast("list[str]", resource.get("verbs", []))),
            )


def _words(answer: httpx.Response) -> str:
    try:
        return str(cast("JsonObject", answer.json()).get("message", answer.text))
    except ValueError:
        return answer.text[:500]
