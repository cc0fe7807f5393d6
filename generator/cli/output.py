"""Printing: data to stdout, messages to stderr, colour and progress only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TextIO, cast

from generator.errors import FleetgenError
from generator.model.finding import Finding, Severity
from generator.model.plain import JsonObject
from generator.report import json_report, text

_format = {"format": "text"}
_EVERY_SECONDS = 10.0


def use_format(name: str) -> None:
    """Remember the format for errors that reach `main`."""
    _format["format"] = name


def is_json() -> bool:
    """Whether the user asked for JSON."""
    return _format["format"] == "json"


def wants_colour(stream: TextIO) -> bool:
    """A terminal, and nobody said NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def report_error(error: FleetgenError) -> int:
    """Print all findings of a failed run; returns its exit code."""
    print_findings(error.findings, {})
    return error.exit_code


def print_findings(findings: Sequence[Finding], summary: JsonObject) -> None:
    """Findings in the chosen format: JSON to stdout, text to stderr with a count of errors at the end."""
    if _format["format"] == "json":
        sys.stdout.write(json_report.document(findings, summary))
        return
    for finding in findings:
        sys.stderr.write(text.finding_lines(finding, colour=wants_colour(sys.stderr)) + "\n")
    if any(finding.severity is not Severity.NOTE for finding in findings):
        sys.stderr.write(text.summary(findings) + "\n")


def say(line: str) -> None:
    """A message for people, on stderr; silent in JSON."""
    if _format["format"] != "json":
        sys.stderr.write(line + "\n")


def data(line: str) -> None:
    """A line of data, on stdout."""
    sys.stdout.write(line + "\n")


def progress(*, quiet: bool) -> Callable[[str, int, int], None]:
    """Rewrites one line on a terminal; elsewhere a plain line when a step takes longer than some seconds."""
    started = time.monotonic()
    last = {"line": started, "width": 0.0}
    live = sys.stderr.isatty() and not quiet and _format["format"] != "json"

    def show(what: str, done: int, total: int) -> None:
        if quiet or _format["format"] == "json":
            return
        if live:
            line = f"{what} {done}/{total}" if done < total else ""
            sys.stderr.write("\r" + line.ljust(int(last["width"])) + ("\r" if not line else ""))
            sys.stderr.flush()
            last["width"] = float(len(line))
        elif done < total and time.monotonic() - last["line"] > _EVERY_SECONDS:
            last["line"] = time.monotonic()
            sys.stderr.write(f"{what} {done}/{total}\n")

    return show


def described(size: JsonObject) -> str:
    """One line about the size of what was checked, and one for each setting that its component has told."""
    variants = f"{size['variants']} variants ({size['distinct']} distinct)"
    lines = [f"{size['clusters']} clusters, {variants}, {size['objects']} objects, {size['files']} files"]
    for name, told in cast("dict[str, dict[str, list[str]]]", size["stated"]).items():
        lines.append(f"{name}: " + ", ".join(f"{each} {' and '.join(values)}" for each, values in told.items()))
    return "\n".join(lines)
