"""What most commands share: options, the repository, the tools."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from fleetgen.cli import output
from fleetgen.errors import InputError, ToolError, problem
from fleetgen.inputs.cache import Cache, cache_of, limit_of
from fleetgen.inputs.repository import Repository, checkout_prefix
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import Timings
from fleetgen.library import builtin_root
from fleetgen.report.formats import FORMATS
from fleetgen.tools.executor import Executor, LocalExecutor
from fleetgen.tools.git_cli import Git
from fleetgen.tools.toolchain import Toolchain, cache_folder
from fleetgen.words import suggest

if TYPE_CHECKING:
    from fleetgen.stages.build import Builder
    from fleetgen.stages.gate import PolicyEngine

F = TypeVar("F", bound=Callable[..., object])


ANSWERS: Final = ("text", "json")
REVIEWS: Final = ("text", "markdown", "json", "html")
SCOPES: Final = ("object", "cluster", "fleet")


def format_options(formats: Sequence[str], shown: str) -> Callable[[F], F]:
    """`--format` and `--json`."""

    def add(function: F) -> F:
        function = click.option("--json", "format_", flag_value="json", help="The same as --format json.")(function)
        return click.option("--format", "format_", type=click.Choice(formats), default="text", help=shown)(function)

    return add


_RUN_OPTIONS: Final = (
    click.option("--no-cache", is_flag=True, help="Compute everything again; do not use the cache."),
    click.option("--as-of", metavar="DATE", help="Judge dates as of DATE (default: today)."),
    click.option(
        "--delivery-repo", metavar="URL", default="", help="Pull from URL, not from the environments' delivery.repoURL."
    ),
    click.option(
        "--executor",
        metavar="WHERE",
        default="local",
        help="Build and judge in processes of this machine (local, the default), or on a Dask cluster: dask:ADDRESS.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress, no notes."),
    click.option("--timings", is_flag=True, help="Print on stderr where the time went: a table, or JSON with --json."),
)
_JUDGED: Final = (
    click.option(
        "--policies-from",
        default="",
        metavar="REF",
        help="Judge by the policies and waivers of REF, for example the protected branch, and report what the change loosens.",
    ),
    click.option(
        "--base",
        default="",
        metavar="REF",
        help="Commit that the change starts from; expired waivers depend on it (default: --policies-from, else HEAD).",
    ),
)
_FILES: Final = click.option(
    "-o",
    "--output",
    "files",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the report to FILE; repeatable. FORMAT=FILE adds one of another format.",
)


def run_options(function: F) -> F:
    """Options of every command that runs the pipeline."""
    return _with(function, (format_options(ANSWERS, "Format of the report."), *_RUN_OPTIONS))


def report_options(function: F) -> F:
    """As `run_options`, for commands whose answer are findings: every format of reports, and files."""
    return _with(function, (format_options(tuple(FORMATS), "Format of the report."), _FILES, *_RUN_OPTIONS))


def judged_options(function: F) -> F:
    """Options of commands that gate the fleet: by whose policies, and against what."""
    return _with(function, _JUDGED)


def _with(function: F, options: Sequence[Callable[[F], F]]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def with_run(function: Callable[..., int]) -> Callable[..., int]:
    """The shared options; the command gets them as one `run` value."""
    return run_options(_settled(function))


def with_review(function: Callable[..., int]) -> Callable[..., int]:
    """As `with_run`, with the formats of reviews; the command gets the chosen one."""

    @click.pass_context
    @wraps(function)
    def wrapped(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - the shared options, and the command's own
        shared = {name: options.pop(name) for name in _SHARED if name in options}
        return function(run_of(ctx, **shared), format_=shared["format_"], **options)

    return _with(wrapped, (format_options(REVIEWS, "Format of the review."), *_RUN_OPTIONS))


def with_report(function: Callable[..., int]) -> Callable[..., int]:
    """As `with_run`, with `report_options`."""
    return report_options(_settled(function))


def _settled(function: Callable[..., int]) -> Callable[..., int]:
    @click.pass_context
    @wraps(function)
    def wrapped(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - the shared options, and the command's own
        shared = {name: options.pop(name) for name in _SHARED if name in options}
        return function(run_of(ctx, **shared), **options)

    return wrapped


def repository(ctx: click.Context) -> Repository:
    """The repository that -C or the current folder lies in."""
    return Repository.find(Path(ctx.find_root().obj))


def repository_if_any(ctx: click.Context) -> Repository | None:
    """As `repository`, for commands that work outside of one; a broken fleetgen.toml is still an error."""
    try:
        return repository(ctx)
    except InputError as error:
        if any(finding.place and finding.place.path.endswith("fleetgen.toml") for finding in error.findings):
            raise
        return None


def toolchain(repo: Repository | None) -> Toolchain:
    """Where the binaries come from."""
    configured = {name: (repo.root / path) for name, path in repo.config.tools.items()} if repo else {}
    return Toolchain(
        library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ, configured=configured, on_line=output.say
    )


_SHARED: Final = (
    "format_",
    "files",
    "no_cache",
    "as_of",
    "delivery_repo",
    "executor",
    "quiet",
    "timings",
    "policies_from",
    "base",
)


def run_of(
    ctx: click.Context,
    /,
    *,
    format_: str,
    no_cache: bool,
    as_of: str | None,
    delivery_repo: str,
    quiet: bool,
    executor: str = "local",
    timings: bool = False,
    files: Sequence[str] = (),
    policies_from: str = "",
    base: str = "",
) -> Run:
    """What the options say, with the real tools."""
    output.use(replace(choice(format_, files), quiet=quiet))
    repo = repository(ctx)
    tools = toolchain(repo)
    chosen = executor_of(executor)
    progress = output.progress(ctx, quiet=quiet)

    def builder() -> Builder:
        from fleetgen.tools.kustomize_cli import KustomizeCli  # noqa: PLC0415 - not needed where nothing is built

        return KustomizeCli(
            tool=tools.need("kustomize"),
            executor=chosen(),
            on_built=lambda done, total: progress("build", done, total),
        )

    kept = cache_for(tools, no_cache=no_cache)
    run = Run(
        repository=repo,
        cache=kept,
        gate_cache=kept,
        builder=builder,
        engine=lambda: engine(tools, chosen),
        as_of=day(as_of or repo.config.as_of),
        git=lambda: git_if_any(repo),
        delivery_repo=delivery_repo,
        policies_from=policies_from,
        base=base,
        progress=progress,
        timings=timings_of(ctx, kept, wanted=timings),
    )
    output.describe(lambda: about(lambda: run.inputs.library, repo.root))
    return run


def timings_of(ctx: click.Context, kept: Cache, *, wanted: bool) -> Timings:
    """Where the time of a run goes; printed when its command ends, if that is wanted."""
    timings = Timings(lambda: _lookups(kept))
    if wanted:
        ctx.call_on_close(lambda: output.print_timings(timings.table()))
    return timings


def _lookups(kept: Cache) -> tuple[int, int]:
    known = kept.stats.values()
    return sum(each.hits for each in known), sum(each.misses for each in known)


def cache_for(tools: Toolchain, *, no_cache: bool) -> Cache:
    """The user's cache, or one that forgets."""
    return Cache(None) if no_cache else cache_of(tools, limit_of(os.environ))


def engine(tools: Toolchain, executor: Callable[[], Executor]) -> PolicyEngine:
    """The real conftest."""
    from fleetgen.tools.conftest_cli import ConftestCli  # noqa: PLC0415 - not needed where nothing is judged

    capabilities = builtin_root() / "policies" / "capabilities.json"
    return ConftestCli(tool=tools.need("conftest"), capabilities=capabilities, executor=executor())


def executor_of(where: str) -> Callable[[], Executor]:
    """What `--executor` says, made when there is work. Raises InputError E1201, ToolError E1401."""
    if where == "local":
        return lambda: LocalExecutor(environ=os.environ, jobs=os.cpu_count() or 1)
    kind, _, address = where.partition(":")
    if kind != "dask" or not address:
        fix = "write local, or dask: and the address of a scheduler, for example dask:tcp://scheduler.example.com:8786"
        raise InputError(problem("E1201", f"--executor: there is no executor '{where}'", fix=fix))
    if find_spec("distributed") is None:
        fix = "pip install 'fleetgen[dask]'"
        raise ToolError(problem("E1401", "--executor dask needs the Python package distributed", fix=fix))

    def cluster() -> Executor:
        from fleetgen.tools.dask_cluster import DaskExecutor  # noqa: PLC0415 - an optional part of the installation, half a second

        return DaskExecutor(address=address)

    return cluster


def choice(format_: str, files: Sequence[str]) -> output.Choice:
    """What `--format` and `-o` say. A file without a format gets the report that stdout would have got; stdout is text then."""
    wanted: list[tuple[str, Path]] = []
    plain = False
    for given in files:
        name, found, path = given.partition("=")
        if found and name.isalpha():
            if name not in FORMATS:
                raise click.UsageError(f"-o {given}: there is no format '{name}': {suggest(name, FORMATS)}")
            wanted.append((name, Path(path)))
        else:
            plain = True
            wanted.append((format_, Path(given)))
    return output.Choice(format="text" if plain else format_, files=tuple(wanted))


def about(read: Callable[[], Mapping[str, str]], places: Path, scopes: Collection[str] = SCOPES) -> output.About:
    """For reports whose places count from the folder `places` and whose gate judges policies of these scopes.

    `read` gives the files of the library. A repository whose policies cannot be read has no finding of a policy: the report then
    says what is wrong with them.
    """
    from fleetgen.inputs.rules import policies_of  # noqa: PLC0415 - only for reports

    with suppress(InputError):
        found = policies_of(read()).values()
        policies = {policy.id: policy for policy in found if policy.scope in scopes and policy.where != "cluster"}
        return output.About(policies=policies, prefix=checkout_prefix(places))
    return output.About(prefix=checkout_prefix(places))


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


def git_if_any(repo: Repository) -> Git | None:
    """As `git`; None outside of a git repository."""
    try:
        return git(repo)
    except InputError:
        return None
