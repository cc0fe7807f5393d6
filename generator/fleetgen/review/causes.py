"""The input files whose edits are behind a change."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fleetgen.inputs.committed_files import git_path
from fleetgen.inputs.run import Run
from fleetgen.model.blob import blob_ids
from fleetgen.model.change import Change
from fleetgen.model.fleet import Fleet
from fleetgen.model.variant import Variant
from fleetgen.tools.git_cli import Git


def changed_inputs(run: Run, git: Git, commit: str) -> frozenset[str]:
    """The input files that differ from those of a commit, came or went: paths below the root of the repository."""
    texts = {**run.inputs.inventory, **run.inputs.library}
    committed: dict[str, str] = {}
    for folder in sorted({path.split("/", 1)[0] for path in texts}):
        prefix = git_path(git, run.repository, folder).removesuffix(folder)
        committed |= {path.removeprefix(prefix): oid for path, oid in git.tree_files(commit, prefix + folder).items()}
    own = {path: text for path, text in texts.items() if path in committed or (run.repository.root / path).is_file()}
    ids = blob_ids(own, like=commit)
    return frozenset(path for path in {*ids, *committed} if committed.get(path) != ids.get(path))


def has_other_rules(run: Run, git: Git, commit: str) -> bool:
    """Whether an input that judges differs from that of a commit: policies and waivers, environments and what they say."""
    return any(map(is_rule, changed_inputs(run, git, commit)))


def is_rule(path: str) -> bool:
    """Whether changes are judged by a file, or by what follows from it."""
    return path.startswith("policies/") or (path.startswith("environments/") and "/rings/" not in path)


def causes_of(change: Change, variants: Collection[Variant], fleet: Fleet, edited: Collection[str]) -> tuple[str, ...]:
    """The edited files that the variants are made from; else those of the clusters; else all, for nothing else can be told."""
    own = {path for variant in variants for path in _sources(variant, fleet, edited)}
    return tuple(sorted(own or set(_documents(change, fleet)) & set(edited) or edited))


def _sources(variant: Variant, fleet: Fleet, edited: Collection[str]) -> Iterator[str]:
    """The edited files among the templates, releases, layers and documents of a variant."""
    name = variant.component.name
    folders = [f"templates/{name}/", f"policies/catalog/{name}/", "templates/_parts/"]
    folders += ["policies/rego/", "policies/constraints/"] if variant.component.installs else []
    documents = {layer.place.path for layer in variant.layers}
    for key, table in fleet.inputs.get(name, {}).items():
        if not variant.instance or key.rpartition("/")[2] == variant.instance:
            documents.add(table.origin.place.path)
    yield from (path for path in edited if path in documents or path.startswith(tuple(folders)))


def _documents(change: Change, fleet: Fleet) -> Iterator[str]:
    """The documents of the clusters themselves and of all their layers."""
    for key in change.clusters:
        cluster = fleet.clusters.get(key.name)
        if cluster:
            yield cluster.place.path
            yield from (layer.place.path for layer in cluster.layers)
