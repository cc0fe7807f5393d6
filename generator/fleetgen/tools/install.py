"""`python -m fleetgen.tools.install [--rehearse] NAME ...`: what `make` calls before there is a command line to call."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fleetgen.errors import ToolError
from fleetgen.tools import process
from fleetgen.tools.pins import ToolUse
from fleetgen.tools.toolchain import Toolchain, cache_folder

_CHECKOUT = Path(__file__).resolve().parents[3]


def main(names: list[str]) -> int:
    process.exit_on_sigterm()
    toolchain = Toolchain(library=_CHECKOUT, cache=cache_folder(os.environ), environ=os.environ, on_line=_say)
    try:
        for name in _wanted(toolchain, names):
            toolchain.need(name)
            if toolchain.pin(name).files:
                toolchain.files(name)
    except ToolError as error:
        for finding in error.findings:
            _say(f"error[{finding.code}]: {finding.message}" + (f"\n  fix: {finding.fix}" if finding.fix else ""))
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted; nothing half-built is left; the next run continues")
        return 130
    return 0


def _wanted(toolchain: Toolchain, names: list[str]) -> tuple[str, ...]:
    if names == ["--rehearse"]:
        return toolchain.names(use=ToolUse.REHEARSALS)
    return tuple(names) or toolchain.names(use=ToolUse.ORDINARY)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command's own messages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
