"""Printing: data to stdout, messages to stderr, colour and progress only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TextIO, cast

import click

from fleetgen.cli.progress import ERASE, PlainLines, StatusLine, is_live, silent
from fleetgen.errors import FleetgenError, GateFailed, InputError, problem
from fleetgen.inputs.timings import StageTiming, table_text
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Policy
from fleetgen.report import text
from fleetgen.report.formats import FORMATS
from fleetgen.report.report import Report
from fleetgen.words import count, listed

# formats whose standard output is a log for people, so that messages may stand beside it
_FOR_PEOPLE: Final = ("text", "github")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What reports say beside the findings: the policies by id, and where places are counted from (see `Report.prefix`)."""

    policies: Mapping[str, Policy] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the user asked for: the format of standard output, files as (format, path), and whether text leaves out notes."""

    format: str = "text"
    quiet: bool = False
    files: tuple[tuple[str, Path], ...] = ()
    about: Callable[[], About] = About


_chosen = {"choice": Choice()}


def use_format(name: str) -> None:
    """Remember the format for errors that reach `main`."""
    use(Choice(format=name))


def use(choice: Choice) -> None:
    """As `use_format`, with files and with what reports need to know."""
    _chosen["choice"] = choice


def describe(about: Callable[[], About]) -> None:
    """Where the reports of this run find their policies; asked only when a report is printed."""
    _chosen["choice"] = replace(_chosen["choice"], about=about)


def is_json() -> bool:
    """Whether the user asked for JSON."""
    return _chosen["choice"].format == "json"


def is_for_people() -> bool:
    """Whether messages may stand beside the report."""
    return _chosen["choice"].format in _FOR_PEOPLE


def wants_colour(stream: TextIO) -> bool:
    """A terminal, and nobody said NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def report_error(error: FleetgenError) -> int:
    """Print all findings of a failed run; returns its exit code."""
    try:
        print_findings(error.findings, {}, judged=isinstance(error, GateFailed), exit_code=error.exit_code)
    except InputError as unwritable:  # the report could not be written: what it would have said must not be lost
        _print_text([*dict.fromkeys((*error.findings, *unwritable.findings))])
    return error.exit_code


def print_findings(findings: Sequence[Finding], summary: JsonObject, *, judged: bool = True, exit_code: int = 0) -> None:
    """Findings in the chosen formats: reports to stdout or their files, text to stderr with a count of errors at the end.

    `judged` says whether the gate had a verdict. Raises InputError E1201 for a file that cannot be written.
    """
    choice = _chosen["choice"]
    report = Report(findings=findings, summary=summary, judged=judged, exit_code=exit_code)
    if choice.files or choice.format not in {"text", "json"}:
        about = choice.about()
        report = replace(report, policies=about.policies, prefix=about.prefix)
    for name, path in choice.files:
        _write(path, FORMATS[name](report))
    if choice.format in FORMATS and choice.format != "text":
        sys.stdout.write(FORMATS[choice.format](report))
    else:
        _print_text(findings)


def _print_text(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if _chosen["choice"].quiet and finding.severity is Severity.NOTE:
            continue
        sys.stderr.write(text.finding_lines(finding, colour=wants_colour(sys.stderr)) + "\n")
    if any(finding.severity is not Severity.NOTE for finding in findings):
        sys.stderr.write(text.summary(findings) + "\n")


def _write(path: Path, content: str) -> None:
    """Write the whole report or nothing: a partial report would be uploaded as if it were complete."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(content, encoding="utf-8", errors="backslashreplace")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        fix = "name a file in a folder that exists and may be written"
        raise InputError(problem("E1201", f"the report cannot be written to {path}: {error.strerror}", fix=fix)) from error


def say(line: str) -> None:
    """Print a message for people on stderr, unless standard output is for programs."""
    if is_for_people():
        sys.stderr.write((ERASE if is_live(sys.stderr) else "") + line + "\n")


def say_findings(findings: Sequence[Finding]) -> None:
    """Print findings for people on stderr, unless standard output is for programs, which has them."""
    if is_for_people():
        _print_text(findings)


def data(line: str) -> None:
    """A line of data, on stdout."""
    sys.stdout.write(line + "\n")


def print_timings(stages: Sequence[StageTiming]) -> None:
    """On stderr, also beside a report for programs: a table for people, JSON for programs."""
    if is_for_people():
        say(table_text(stages).removesuffix("\n"))
    else:
        sys.stderr.write(json.dumps({"timings": [stage.as_data() for stage in stages]}) + "\n")


def progress(ctx: click.Context, *, quiet: bool) -> Callable[[str, int, int], None]:
    """Shows how far a run is, until its command ends: a moving line on a terminal, plain lines elsewhere, or nothing."""
    if quiet or not is_for_people():
        return silent
    if not is_live(sys.stderr):
        return PlainLines(sys.stderr)
    line = StatusLine(sys.stderr)
    ctx.call_on_close(line.close)
    return line


def described(size: JsonObject) -> str:
    """One line about the size of what was checked, and one for each setting that its component has told."""
    numbers = cast("dict[str, int]", size)
    clusters, variants, objects, files = (count(numbers[f"{noun}s"], noun) for noun in ("cluster", "variant", "object", "file"))
    lines = [f"{clusters}, {variants} ({numbers['distinct']} distinct), {objects}, {files}"]
    for name, told in cast("dict[str, dict[str, list[str]]]", size["stated"]).items():
        lines.append(f"{name}: " + ", ".join(f"{each} {listed(values)}" for each, values in told.items()))
    return "\n".join(lines)
