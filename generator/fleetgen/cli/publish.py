"""fleetgen publish"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from fleetgen.build import output_tree
from fleetgen.build.output_ids import output_ids
from fleetgen.cli import common, output
from fleetgen.deliver import publish
from fleetgen.deliver.check import check, sizes
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.words import count


@click.command("publish", help="Build and gate everything again, write output/ and commit only output/ for the sites.")
@click.option("-e", "--environment", "environments", multiple=True, metavar="ENV", help="Only this environment; needs --branch.")
@click.option("--branch", default="", metavar="B", help="Commit to this branch without checking it out.")
@click.option(
    "--push",
    "remote",
    default="",
    is_flag=False,
    flag_value="origin",
    metavar="[REMOTE]",
    help="Push afterwards (default remote: origin); never by force.",
)
@click.option("-m", "--message", default="", help="Subject of the commit.")
@click.option("--allow-removal", is_flag=True, help="Allow the removal of more units or clusters than the guards permit.")
@click.option("--allow-upgrade", is_flag=True, help="Allow changes of versions that running sites cannot take in one step.")
@click.option("--allow-uncommitted", is_flag=True, help="Publish even if inputs are not committed.")
@click.option("--dry-run", is_flag=True, help="Do everything except move the branch.")
@click.option("--lock-timeout", default=10.0, metavar="SECONDS", help="How long to wait for another run.")
@common.judged_options
@common.with_report
def command(run: Run, *, lock_timeout: float, **options: Any) -> int:  # noqa: ANN401 - the request's own fields
    """See the help text."""
    request = publish.PublishRequest(**options)
    if request.environments and not request.branch:
        raise click.UsageError("-e ENV needs --branch B: the checked-out branch always gets the whole tree")
    git = common.git(run.repository)
    with output_tree.locked(run.repository.root, lock_timeout) as state:
        # what a site has is what its branch has
        there = request.branch if request.branch and git.resolve(git.branch_ref(request.branch)) else ""
        run = replace(run, cache=Cache(None), gate_cache=Cache(None), base=run.base or there)
        checked = check(run)
        ids = output_ids(run.cache, checked.desired.files, like=git.resolve("HEAD") or "")
        published = publish.publish(run, git, checked, ids, request)
        if not request.branch and not request.dry_run:
            output_tree.replace(run.repository.root, OUTPUT, checked.approved.files, ids, state)
    output.print_findings(
        checked.approved.findings,
        {**sizes(checked), "ref": published.ref, "commit": published.commit, "pushed": published.pushed},
    )
    verb = "would commit" if request.dry_run else "committed"
    if published.commit:
        output.say(f"{verb} {published.commit[:12]} to {published.ref}: {count(published.files, 'file')}")
    else:
        output.say(f"{published.ref} is up to date; no commit made")
    if published.pushed:
        output.say(f"pushed to {request.remote}")
    return 0
