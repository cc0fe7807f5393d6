"""fleetgen schema"""

from __future__ import annotations

import json

import click

from fleetgen.cli import common, output
from fleetgen.errors import InputError
from fleetgen.inputs.documents import document_schema, library_components, schema_kinds, settings_schema

_HELP = """Print the JSON Schema of a KIND of document, or of a component's settings (schema component NAME).

Without KIND, list the kinds. An editor checks a file as you type when its first line names the schema:

\b
  fleetgen schema Cluster > schemas/cluster.json
  # yaml-language-server: $schema=../../schemas/cluster.json
"""


@click.command("schema", help=_HELP)
@click.argument("kind", default="")
@click.argument("name", default="")
@click.pass_context
def command(ctx: click.Context, /, *, kind: str, name: str) -> int:
    """See the help text."""
    if not kind:
        for known in (*schema_kinds(), "component NAME"):
            output.data(known)
        return 0
    if (kind == "component") != bool(name):
        raise click.UsageError("use schema KIND or schema component NAME")
    try:
        components = library_components(common.repository(ctx))
    except InputError as error:
        if any(finding.code != "E1202" for finding in error.findings):
            raise
        components = library_components(None)
    schema = settings_schema(components, name) if name else document_schema(components, kind)
    output.data(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0
