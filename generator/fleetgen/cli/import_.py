"""fleetgen import"""

from __future__ import annotations

from pathlib import Path

import click

from fleetgen.cli import answers, common, output
from fleetgen.errors import InputError, problem
from fleetgen.importing import import_clusters, render_documents
from fleetgen.inputs.documents import names_of
from fleetgen.inputs.files import place_files, shown_path
from fleetgen.inputs.repository import Repository
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.words import count
from fleetgen.yamlfile import parse

_HELP = """Make clusters from FILE, a table in CSV.

The mapping says which column sets which field (see: fleetgen schema ImportMapping). Every row becomes a cluster or a
problem with its row and column. If there is a problem, nothing is written. Without -o the documents go to stdout. Only a
file from an earlier import is replaced.
"""


@click.command("import", help=_HELP)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", required=True, metavar="M", type=click.Path(path_type=Path), help="The mapping, a YAML file.")
@click.option(
    "-o", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write here, for example fleet/clusters/stores.yaml."
)
@click.option("--dry-run", is_flag=True, help="Check everything; write nothing.")
@answers.format_options
@click.pass_context
def command(ctx: click.Context, /, *, file: Path, mapping: Path, target: Path | None, dry_run: bool, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    repo = common.repository(ctx)
    table_path, map_path = shown_path(repo.root, file), shown_path(repo.root, mapping)
    trees = parse(_text(mapping, map_path), map_path)
    if len(trees) != 1:
        raise InputError(problem("E1001", "the mapping must be one document", fix="keep one", place=Place(map_path)))
    taken = names_of(repo, "Cluster", without=shown_path(repo.root, target) if target else "")
    imported = import_clusters(_text(file, table_path), table_path, trees[0], taken)
    text = render_documents(imported)
    if target and not dry_run:
        _write(repo, target, text)
    if format_ == "json":
        output.print_findings(imported.problems, {"clusters": len(imported.documents)})
    else:
        if not target:
            output.data(text.rstrip("\n"))
        where = f"{'would be ' if dry_run else ''}written to {target}" if target else "on stdout"
        output.say(f"{count(len(imported.documents), 'cluster')} {where}")
    return 0


def _text(path: Path, shown: str) -> str:
    found: list[Finding] = []
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        found.append(problem("E0106", f"cannot be read: {error.strerror}", fix="check the path", place=Place(shown)))
    except UnicodeDecodeError:
        found.append(problem("E0106", "is not UTF-8", fix="export the table as UTF-8", place=Place(shown)))
    raise InputError(found)


def _write(repo: Repository, target: Path, text: str) -> None:
    """Only a file that an import made is replaced."""
    shown = shown_path(repo.root, target)
    if target.is_dir():
        fix = f"add a file name: -o {target / 'clusters.yaml'}"
        raise InputError(problem("E1204", "this is a folder, not a file", fix=fix, place=Place(shown)))
    if target.exists() and not target.read_text(encoding="utf-8", errors="replace").startswith("# Imported from "):
        fix = "choose another file; only a file from an earlier import is replaced"
        raise InputError(problem("E1204", "the file exists and was not made by an import", fix=fix, place=Place(shown)))
    place_files(target.absolute().parent, {target.name: text}, replace=True)
