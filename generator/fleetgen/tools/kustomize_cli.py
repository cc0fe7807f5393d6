"""The real kustomize, as the build stage asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fleetgen.model.manifest import BuildRoot, Built
from fleetgen.tools import process
from fleetgen.tools.executor import Executor, Machine, Work
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import checked, workspace, write_all

# 1 is "I refuse what you wrote"; a Go program that panics ends with 2.
_ANSWERS = frozenset({0, 1})
# Nothing listens there: a remote resource that slipped through fails at once instead of being fetched.
_NO_NETWORK = "http://127.0.0.1:9"
_TIMEOUT_SECONDS = 300.0
_MOST_ROOTS = 16
_PARTS_A_SLOT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPart:
    """Some of the roots, each with its number, and the files of all of them."""

    files: Mapping[str, str]
    roots: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KustomizeCli:
    """Meets the port `Builder`. `on_built` hears how many roots of how many are done."""

    tool: Tool
    executor: Executor = field(repr=False)
    on_built: Callable[[int, int], None] = field(default=lambda _done, _total: None, repr=False)

    def build(self, roots: Sequence[BuildRoot]) -> Sequence[Built]:
        """Build each root in a folder that holds its files. A refusal is a `Built` with `error`; a crash is a ToolError."""
        built: dict[int, Built] = {}

        def keep(some: Mapping[int, Built]) -> None:
            built.update(some)
            self.on_built(len(built), len(roots))

        work = Work(function=build_part, tool=self.tool, shared=None)
        self.executor.map(work, lambda slots: divided(roots, slots), keep)
        return tuple(built[number] for number in range(len(roots)))


def divided(roots: Sequence[BuildRoot], slots: int) -> list[BuildPart]:
    """Parts for `slots` that work at a time, so small that all slots end at about the same time. Neighbours share a base.

    A part costs a folder, the files of its bases and a message to its machine; each of its roots costs a process.
    """
    size = max(1, min(_MOST_ROOTS, len(roots) // (slots * _PARTS_A_SLOT)))
    order = sorted(range(len(roots)), key=lambda number: min(roots[number].files, default=""))
    shares = [order[start : start + size] for start in range(0, len(order), size)]
    return [
        BuildPart(
            files={path: text for number in share for path, text in roots[number].files.items()},
            roots=[(number, roots[number].folder) for number in share],
        )
        for share in shares
    ]


def build_part(machine: Machine, _shared: None, part: BuildPart) -> dict[int, Built]:
    """Number of a root -> what kustomize answers, one process after the other."""
    with workspace() as folder:
        tree, home = folder / "tree", folder / "home"
        tree.mkdir()
        home.mkdir()
        write_all(tree, part.files)
        return {number: _built(root, process.run(_command(machine, root, tree, home)), folder) for number, root in part.roots}


def _command(machine: Machine, root: str, tree: Path, home: Path) -> Command:
    # PATH is an empty folder: kustomize can start neither git nor helm nor a plugin. A short-lived process needs no garbage
    # collector and no second thread (about a third of its time on two cores).
    tuning = {"GOGC": "off", "GOMAXPROCS": "1", "GOTRACEBACK": "single"}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NO_NETWORK)
    env = process.scrubbed(machine.environ, {**tuning, **proxies, "HOME": str(home), "PATH": str(home)})
    name = machine.tool.name
    return Command(
        argv=(str(machine.tool.path), "build", "--", checked(root)),
        cwd=tree,
        env=env,
        ok=_ANSWERS,
        timeout=_TIMEOUT_SECONDS,
        fix=f"check the tool: fleetgen tools list; or build it again: fleetgen tools install {name}",
    )


def _built(root: str, ran: Ran, folder: Path) -> Built:
    return Built(root=root, text=ran.out, error="") if ran.code == 0 else Built(root=root, text="", error=_words(ran.err, folder))


def _words(stderr: str, folder: Path) -> str:
    """What kustomize said, without the place where it happened to run."""
    text = stderr.replace(f"{folder / 'tree'}/", "").replace(str(folder / "tree"), ".").replace(str(folder), "")
    lines = [line for line in text.splitlines() if not line.startswith("# Warning:")]
    return re.sub(r"\AError:\s*", "", "\n".join(lines).strip()) or "no reason given"
