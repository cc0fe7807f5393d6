"""fleetgen init"""

from __future__ import annotations

from pathlib import Path

import click

from fleetgen.cli import output
from fleetgen.inputs.files import place_files
from fleetgen.start.starter_fleet import starter_files

_NEXT = """next:
  cd {folder}
  git init -b main                 # if it is not a git repository yet
  fleetgen check                   # load, render, build, gate; writes nothing
  git add --all                    # publish builds on what is committed
  git commit -m "start the fleet"
  fleetgen publish -m "first"      # render output/ and commit it for the sites
replace delivery.repoURL in environments/*/environment.yaml by the repository that the sites pull from"""


@click.command("init", help="Start a fleet repository in DIR (default: here): 3 clusters, 2 environments, 2 rings.")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--repo-url", default="https://git.example.com/platform/fleet.git", metavar="URL", help="Repository that the sites pull from."
)
@click.pass_context
def command(ctx: click.Context, /, *, folder: str, repo_url: str) -> int:
    """See the help text."""
    root = Path(ctx.find_root().obj) / folder
    files = starter_files(repo_url)
    place_files(root.absolute(), files)
    for path in files:
        output.data(path)
    output.say(_NEXT.format(folder=root))
    return 0
