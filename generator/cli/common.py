"""What most commands share: options, the repository, the tools."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click

from generator.cli import output
from generator.errors import InputError, problem
from generator.library import builtin_root
from generator.pipeline.desired import Settings
from generator.pipeline.memo import Memo
from generator.pipeline.repository import Repository
from generator.stages.build import Builder
from generator.stages.gate import PolicyEngine
from generator.tools.conftest_cli import ConftestCli
from generator.tools.git_cli import Git
from generator.tools.kustomize_cli import KustomizeCli
from generator.tools.toolchain import Toolchain, cache_folder

F = TypeVar("F", bound=Callable[..., object])


def run_options(function: F) -> F:
    """Options of every command that runs the pipeline."""
    for option in reversed(
        (
            click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Form of the report."),
            click.option("--json", "format_", flag_value="json", help="The same as --format json."),
            click.option("--no-cache", is_flag=True, help="Compute everything anew."),
            click.option("--as-of", metavar="DATE", help="Judge dates as of DATE (default: today)."),
            click.option(
                "--delivery-repo", metavar="URL", default="", help="Pull from URL instead of the environments' delivery.repoURL."
            ),
            click.option("-q", "--quiet", is_flag=True, help="No progress, no notes."),
        )
    ):
        function = option(function)
    return function


def with_settings(function: Callable[..., int]) -> Callable[..., int]:
    """The shared options; the command gets them as one `settings` value."""

    @run_options
    @click.pass_context
    @wraps(function)
    def wrapped(ctx: click.Context, /, **options: object) -> int:
        as_of = options.pop("as_of")
        made = settings(
            ctx,
            format_=str(options.pop("format_")),
            no_cache=bool(options.pop("no_cache")),
            as_of=str(as_of) if as_of else None,
            delivery_repo=str(options.pop("delivery_repo")),
            quiet=bool(options.pop("quiet")),
        )
        return function(made, **options)

    return wrapped


def repository(ctx: click.Context) -> Repository:
    """The repository that -C or the current folder lies in."""
    return Repository.find(Path(ctx.find_root().obj))


def toolchain(repo: Repository | None) -> Toolchain:
    """Where the binaries come from."""
    configured = {name: (repo.root / path) for name, path in repo.config.tools.items()} if repo else {}
    return Toolchain(
        library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ, configured=configured, on_line=output.say
    )


def settings(
    ctx: click.Context, /, *, format_: str, no_cache: bool, as_of: str | None, delivery_repo: str, quiet: bool
) -> Settings:
    """The settings of a run."""
    output.use_format(format_)
    repo = repository(ctx)
    tools = toolchain(repo)
    jobs = os.cpu_count() or 1

    def builder() -> Builder:
        return KustomizeCli(tool=tools.need("kustomize"), environ=os.environ, jobs=jobs)

    def engine() -> PolicyEngine:
        capabilities = builtin_root() / "policies" / "capabilities.json"
        return ConftestCli(tool=tools.need("conftest"), capabilities=capabilities, environ=os.environ, jobs=jobs)

    memo = Memo(None if no_cache else cache_folder(os.environ))
    return Settings(
        repository=repo,
        memo=memo,
        gate_memo=memo,
        builder=builder,
        engine=engine,
        as_of=day(as_of or repo.config.as_of),
        delivery_repo=delivery_repo,
        progress=output.progress(quiet=quiet),
    )


def day(text: str) -> date:
    """A date option; empty means today (UTC, so that two people get the same verdict)."""
    if not text:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(problem("E1201", f"'{text}' is not a date", fix="write it as 2026-12-31")) from error


def git(repo: Repository) -> Git:
    """Git on the repository that holds the fleet."""
    return Git.open(repo.root, os.environ)
