"""The real regal, which judges style and finds mistakes that opa lets pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fleetgen.model.place import Place
from fleetgen.model.rego import Complaint
from fleetgen.tools import process
from fleetgen.tools.process import Command
from fleetgen.tools.toolchain import Tool

# 2: warnings, 3: errors were found
_ANSWERS = frozenset({0, 2, 3})
_TIMEOUT_SECONDS = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegalCli:
    """Paths are relative to `root`, and so are the places in answers. `config` says which rules are not ours, and why."""

    tool: Tool
    root: Path
    config: Path
    environ: Mapping[str, str] = field(repr=False)

    def lint(self, paths: Sequence[str]) -> tuple[Complaint, ...]:
        """Everything that it finds, by place; form is asked of opa itself."""
        flags = ("--format", "json", "--config-file", str(self.config), "--disable", "opa-fmt")
        # Without this it asks the network for a newer version of itself.
        env = process.scrubbed(self.environ, {"REGAL_DISABLE_VERSION_CHECK": "true", "GOTRACEBACK": "single"})
        argv = (str(self.tool.path), "lint", *flags, *paths)
        ran = process.run(Command(argv=argv, cwd=self.root, env=env, ok=_ANSWERS, timeout=_TIMEOUT_SECONDS))
        try:
            complaints = [_complaint(entry, self.root) for entry in json.loads(ran.stdout)["violations"]]
        except (ValueError, KeyError, TypeError) as error:
            raise process.failure(ran, "gave an answer that is not its report") from error
        return tuple(sorted(complaints, key=lambda one: (one.place.path, one.place.line, one.rule)))


def _complaint(entry: Mapping[str, object], root: Path) -> Complaint:
    location = entry["location"]
    if not isinstance(location, dict):
        raise TypeError(location)
    path = str(location["file"]).removeprefix(f"{root}/")
    place = Place(path, int(location["row"]), int(location["col"]))
    return Complaint(place=place, message=str(entry["description"]), rule=f"{entry['category']}/{entry['title']}")
