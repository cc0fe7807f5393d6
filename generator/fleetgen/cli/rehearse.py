"""fleetgen rehearse"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import click

from fleetgen.cli import common, output
from fleetgen.errors import InputError, ToolError, problem
from fleetgen.inputs.run import Run
from fleetgen.tools import process
from fleetgen.tools.git_cli import Git
from fleetgen.tools.toolchain import Toolchain

_HELP = """Start a real site for CLUSTER on this machine and let it pull the commit until everything is Synced and Healthy.

Runs etcd, the Kubernetes API server, controllers, scheduler, Gatekeeper and an Argo CD core as your own processes: no Docker,
no root, no network. kwok simulates nodes and Pods. Stand-ins of the same name and version replace Helm charts; they contain only
the definitions of custom resources. The exit code is 1 if the site does not get there or differs from what is committed.

The first run builds the programs (about 10 minutes on two cores): fleetgen tools install --rehearse
"""


@click.command("rehearse", help=_HELP)
@click.argument("cluster")
@click.option("--ref", default="HEAD", show_default=True, metavar="REF", help="The commit that the site pulls.")
@click.option(
    "--crds",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take definitions of custom resources from the YAML files below DIR where they are found there.",
)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep the site's files and logs in DIR, which must not exist yet.",
)
@click.option(
    "--timeout",
    default=600,
    show_default=True,
    metavar="SECONDS",
    type=click.IntRange(min=1),
    help="How long the site may take.",
)
@common.with_run
def command(run: Run, *, cluster: str, ref: str, crds: Path | None, keep: Path | None, timeout: int) -> int:
    """See the help text."""
    _need_packages()
    from fleetgen.rehearse import rehearsal, report  # noqa: PLC0415 - an optional part of the installation
    from fleetgen.rehearse.site import Options  # noqa: PLC0415 - as above

    process.exit_on_sigterm()
    commit = _commit(Git.open(run.repository.root, os.environ), ref)
    tools = rehearsal.BuiltTools(_toolchain(run))
    options = Options(folder=keep.absolute() if keep else None, on_event=report.live(output.say))
    with rehearsal.opened(run, tools, cluster, commit=commit, crds=crds, options=options) as site:
        result = rehearsal.rehearse(site, commit, timeout)
    if output.is_json():
        output.data(json.dumps(report.as_json(result), indent=2))
    else:
        output.data(report.text(result))
    if result.findings and not output.is_json():
        output.print_findings(result.findings, {})
    return 1 if result.findings else 0


def _commit(git: Git, ref: str) -> str:
    """The commit that the site pulls. Raises InputError E1305."""
    commit = git.resolve(ref)
    if commit is None:
        fix = "commit first: a site pulls commits" if ref == "HEAD" else "name a branch, tag or commit"
        raise InputError(problem("E1305", f"there is no commit '{ref}' in {git.root}", fix=fix))
    if git.is_shallow():
        fix = "run: git fetch --unshallow (in continuous integration, check out all history)"
        raise InputError(problem("E1305", f"{git.root} is a shallow clone, from which no site can fetch", fix=fix))
    if ref == "HEAD" and git.status():
        output.say(f"note: uncommitted changes are not rehearsed; the site pulls {commit[:12]}")
    return commit


def _toolchain(run: Run) -> Toolchain:
    return common.toolchain(run.repository)


def _need_packages() -> None:
    missing = [name for name in ("httpx", "psutil", "trustme") if importlib.util.find_spec(name) is None]
    if missing:
        fix = "pip install 'fleetgen[rehearse]'"
        raise ToolError(problem("E1305", f"a rehearsal needs the Python packages {', '.join(missing)}", fix=fix))
