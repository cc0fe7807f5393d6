"""Which version of which tool: read from `tools/<name>/go.mod`, the only place that says it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A tool as pinned: `package` of `module` at `version`, needing Go `go` or newer; `folder` holds go.mod and go.sum."""

    name: str
    package: str
    module: str
    version: str
    go: tuple[int, ...]
    folder: Path

    @property
    def digest(self) -> str:
        """Changes with everything that decides what is built."""
        parts = (self.folder / "go.mod", self.folder / "go.sum")
        return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def names(library: Path) -> tuple[str, ...]:
    """All tools that are pinned in `library`, sorted."""
    return tuple(sorted(path.parent.name for path in (library / "tools").glob("*/go.mod")))


def read(library: Path, name: str) -> Pin:
    """The pin of one tool. ToolError E1101 if there is none."""
    folder = library / "tools" / name
    known = names(library)
    if name not in known:
        raise ToolError(
            problem("E1101", f"no tool is called '{name}'", fix=f"one of: {', '.join(known) or 'none is pinned here'}")
        )
    text = (folder / "go.mod").read_text(encoding="utf-8")
    package = _only(r"^tool\s+(\S+)", text, folder)
    go = _only(r"^go\s+([\d.]+)", text, folder)
    versions = dict(re.findall(r"^(?:require)?\s+([^\s()]+)\s+(v\S+)", text, re.MULTILINE))
    module = max((path for path in versions if package == path or package.startswith(path + "/")), key=len, default="")
    if not module:
        raise ToolError(
            problem("E1101", f"{folder / 'go.mod'}: no version is required for {package}", fix="add the `require` line")
        )
    return Pin(
        name=name,
        package=package,
        module=module,
        version=versions[module],
        go=version_tuple(go),
        folder=folder,
    )


def version_tuple(text: str) -> tuple[int, ...]:
    """`go1.26.8` -> (1, 26, 8); parts that are no numbers count as 0."""
    return tuple(int(re.match(r"\d*", part)[0] or 0) for part in text.removeprefix("go").split("."))  # type: ignore[index]


def _only(pattern: str, text: str, folder: Path) -> str:
    found: list[str] = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise ToolError(problem("E1101", f"{folder / 'go.mod'}: {len(found)} lines match {pattern}", fix="restore the file"))
    return found[0]
