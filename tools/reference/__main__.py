"""`python -m tools.reference FOLDER` writes docs/reference/ again from the code."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fleetgen import library
from fleetgen.answers.error_pages import page
from fleetgen.cli.main import COMMANDS, cli
from fleetgen.errors import CODES, RETIRED, InputError
from fleetgen.inputs.files import read_tree
from fleetgen.library import COMPONENTS
from fleetgen.model.finding import Finding
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.metadata import read_policies
from fleetgen.stages.load import components
from tools.reference import pages, support

_WIDTH = 100


def reference_pages() -> dict[str, str]:
    """File name -> text of every page of the reference."""
    problems: list[Finding] = []
    files = read_tree(library.builtin_root(), library.FOLDERS, problems)
    found = components.read({path: text for path, text in files.items() if path.startswith(COMPONENTS)}, problems)
    if problems:
        raise InputError(problems)
    policies = read_policies({path: text for path, text in files.items() if path.startswith("policies/rego/")})
    rules = {path: text for path, text in files.items() if path.startswith("policies/constraints/")}
    environments = [path.name for path in (library.builtin_root() / "environments").glob("*")]
    constraints = read_constraints(rules, policies, environments)
    return {
        "commands.md": commands(),
        "components.md": pages.components(found.values()),
        "errors.md": pages.errors([page(code) for code in CODES], RETIRED),
        "kinds.md": pages.kinds(found.values()),
        "policies.md": pages.policies(policies.values(), constraints),
        "support.md": pages.MADE + "\n" + support.page(found.values()),
    }


def commands() -> str:
    """docs/reference/commands.md: what `--help` prints, of every command."""
    parts = [pages.MADE, "# Commands\n", _help(cli, "fleetgen")]
    with click.Context(cli, info_name="fleetgen") as parent:
        for name in COMMANDS:
            command = cli.get_command(parent, name)
            if command is not None:
                parts += [f"## {name}\n", *_command(command, name, parent)]
    return "\n".join(parts)


def _command(command: click.Command, name: str, parent: click.Context) -> list[str]:
    parts = [_help(command, name, parent)]
    if isinstance(command, click.Group):
        with click.Context(command, info_name=name, parent=parent) as context:
            for inner in command.list_commands(context):
                child = command.get_command(context, inner)
                if child is not None:
                    parts += [f"### {name} {inner}\n", *_command(child, inner, context)]
    return parts


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> str:
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    return f"```\n{command.get_help(context)}\n```\n"


def main(folder: str) -> int:
    """Write the pages; returns 0."""
    for name, text in reference_pages().items():
        target = Path(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
