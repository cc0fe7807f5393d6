"""The options and tools of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from fleetgen.errors import InputError, problem
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Inputs, Repository
from fleetgen.inputs.timings import Timings
from fleetgen.stages.build import Builder
from fleetgen.stages.gate import PolicyEngine
from fleetgen.tools.git_cli import Git

Progress = Callable[[str, int, int], None]


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Shows nothing."""


def no_git() -> Git | None:
    """There is no git repository."""
    return None


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run is told from outside. `builder` is only started when something has to be built.

    `policies_from`: the commit by whose policies and waivers the change is judged, empty for the work tree's own. `base`: the
    commit that the change starts from, if it is another than that or HEAD. `git` is None outside of a git repository.
    """

    repository: Repository
    cache: Cache
    builder: Callable[[], Builder]
    engine: Callable[[], PolicyEngine]
    as_of: date
    gate_cache: Cache
    git: Callable[[], Git | None] = no_git
    delivery_repo: str = ""
    policies_from: str = ""
    base: str = ""
    progress: Progress = no_progress
    timings: Timings = field(default_factory=Timings)

    @cached_property
    def inputs(self) -> Inputs:
        """All input files, read when they are first asked for. Raises InputError E0106, E0107."""
        return self.repository.read()

    @cached_property
    def schema_files(self) -> Mapping[str, str]:
        """The files of custom kinds that fleetgen.toml names, read when they are first asked for. Raises InputError."""
        return self.repository.read_schemas()

    def need_git(self) -> Git:
        """The repository's git. Raises InputError E0903 if it is in none."""
        found = self.git()
        if found is None:
            fix = "start one: git init && git add --all && git commit"
            raise InputError(problem("E0903", "the fleet repository is not in git", fix=fix))
        return found
