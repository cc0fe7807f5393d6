"""What a site must become, from the inputs of a commit, and whether that commit is something that sites can pull."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from fleetgen.build.desired_state import Desired, desired, select_cluster
from fleetgen.errors import GateFailed, InputError, problem
from fleetgen.inputs.repository import CONFIG, OUTPUT, Repository
from fleetgen.inputs.run import Run
from fleetgen.model.place import Place
from fleetgen.rehearse.crds import SiteDefinitions, definitions_in
from fleetgen.rehearse.programs import Tools
from fleetgen.rehearse.wanted import Wanted, wanted
from fleetgen.tools import git_serve
from fleetgen.tools.git_cli import Git

_ARGOCD_CRDS: Final = "manifests/crds"
_GATEKEEPER_CRDS: Final = "charts/gatekeeper/crds"
_REF: Final = "refs/heads/rehearsed"


def definitions(tools: Tools, folder: Path | None, made: Desired) -> SiteDefinitions:
    """CRDs from the user's folder, then from the tools' own modules."""
    own = [
        ("argocd module", tools.files("argocd") / _ARGOCD_CRDS),
        ("gatekeeper chart", tools.files("gatekeeper") / _GATEKEEPER_CRDS),
    ]
    declared = {(r.group, r.kind) for component in made.plan.fleet.components.values() for r in component.cluster_resources}
    found = SiteDefinitions([*([(str(folder), folder)] if folder else []), *own], declared)
    if found.empty and not found.problems:
        text = f"no file below {', '.join(found.empty)} defines a custom resource"
        raise InputError(problem("E1305", text, fix="name a folder with CustomResourceDefinitions in .yaml, .yml or .json files"))
    return found


def _made(run: Run, cluster: str) -> Desired:
    """Everything that is rendered. Raises InputError E0301, E1305 for a cluster that no site can be."""
    made = desired(run)
    resolved = made.plan.resolved
    spec = resolved.clusters[select_cluster(resolved, cluster)].spec
    if spec.lifecycle != "active":
        text = f"cluster '{cluster}' is {spec.lifecycle}; only active clusters have a folder that a site can pull"
        raise InputError(problem("E1305", text, fix="set spec.lifecycle: active, publish, and rehearse again"))
    return made


def _planned(tools: Tools, cluster: str, crds: Path | None, made: Desired) -> Wanted:
    found = definitions(tools, crds, made)
    plan = wanted(made, cluster, found, definitions_in(tools.files("argocd") / _ARGOCD_CRDS))
    if found.problems:
        raise InputError(found.problems)
    return plan


def committed(run: Run, tools: Tools, cluster: str, *, commit: str, crds: Path | None, folder: Path) -> Wanted:
    """What the cluster's site must become, from one commit, which is checked out below `folder` for the moment.

    InputError E1305 if sites find nothing there, GateFailed E0901 if what they find is not what its inputs render.
    """
    git = Git.open(run.repository.root, os.environ)
    inside = run.repository.root.resolve().relative_to(git.root.resolve())
    bare, files = folder / "fleet.git", folder / "files"
    folder.mkdir()
    try:
        git_serve.copy(git.root, commit, bare, _REF)
        git_serve.check_out(bare, _REF, files)
        if not (files / inside / CONFIG).is_file():
            text = f"commit {commit[:12]} has no {inside / CONFIG}"
            raise InputError(problem("E1305", text, fix="commit the fleet, or name a commit that has it with --ref"))
        there = replace(run, repository=Repository.find(files / inside))
        made = _made(there, cluster)
        _check_output(made, cluster, files, inside)
        return _planned(tools, cluster, crds, made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_output(made: Desired, cluster: str, files: Path, inside: Path) -> None:
    """Sites pull from the top of the repository, whatever folder the fleet is in."""
    key = made.plan.resolved.clusters[cluster].key
    delivery = made.deliveries[key.environment]
    here = inside / OUTPUT
    if not (files / delivery.path / key.folder).is_dir():
        text = f"sites pull {delivery.path}/{key.folder}, which is not in the commit"
        fix = "run: fleetgen publish"
        if (
            files / here / key.folder
        ).is_dir():  # the fleet is in a folder of its repository, and the environment does not say so
            fix = f"set spec.delivery.path of the environment to {here.as_posix()}, then publish again"
        raise InputError(problem("E1305", text, fix=fix))
    texts = {path: text for folder in _folders(made, cluster) for path, text in made.files.of(folder).items()}
    different = [path for path, text in sorted(texts.items()) if _read(files / delivery.path / path) != text]
    if different:
        text, fix = "is not what the inputs of this commit render", "run: fleetgen publish"
        raise GateFailed(problem("E0901", text, fix=fix, place=Place((here / path).as_posix())) for path in different)


def _folders(made: Desired, cluster: str) -> list[str]:
    """The folders below the output root that the cluster's Argo CD reads."""
    composed = made.composed
    folder = composed.clusters[cluster]
    units = [(key.folder, key.app_folder, composed.variants[key].base.folder) for key in folder.units]
    return [folder.key.folder, *(name for names in units for name in names)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
