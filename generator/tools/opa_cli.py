"""The real opa: checks, tests and inspects Rego while it is written. The gate itself does not need it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from generator.model.plain import Json
from generator.tools import process
from generator.tools.process import Command, Ran
from generator.tools.toolchain import Tool

# 1: errors in the Rego or a failed test; 2: also tests that failed or errored, by version.
_ANSWERS = frozenset({0, 1, 2})
_TIMEOUT_SECONDS = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaCli:
    """Paths are relative to `root`, where opa runs."""

    tool: Tool
    root: Path
    environ: Mapping[str, str] = field(repr=False)

    def check(self, paths: Sequence[str], *, capabilities: Path | None = None) -> Ran:
        """`opa check --strict`: code 0, or the errors on stderr."""
        flags = ("--capabilities", str(capabilities)) if capabilities else ()
        return self._run("check", "--strict", *flags, "--", *paths)

    def test(self, paths: Sequence[str], *, coverage: bool = False) -> Ran:
        """`opa test`: JSON on stdout, one entry a test, or the coverage report."""
        flags = ("--coverage",) if coverage else ()
        return self._run("test", "--format", "json", "--fail-on-empty", *flags, "--", *paths)

    def parse(self, path: str) -> Json:
        """The syntax tree with its annotations. ToolError E1103 with opa's words if it does not parse."""
        return self._json("parse", "--format", "json", "--json-include", "locations,comments", "--", path)

    def annotations(self, path: str) -> Json:
        """`opa inspect -a`: every METADATA block below `path`."""
        return self._json("inspect", "--annotations", "--format", "json", "--", path)

    def unformatted(self, paths: Sequence[str]) -> tuple[str, ...]:
        """The files that `opa fmt` would write differently."""
        return tuple(self._run("fmt", "--list", "--", *paths).out.split())

    def _json(self, *arguments: str) -> Json:
        ran = self._run(*arguments)
        if ran.code != 0:
            raise process.failure(ran)
        return cast("Json", json.loads(ran.stdout))

    def _run(self, *arguments: str) -> Ran:
        env = process.scrubbed(self.environ, {"GOTRACEBACK": "single"})
        argv = (str(self.tool.path), *arguments)
        return process.run(Command(argv=argv, cwd=self.root, env=env, ok=_ANSWERS, timeout=_TIMEOUT_SECONDS))
