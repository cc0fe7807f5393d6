"""The entry point: a table of command names, loaded one by one so that `--help` stays below 100 ms."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from typing import Final

import click

from fleetgen import __version__
from fleetgen.cli.table import CommandTable
from fleetgen.errors import FleetgenError, ToolError, problem

COMMANDS: Final = {
    "init": "Start a fleet repository.",
    "new": "Add a cluster, environment, ring, group, region, profile, model, waiver, policy or component.",
    "import": "Make clusters from a CSV export.",
    "check": "Load, render, build and gate; write nothing.",
    "render": "Check, then replace output/.",
    "verify": "Verify that output/ matches its inputs and that every root builds.",
    "diff": "Show what changes in a committed state, by object and cluster.",
    "publish": "Commit (and push) output/ for the sites.",
    "explain": "Explain a cluster, unit, value or code.",
    "show": "Show every object of a cluster, in wave order.",
    "catalog": "Show what is known of versions, and plan the way to a newer one.",
    "list": "List clusters, units, components, variants, policies, waivers or enforcement.",
    "policy": "Test, compare, export, try and advance policies.",
    "library": "Copy parts of the builtin library in order to change them.",
    "bootstrap": "Print what a technician applies once at a site.",
    "rehearse": "Run a real site on this machine that pulls what is committed.",
    "cache": "Show and remove the results of earlier runs.",
    "tools": "Install and list kustomize, conftest and the others.",
    "schema": "Print the JSON Schema of a kind of document.",
}


@click.group(
    cls=CommandTable,
    package="fleetgen.cli",
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "--version", prog_name="fleetgen")
@click.option("-C", "--directory", default=".", metavar="DIR", help="Run as if started in DIR.")
@click.pass_context
def cli(ctx: click.Context, directory: str) -> None:
    """Desired state for fleets of edge Kubernetes clusters: from an inventory to a gated commit that each Argo CD pulls."""
    from fleetgen.cli.output import use_format  # noqa: PLC0415 - not for `--help`

    ctx.obj = directory
    use_format("text")  # what an earlier run in this process chose is not this run's choice


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 ok, 1 findings or differs, 2 usage or input, 3 tool or internal, 4 locked."""
    try:
        result = cli.main(args=argv, prog_name="fleetgen", standalone_mode=False)
    except (KeyboardInterrupt, click.exceptions.Abort):
        sys.stderr.write("interrupted; no change was left incomplete\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the one broad handler: an unexpected failure is a bug, said so
        return _failed(error)
    return result if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    """Say it; the exit code."""
    if isinstance(error, click.ClickException):
        error.show()
        return 2
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, OSError) and _is_of_the_machine(error):
        error = _refused_by_the_machine(error)
    if isinstance(error, FleetgenError):
        from fleetgen.cli.output import report_error  # noqa: PLC0415 - only after an error

        return report_error(error)
    traceback.print_exception(error)
    sys.stderr.write(f"internal error in fleetgen {__version__}; please report the lines above with the command you ran\n")
    return 3


# Errors of the system that are not our mistakes.
_OF_THE_MACHINE: Final = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENAMETOOLONG),
        *(errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM),
    }
)
_NO_TEMPORARY_FOLDER: Final = "No usable temporary directory found"


def _is_of_the_machine(error: OSError) -> bool:
    return error.errno in _OF_THE_MACHINE or _NO_TEMPORARY_FOLDER in str(error)


def _refused_by_the_machine(error: OSError) -> ToolError:
    """No space, no permission, a read-only folder: reported with the path, without a traceback."""
    path = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
    fix = "make the folder writable, or free some space; TMPDIR names another folder for temporary files"
    return ToolError(problem("E1205", f"{path}{error.strerror or error}", fix=fix))


def run() -> None:
    """Console script."""
    # A run makes many values and few cycles, and ends soon: looking for cycles 100 times less often saves a tenth of its time.
    gc.set_threshold(70_000, 10, 10)
    sys.exit(main())


if __name__ == "__main__":
    run()
