"""Which version of which tool: read from `tools/<name>/go.mod`, the only place that says it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fleetgen.errors import ToolError, problem


class ToolUse(Enum):
    """What a tool is for: the line `//fleetgen:for` of its go.mod, or no such line."""

    ORDINARY = ""
    REHEARSALS = "rehearse"
    TESTS = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A tool as pinned: `package` of `module` at `version`, needing Go `go` or newer; `folder` holds go.mod and go.sum.

    `ldflags`: linker flags of its own. `files`: patterns of files of the module that belong to the tool. `own`: the program
    itself lies in `folder`, a few lines around a module.
    """

    name: str
    package: str
    module: str
    version: str
    go: tuple[int, ...]
    folder: Path
    ldflags: str = ""
    files: tuple[str, ...] = ()
    own: bool = False
    use: ToolUse = ToolUse.ORDINARY

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files of the wrapper module."""
        return (self.folder / "go.mod", self.folder / "go.sum", *sorted(self.folder.glob("*.go")))

    @property
    def digest(self) -> str:
        """Changes with everything that decides what is built."""
        return hashlib.sha256(b"\0".join(part.read_bytes() for part in self.sources)).hexdigest()

    @property
    def identity(self) -> tuple[str, str, str]:
        """Package, main module and its version, as Go writes them into the binary."""
        return (self.package, self.package, "(devel)") if self.own else (self.package, self.module, self.version)


def names(library: Path, *, use: ToolUse | None = None) -> tuple[str, ...]:
    """The tools that are pinned in `library`, sorted; those of one use, or all."""
    return tuple(sorted(name for folder in _folders(library) for name in _packages(folder) if use is None or _use(folder) is use))


def read(library: Path, name: str) -> Pin:
    """The pin of one tool. ToolError E1101 if there is none."""
    found = next((folder for folder in _folders(library) if name in _packages(folder)), None)
    if found is None:
        known = ", ".join(names(library)) or "no tools are pinned here"
        raise ToolError(problem("E1101", f"there is no tool '{name}'", fix=f"one of: {known}"))
    text, package = _text(found), _packages(found)[name]
    own = (found / "main.go").exists()
    go = _only(r"^go\s+([\d.]+)", text, found)
    versions = dict(re.findall(r"^(?:require)?\s+([^\s()]+)\s+(v\S+)(?!.*// indirect)" if own else _REQUIRED, text, re.MULTILINE))
    holds = [path for path in versions if own or package == path or package.startswith(path + "/")]
    module = max(holds, key=len, default="")
    if not module:
        raise ToolError(
            problem("E1101", f"{found / 'go.mod'}: no version is required for {package}", fix="add the `require` line")
        )
    return Pin(
        name=name,
        package=package,
        module=module,
        version=versions[module],
        go=version_tuple(go),
        folder=found,
        ldflags=_directive("ldflags", text).replace("{version}", versions[module]),
        files=tuple(_directive("files", text).split()),
        own=own,
        use=_use(found),
    )


_REQUIRED = r"^(?:require)?\s+([^\s()]+)\s+(v\S+)"


def _folders(library: Path) -> tuple[Path, ...]:
    return tuple(sorted(path.parent for path in (library / "tools").glob("*/go.mod")))


def _text(folder: Path) -> str:
    return (folder / "go.mod").read_text(encoding="utf-8")


def _packages(folder: Path) -> dict[str, str]:
    """Tool -> package. A folder of one tool gives it its name; of several, each is called as its package."""
    text = _text(folder)
    if (folder / "main.go").exists():
        return {folder.name: _only(r"^module\s+(\S+)", text, folder)}
    block = re.search(r"^tool\s*\(([^)]*)\)", text, re.MULTILINE)
    if block:
        return {package.rpartition("/")[2]: package for package in block[1].split()}
    return {folder.name: _only(r"^tool\s+(\S+)", text, folder)}


def _directive(name: str, text: str) -> str:
    """The rest of a line `//fleetgen:NAME ...`: what Go's own file has no place for."""
    found = re.search(rf"^//fleetgen:{name} (.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def _use(folder: Path) -> ToolUse:
    said = _directive("for", _text(folder))
    try:
        return ToolUse(said)
    except ValueError as error:
        known = ", ".join(use.value for use in ToolUse if use.value)
        fix = f"one of: {known}; or remove the line"
        raise ToolError(problem("E1101", f"{folder / 'go.mod'}: a tool cannot be for '{said}'", fix=fix)) from error


def version_tuple(text: str) -> tuple[int, ...]:
    """`go1.26.8` -> (1, 26, 8); parts that are no numbers count as 0."""
    return tuple(int(re.match(r"\d*", part)[0] or 0) for part in text.removeprefix("go").split("."))  # type: ignore[index]


def _only(pattern: str, text: str, folder: Path) -> str:
    found: list[str] = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise ToolError(problem("E1101", f"{folder / 'go.mod'}: {len(found)} lines match {pattern}", fix="restore the file"))
    return found[0]
