"""fleetgen cache"""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import click

from fleetgen.cli import answers, output
from fleetgen.errors import ToolError, problem
from fleetgen.inputs.cache import limit_of, results_folder
from fleetgen.inputs.cache_file import CacheFile, StageUse
from fleetgen.tools.toolchain import cache_folder
from fleetgen.words import count

_SECONDS: Final = {"h": 3600, "d": 86400, "w": 7 * 86400}


@click.group("cache", help="Show and remove the results of earlier runs. Tools in the same folder stay.")
def command() -> None:
    """See the help text."""


@command.command("show", help="Show the folder, its size and limit, and the results of each stage.")
@answers.format_options
def show(*, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    file = _file()
    stages = file.usage()
    size = file.disk_size()
    data: dict[str, object] = {
        "folder": str(file.folder),
        "size": size,
        "limit": file.limit,
        "failure": "" if file.is_usable else file.failure,
        "entries": sum(each.entries for each in stages),
        "stages": [asdict(each) | {"oldest": _moment(each.oldest), "newest": _moment(each.newest)} for each in stages],
    }
    lines = [f"folder  {file.folder}", f"size    {_bytes(size)} of at most {_bytes(file.limit)}"]
    if not file.is_usable:
        lines.append(f"state   not used: {file.failure}")
    answers.answer(format_, [*lines, *_table(stages)], data)
    return 0


@command.command("clear", help="Remove results; the next run computes them again.")
@click.option("--stage", default="", metavar="STAGE", help="Only results of this stage, as `fleetgen cache show` lists it.")
@click.option("--older-than", default="", metavar="AGE", help="Only results that were not used for this long: 12h, 30d, 8w.")
@answers.format_options
def clear(*, stage: str, older_than: str, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    unused_for = _age(older_than) if older_than else None
    file = _file()
    removed = file.clear(stage, unused_for)
    if removed is None:
        fix = "wait for other runs, make the folder writable for you alone, or remove it"
        raise ToolError(problem("E1205", f"{file.folder}: nothing was removed: {file.failure}", fix=fix))
    size = file.disk_size()
    answers.answer(format_, [f"{count(removed, 'result')} removed; {_bytes(size)} left"], {"removed": removed, "size": size})
    return 0


def _file() -> CacheFile:
    return CacheFile(results_folder(cache_folder(os.environ)), limit_of(os.environ))


def _table(stages: tuple[StageUse, ...]) -> list[str]:
    if not stages:
        return []
    rows = [(each.stage, str(each.entries), _bytes(each.size), _moment(each.oldest), _moment(each.newest)) for each in stages]
    return ["", *answers.columns([("STAGE", "ENTRIES", "SIZE", "OLDEST USE", "NEWEST USE"), *rows])]


def _bytes(size: int) -> str:
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _age(text: str) -> float:
    found = re.fullmatch(r"(\d+)([hdw])", text)
    if not found:
        raise click.UsageError(f"--older-than {text}: write it as 12h, 30d or 8w")
    return int(found[1]) * _SECONDS[found[2]]
