"""`fleetgen verify`: output/ equals its inputs, and every folder that a site pulls builds."""

from __future__ import annotations

from fleetgen.build import output_tree
from fleetgen.build.desired_state import cached_builds
from fleetgen.deliver.check import Checked, check
from fleetgen.errors import GateFailed, problem
from fleetgen.inputs.cache import key
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.stages.gate import Approved


def verify(run: Run) -> Checked:
    """Prove that output/ equals its inputs and that every root of it builds. Raises GateFailed E0901 with every difference."""
    checked = check(run)
    difference = output_tree.compare(output_tree.TreeOnDisk(run.repository.output), checked.approved.files)
    found = [
        problem("E0901", message, fix="run 'fleetgen render' and commit the result", place=Place(f"{OUTPUT}/{path}"))
        for paths, message in (
            (difference.changed, "differs from what its inputs render to"),
            (difference.added, "is missing"),
            (difference.removed, "is not rendered by any input"),
        )
        for path in paths
    ]
    if found:
        raise GateFailed(found)
    if found := roots_that_fail(run, checked.approved):
        raise GateFailed(found)
    return checked


def roots_that_fail(run: Run, approved: Approved) -> list[Finding]:
    """Build every cluster folder as its Argo CD does; the bills of materials were composed without kustomize."""
    apps = {path: text for path, text in approved.files.items() if "/app/" in path}
    folders: dict[str, dict[str, str]] = {}
    for path, text in approved.files.items():
        if path.startswith("clusters/"):
            folders.setdefault("/".join(path.split("/")[:3]), {})[path] = text
    roots = {}
    for folder, files in folders.items():
        named = {
            line.strip().removeprefix("- ../../../")
            for line in files[f"{folder}/kustomization.yaml"].splitlines()
            if "../../../" in line
        }
        used = {path: text for path, text in apps.items() if path.rpartition("/")[0] in named}
        own = dict(files)
        for other, others in folders.items():
            if f"- ../{other.rpartition('/')[2]}\n" in files[f"{folder}/kustomization.yaml"]:
                own |= others
        roots[key("root", *(part for item in sorted({**own, **used}.items()) for part in item))] = (folder, {**apps, **own})
    built = cached_builds(run, roots, {})
    return [
        problem(
            "E0901",
            f"the cluster's folder does not build: {answer.error}",
            fix="this is a bug; please report it",
            place=Place(f"{OUTPUT}/{answer.root}"),
        )
        for answer in built.values()
        if answer.error
    ]
