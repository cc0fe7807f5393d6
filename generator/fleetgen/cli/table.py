"""Groups of commands as tables of names: a command's module is imported when the command is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class CommandTable(click.Group):
    """Commands by name, each in a module of its own below `package`, so that `--help` loads none of them."""

    def __init__(self, *arguments: Any, package: str, table: Mapping[str, str], **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*arguments, **options)
        self._package = package
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - signature of the base class
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - signature of the base class
        if cmd_name not in self._table:
            return None
        name = "import_" if cmd_name == "import" else cmd_name  # a word that Python keeps for itself
        command = importlib.import_module(f"{self._package}.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - every module of the table has one
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - without loading the modules
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        from fleetgen.words import suggest  # noqa: PLC0415 - only for a wrong name

        if args and args[0] not in self._table and not args[0].startswith("-"):
            ctx.fail(f"there is no command '{args[0]}': {suggest(args[0], self._table)}")
        return super().resolve_command(ctx, args)
