"""fleetgen new"""

from __future__ import annotations

import click

from fleetgen.cli import common, output
from fleetgen.inputs.documents import library_components
from fleetgen.inputs.repository import Repository
from fleetgen.start.component import ComponentRequest, new_component
from fleetgen.start.new import KINDS, Addition, NewDocument, add, add_policy, write

_SOURCES = ("manifests", "chart", "version", "namespace")
_WAIVER = ("policy", "owner", "ticket", "reason", "agreed", "expires")
_POLICY = "policy"
_COMPONENT = "component"
_HELP = """Add a document of KIND called NAME: a commented file, checked before it is written.

The NAME of a policy is AREA/NAME. A new policy has tests and a constraint, finds almost nothing and passes every check.

A component is made from plain manifests (--manifests), from a Helm chart (--chart), or is a small example. fleetgen fills in
what it can derive; the command ends with what is left to do.
"""


@click.command("new", help=_HELP)
@click.argument("kind", type=click.Choice([*KINDS, _POLICY, _COMPONENT]))
@click.argument("name")
@click.option(
    "-e", "--environment", "environments", multiple=True, metavar="ENV", help="Environment that it belongs to or applies in."
)
@click.option("--ring", default="", help="Ring of a cluster; first ring of an environment.")
@click.option("--profile", default="", help="Hardware profile of a cluster.")
@click.option("--region", default="", help="Region of a cluster.")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="Labels that select a group's clusters.")
@click.option(
    "--repo-url", default="", metavar="URL", help="Repository that the sites of an environment pull from, or of a local chart."
)
@click.option("--manifests", default="", metavar="PATH", help="Component: folder or file of plain manifests.")
@click.option("--chart", default="", metavar="CHART", help="Component: a Helm chart as REPO/NAME, or its folder or archive.")
@click.option("--version", default="", help="Component: version of what is installed.")
@click.option("--namespace", default="", help="Component: its namespace (default: that of the manifests, else its name).")
@click.option("--policy", default="", help="Waiver: id of the policy or of one of its rules.")
@click.option("--owner", default="", help="Waiver: team that owns it.")
@click.option("--ticket", default="", help="Waiver: where it was agreed.")
@click.option("--reason", default="", help="Waiver: why it is acceptable for now.")
@click.option("--agreed", default="", metavar="DATE", help="Waiver: when it was agreed (default: today).")
@click.option("--expires", default="", metavar="DATE", help="Waiver: last day on which it holds.")
@click.option("--dry-run", is_flag=True, help="Print what would be written.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    kind: str,
    name: str,
    environments: tuple[str, ...],
    ring: str,
    profile: str,
    region: str,
    labels: tuple[str, ...],
    repo_url: str,
    dry_run: bool,
    **others: str,
) -> int:
    """See the help text."""
    if kind == _POLICY:
        return _policy(ctx, name, dry_run=dry_run)
    sources = {key: others[key] for key in _SOURCES}
    if kind == _COMPONENT:
        return _component(ctx, ComponentRequest(name=name, repo_url=repo_url, **sources), dry_run=dry_run)
    if given := [f"--{key}" for key, value in sources.items() if value]:
        raise click.UsageError(f"{', '.join(given)} goes with: new component")
    waiver = {key: others[key] for key in _WAIVER}
    waiver["agreed"] = waiver["agreed"] or common.day("").isoformat()
    _demand(kind, environments, {**waiver, "ring": ring, "label": "".join(labels), "repo-url": repo_url})
    repo = common.repository(ctx)
    pairs = tuple((key, value) for key, _, value in (label.partition("=") for label in labels))
    request = NewDocument(
        kind=KINDS[kind],
        name=name,
        environments=environments,
        ring=ring,
        profile=profile,
        region=region,
        repo_url=repo_url,
        labels=pairs,
        waiver=waiver,
    )
    addition = add(repo, library_components(repo) if kind == "model" else {}, request)
    _write(repo, addition, name, dry_run=dry_run)
    if kind == "group" and not environments:
        output.say(
            f"note: add {name} to spec.groups of the environments in which it applies; a later group overrides an earlier one"
        )
    return 0


def _policy(ctx: click.Context, name: str, *, dry_run: bool) -> int:
    repo = common.repository(ctx)
    addition = add_policy(repo, name)
    _write(repo, addition, name, dry_run=dry_run)
    folder = next(iter(addition.created)).rpartition("/")[0]
    output.say(f"next: write the rule and its tests, then run: fleetgen policy test {folder}")
    return 0


def _component(ctx: click.Context, request: ComponentRequest, *, dry_run: bool) -> int:
    if request.manifests and request.chart:
        raise click.UsageError("--manifests and --chart do not go together: say what the component is made of")
    repo = common.repository(ctx)
    made = new_component(repo, request)
    _write(repo, made.addition, request.name, dry_run=dry_run)
    for note in made.notes:
        output.say(f"note: {note}")
    output.say("next: read the files, and say in component.yaml what it does; then switch it on in a layer, for example in")
    output.say("fleet/defaults.yaml below spec.components (merge it with what stands there):\n")
    output.say("".join(f"    {line}\n" for line in made.layer.splitlines()))
    if made.registries:
        output.say(f"permit its images in spec.registries of the environments: {', '.join(made.registries)}")
    output.say("and run: fleetgen check")
    return 0


def _write(repo: Repository, addition: Addition, name: str, *, dry_run: bool) -> None:
    if dry_run:
        for text in addition.created.values():
            output.data(text.rstrip("\n"))
    else:
        write(repo, addition)
    verb = "would be " if dry_run else ""
    for path in addition.created:
        output.say(f"{path}: {verb}written")
    for path in addition.changed:
        output.say(f"{path}: {verb}changed to list {name}")


def _demand(kind: str, environments: tuple[str, ...], given: dict[str, str]) -> None:
    """Usage errors name the option that is missing."""
    needed = {"cluster": ("ring",), "group": ("label",), "environment": ("repo-url",), "waiver": _WAIVER}
    missing = [f"--{option}" for option in needed.get(kind, ()) if not given[option]]
    if kind in {"cluster", "ring"} and len(environments) != 1:
        missing.insert(0, "-e ENV (one)")
    if missing:
        raise click.UsageError(f"new {kind} needs {', '.join(missing)}")
