"""All that a rehearsed site can reach of the world: a proxy on loopback that answers for git servers and chart repositories.

The site's Argo CD gets it as its HTTP proxy. A tunnel ends here, with a certificate of the rehearsal's own authority, so that the
committed addresses (https://git.example.com/...) stay as they are. Every request is counted; what nobody serves is remembered.
"""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, cast
from urllib.parse import parse_qs, urlsplit

import trustme

from fleetgen.tools import git_serve

_HOST: Final = "127.0.0.1"
_UPLOAD_PACK: Final = "git-upload-pack"
_FETCH: Final = b"command=fetch"  # protocol 2; the other command lists references


@dataclass(slots=True)
class Traffic:
    """What went through to one repository: `received` is what the site sent, `sent` what it pulled, both in bytes without TLS.

    `content`: the part of `sent` that holds objects of git or a file; the rest lists branches, for every look at the server.
    """

    requests: int = 0
    received: int = 0
    sent: int = 0
    content: int = 0


@dataclass(slots=True)
class _World:
    git: dict[str, Path] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    traffic: dict[str, Traffic] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    down: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Internet:
    """Serves on loopback from `start` to `close`."""

    def __init__(self, port: int, authority: trustme.CA) -> None:
        self.url = f"http://{_HOST}:{port}"
        self._world, self._authority, self._contexts = _World(), authority, dict[str, ssl.SSLContext]()
        self._server = _Server((_HOST, port), _Handler)
        self._server.world, self._server.context = self._world, self._context
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def serve_git(self, url: str, bare: Path) -> None:
        """Answer for the repository at `url` with a bare repository."""
        self._world.git[url.rstrip("/")] = bare

    def serve_files(self, url: str, files: Mapping[str, bytes]) -> None:
        """Answer for files below `url`."""
        self._world.files.update({f"{url.rstrip('/')}/{name}": data for name, data in files.items()})

    def cut(self, *, down: bool) -> None:
        """Cut the link, or mend it."""
        self._world.down = down

    def traffic(self) -> dict[str, Traffic]:
        """A copy of what was counted, by repository."""
        with self._world.lock:
            return {url: replace(traffic) for url, traffic in self._world.traffic.items()}

    def unknown(self) -> tuple[str, ...]:
        """Addresses that the site asked for and nobody serves here."""
        return tuple(sorted(self._world.unknown))

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _context(self, host: str) -> ssl.SSLContext:
        with self._world.lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: _World
    context: Callable[[str], ssl.SSLContext]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    origin = ""

    @property
    def world(self) -> _World:
        return cast("_Server", self.server).world

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - signature of the base class
        """Counted, not printed."""

    def do_CONNECT(self) -> None:
        """End the tunnel here: what follows on this connection is the plain HTTP of the host that was asked for."""
        host, _, port = self.path.rpartition(":")
        if self.world.down:
            self.send_error(502, "the link is cut")
            return
        self.send_response(200)
        self.end_headers()
        context = cast("_Server", self.server).context(host)
        try:
            tunnel = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return
        self.connection = tunnel
        self.rfile, self.wfile = tunnel.makefile("rb"), tunnel.makefile("wb")
        self.origin = f"https://{host}" + ("" if port == "443" else f":{port}")

    def finish(self) -> None:
        """Close the tunnel, too; the base class knows the plain connection only."""
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def do_GET(self) -> None:
        """A file, or the refs of a repository."""
        url = urlsplit(self.origin + self.path)
        address = f"{url.scheme}://{url.netloc}{url.path}"
        repository = address.removesuffix("/info/refs")
        if repository in self.world.git and parse_qs(url.query).get("service") == [_UPLOAD_PACK]:
            protocol = self.headers.get("Git-Protocol", "")
            refs = git_serve.advertise(self.world.git[repository], protocol)
            self._answer(repository, refs, f"application/x-{_UPLOAD_PACK}-advertisement")
        elif address in self.world.files:
            data = self.world.files[address]
            self._answer(address, data, "application/octet-stream", content=len(data))
        else:
            self._unknown(address)

    def do_POST(self) -> None:
        """What a client wants of a repository, and has."""
        wire, body = self._body()
        address = self.origin + urlsplit(self.path).path if self.origin else self.path
        repository = address.removesuffix(f"/{_UPLOAD_PACK}")
        if repository not in self.world.git or repository == address:
            self._unknown(address)
            return
        pack = git_serve.upload_pack(self.world.git[repository], body, self.headers.get("Git-Protocol", ""))
        content = len(pack) if _FETCH in body else 0
        self._answer(repository, pack, f"application/x-{_UPLOAD_PACK}-result", received=wire, content=content)

    def _body(self) -> tuple[int, bytes]:
        """Length on the wire, and the content."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        return len(body), gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, key: str, data: bytes, kind: str, *, received: int = 0, content: int = 0) -> None:
        if self.world.down:
            self.close_connection = True
            return
        with self.world.lock:
            traffic = self.world.traffic.setdefault(key, Traffic())
            traffic.requests += 1
            traffic.received += received
            traffic.sent += len(data)
            traffic.content += content
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(data)

    def _unknown(self, address: str) -> None:
        with self.world.lock:
            self.world.unknown.add(address)
        self.send_error(404, "nobody serves this in the rehearsal")
