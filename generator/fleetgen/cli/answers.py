"""What the commands that only read share: the format, the plan without tools, one way to print an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING

import click

from fleetgen import API_VERSION
from fleetgen.build.plan import Plan, plan_of
from fleetgen.cli import common, output
from fleetgen.inputs.run import Run

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

format_options = common.format_options(common.ANSWERS, "Format of the answer.")


def run_of(ctx: click.Context, format_: str, as_of: str | None = None) -> Run:
    """The run of a command without run options."""
    return common.run_of(ctx, format_=format_, no_cache=False, as_of=as_of, delivery_repo="", quiet=format_ == "json")


def plan(ctx: click.Context, format_: str) -> Plan:
    """Load and resolve; needs no tool."""
    return plan_of(run_of(ctx, format_))


def answer(format_: str, lines: Iterable[str], data: DataclassInstance | dict[str, object]) -> None:
    """Print an answer: lines for people or one JSON document."""
    if format_ == "json":
        content = asdict(data) if is_dataclass(data) else data
        output.data(json.dumps({"apiVersion": API_VERSION, **content}, indent=2, ensure_ascii=False))
        return
    for line in lines:
        output.data(line)


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as aligned columns; the first row is the header."""
    table = list(rows)
    widths = [max(len(row[index]) for row in table) for index in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
