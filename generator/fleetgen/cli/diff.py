"""fleetgen diff"""

from __future__ import annotations

import sys
from typing import Final

import click

from fleetgen.cli import common, output
from fleetgen.errors import InputError, problem
from fleetgen.inputs.run import Run
from fleetgen.report.review_formats import REVIEW_FORMATS
from fleetgen.review.diff import review_since

_REFUSED: Final = 5


@click.command("diff")
@click.argument("ref", default="HEAD")
@common.with_review
def command(run: Run, *, ref: str, format_: str) -> int:
    r"""Show what the inputs of the working tree change in the committed output of REF (default: HEAD), by object.

    \b
    Exit codes: 0 nothing changes; 1 something changes; 5 the change is refused, but shown;
    others as for every command.
    """
    git = common.git(run.repository)
    commit = git.resolve(ref)
    if commit is None:
        raise InputError(problem("E0903", f"there is no commit '{ref}'", fix="name a branch, tag or commit of this repository"))
    review = review_since(run, git, ref, commit)
    sys.stdout.write(REVIEW_FORMATS[format_](review))
    if review.refusal:
        output.say("this change is refused:")
        output.say_findings(review.refusal)
        return _REFUSED
    return 0 if review.is_empty else 1
