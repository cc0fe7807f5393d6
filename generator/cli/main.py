"""The entry point: a table of command names, loaded one by one so that `--help` stays below 100 ms."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Final

import click

from generator import __version__
from generator.cli.table import Table
from generator.errors import FleetgenError

COMMANDS: Final = {
    "init": "Start a fleet repository.",
    "new": "Add a cluster, environment, ring, group, region, profile, model, waiver or policy.",
    "import": "Make clusters from a CSV export.",
    "check": "Load, render, build and gate; write nothing.",
    "render": "Check, then replace output/.",
    "verify": "Prove that output/ equals its inputs and that all roots build.",
    "diff": "What changes against a committed state, by object and cluster.",
    "publish": "Commit (and push) output/ for the sites.",
    "explain": "Why a cluster, unit, value or code is as it is.",
    "show": "Every object of a cluster, in wave order.",
    "list": "Clusters, units, variants, policies, waivers or enforcement.",
    "policy": "Test, compare, export, try out and advance policies.",
    "bootstrap": "What a technician applies once at a site.",
    "rehearse": "A real site on this machine that pulls what is committed.",
    "tools": "Install and list kustomize, conftest and the others.",
    "schema": "The JSON Schema of a kind of document.",
}


@click.group(
    cls=Table,
    package="generator.cli",
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "--version", prog_name="fleetgen")
@click.option("-C", "--directory", default=".", metavar="DIR", help="Run as if started in DIR.")
@click.pass_context
def cli(ctx: click.Context, directory: str) -> None:
    """Desired state for fleets of edge Kubernetes clusters: from an inventory to a gated commit that each Argo CD pulls."""
    ctx.obj = directory


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 ok, 1 findings or differs, 2 usage or input, 3 tool or internal, 4 locked."""
    try:
        result = cli.main(args=argv, prog_name="fleetgen", standalone_mode=False)
    except (KeyboardInterrupt, click.exceptions.Abort):
        sys.stderr.write("interrupted; nothing was changed that is not complete\n")
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except FleetgenError as error:
        from generator.cli.output import report_error  # noqa: PLC0415 - only after an error

        return report_error(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the one broad handler: an unexpected failure is a bug, said so
        traceback.print_exc()
        sys.stderr.write(f"internal error in fleetgen {__version__}; please report the lines above with the command you ran\n")
        return 3
    return result if isinstance(result, int) else 0


def run() -> None:
    """Console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
