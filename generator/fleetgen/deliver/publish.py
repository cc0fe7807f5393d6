"""Commit the approved tree for the sites.

Git plumbing only: nothing but output/ is committed, no commit is made when nothing changed, nothing is ever forced.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fleetgen.build.desired_state import Desired
from fleetgen.build.rendered_tree import Trees, compared, wanted_clusters
from fleetgen.deliver.check import Checked
from fleetgen.deliver.fleet_sides import committed_side, renamed, wanted_side
from fleetgen.deliver.publish_guards import demand_committed_inputs, owner_changes, removals, vanished
from fleetgen.deliver.upgrades import Proposal, kubernetes_findings, upgrade_findings
from fleetgen.errors import InputError, LockedError, problem
from fleetgen.inputs.committed_files import committed_folder, git_path
from fleetgen.inputs.repository import CONFIG, INVENTORY_FOLDERS, OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.composed import ComposedFleet
from fleetgen.model.finding import Finding
from fleetgen.stages.compose.output_files import Selection
from fleetgen.stages.diff.trees import diff
from fleetgen.tools.fast_import import TreeEntry
from fleetgen.tools.git_cli import Git, PushStatus
from fleetgen.words import count

ATTEMPTS = 5
INPUTS = (*INVENTORY_FOLDERS, "templates", "policies", CONFIG)


@dataclass(frozen=True, kw_only=True)
class PublishRequest:
    """What the user asked for. Without `branch` the checked-out branch is meant; without `environments` the whole tree."""

    branch: str = ""
    environments: tuple[str, ...] = ()
    remote: str = ""
    message: str = ""
    allow_removal: bool = False
    allow_upgrade: bool = False
    allow_uncommitted: bool = False
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Published:
    """`commit` is empty when there was nothing to commit; `pushed` says that the remote has it."""

    ref: str
    commit: str
    files: int
    pushed: bool


def part_of(files: Mapping[str, str], composed: ComposedFleet, environments: Collection[str]) -> Mapping[str, str]:
    """The files of some environments: their folders, their clusters, the bases that they use."""
    if not environments:
        return files
    variants = [variant for key, variant in composed.variants.items() if key.environment in environments]
    bases = {variant.base.folder for variant in variants if variant.extends_base}
    own = (f"{top}/{name}" for top in ("clusters", "environments") for name in environments)
    folders = tuple(f"{folder}/" for folder in (*bases, *own))
    return Selection(files, [path for path in files if path.startswith(folders)])


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One publish: what goes where. `ids`: path -> git's id of the text; `checked_out` says that the user works on the branch."""

    git: Git
    request: PublishRequest
    ref: str
    checked_out: bool
    prefix: str
    inputs: Sequence[str]
    files: Mapping[str, str]
    ids: Mapping[str, str]
    message: str

    def commit_on(self, parent: str | None) -> str:
        """The commit that puts the files on `parent`; no branch moves. Only texts that the parent does not have are made."""
        there = self.git.tree_files(parent, self.prefix) if parent else {}
        same = {path: oid for path, oid in self.ids.items() if there.get(f"{self.prefix}/{path}") == oid}
        known = [TreeEntry("100644", oid, f"{self.prefix}/{path}") for path, oid in same.items()]
        new = Selection(self.files, self.ids.keys() - same.keys(), below=f"{self.prefix}/")
        return self.git.import_commit(parent, self.message, {self.prefix: new}, known)


@timed("publish")
def publish(run: Run, git: Git, checked: Checked, ids: Mapping[str, str], request: PublishRequest) -> Published:
    """Make the commit; `ids`: path -> git's id of the text, of all files.

    Raises InputError (guards, state of the repository) or LockedError (the branch moved).
    """
    job = _job(run, git, checked, ids, request)
    parent = git.resolve(job.ref)
    if parent is not None:
        _guard(run, job, checked.desired, parent)
    commit = job.commit_on(parent)
    if parent is not None and git.tree(commit) == git.tree(parent):
        pushed = bool(request.remote) and not request.dry_run and _push(job, parent)
        return Published(ref=job.ref, commit="", files=0, pushed=pushed)
    if request.dry_run:
        return Published(ref=job.ref, commit=commit, files=len(job.files), pushed=False)
    git.update_ref(job.ref, commit, parent)
    if job.checked_out:
        git.refresh_index(commit, job.prefix)
    pushed = bool(request.remote) and _push(job, commit)
    return Published(ref=job.ref, commit=git.resolve(job.ref) or commit, files=len(job.files), pushed=pushed)


def _job(run: Run, git: Git, checked: Checked, ids: Mapping[str, str], request: PublishRequest) -> _Job:
    """Raises InputError E0903 where there is no branch to commit to, E0906 for inputs that are not committed."""
    checked_out = git.current_branch()
    if not request.branch and checked_out is None:
        raise InputError(problem("E0903", "no branch is checked out", fix="check out a branch, or name one with --branch"))
    inputs = (*INPUTS, *run.repository.schema_paths)
    if not request.allow_uncommitted:
        demand_committed_inputs(git, inputs)
    ref = git.branch_ref(request.branch or str(checked_out))
    files = part_of(checked.approved.files, checked.desired.composed, request.environments)
    return _Job(
        git=git,
        request=request,
        ref=ref,
        checked_out=checked_out is not None and ref == git.branch_ref(checked_out),
        prefix=git_path(git, run.repository, OUTPUT),
        inputs=inputs,
        files=files,
        ids={path: ids[path] for path in files},
        message=_message(checked, request),
    )


def _message(checked: Checked, request: PublishRequest) -> str:
    subject = request.message or f"Render {', '.join(request.environments) or 'all environments'}"
    environments = [name for name in checked.desired.composed.indexes if name in request.environments or not request.environments]
    clusters = wanted_clusters(checked.desired, request.environments)
    body = f"{count(len(clusters), 'cluster')} in {count(len(environments), 'environment')}."
    approved = checked.approved
    return f"{subject}\n\n{body}\n\nFleetgen-Input: sha256:{approved.input_digest}\nFleetgen-Verdict: {approved.verdict}\n"


def _guard(run: Run, job: _Job, desired: Desired, parent: str) -> None:
    committed = committed_folder(job.git, run.repository, parent, OUTPUT)
    if job.ids == committed.ids:
        return
    trees = compared(run, desired, job.ids, committed, job.request.environments)
    before, after = trees.committed, trees.wanted
    found = []
    if not job.request.allow_removal:
        accounted = {cluster.key for cluster in desired.plan.fleet.clusters.values() if cluster.spec.lifecycle != "active"}
        accounted |= {former for cluster in desired.composed.clusters.values() for former in cluster.former}
        found = vanished(before.bills, after.bills, accounted)
        declared = {cluster: bill for cluster, bill in before.bills.items() if cluster in after.bills or cluster in accounted}
        found += removals(declared, after.bills, run.repository.config.guards)
    found += owner_changes(before, after)
    if not job.request.allow_upgrade:
        found += _upgrades(desired, trees)
    if found:
        raise InputError(found)


def _upgrades(desired: Desired, trees: Trees) -> list[Finding]:
    """What the sites of the branch cannot take in one step."""
    old, new = committed_side(trees.entries), wanted_side(desired.composed)
    former = renamed(desired.composed, old)
    changes = diff(trees.committed, trees.wanted, former)
    variants = desired.plan.resolved.variants
    found = upgrade_findings(Proposal(old=old, new=new, former=former, changes=changes, variants=variants))
    return [*found, *kubernetes_findings(desired.plan.fleet, desired.composed, trees.kubernetes, former)]


def _push(job: _Job, commit: str) -> bool:
    """Push. If the remote has new commits that change nothing we read or write, put the same tree on top and try again.

    Not on the checked-out branch: its work tree would have to follow, and that belongs to the user.
    """
    git, request = job.git, job.request
    branch = job.ref.removeprefix("refs/heads/")
    for _ in range(ATTEMPTS):
        answer = git.push(request.remote, commit, job.ref)
        if answer.status is PushStatus.ACCEPTED:
            return True
        if answer.status is PushStatus.REFUSED:
            fix = "ask the owner of the remote for permission to push, or publish to another branch"
            raise InputError(problem("E0903", f"the remote refuses the push: {answer.words}", fix=fix))
        tip = git.fetch(request.remote, branch)
        if job.checked_out or tip is None or _touches_ours(git, commit, tip, (*job.inputs, job.prefix)):
            break
        local = git.resolve(job.ref)
        commit = job.commit_on(tip)
        git.update_ref(job.ref, commit, local)
    fix = f"run: git pull {request.remote} {branch} && fleetgen publish --push {request.remote}"
    raise LockedError(problem("E0904", f"{request.remote}/{branch} has commits that the local branch does not have", fix=fix))


def _touches_ours(git: Git, commit: str, tip: str, watched: Sequence[str]) -> bool:
    """Whether the remote's tip differs from our commit's parent in anything that we read or write."""
    parent = git.resolve(f"{commit}~1")
    if parent is None or not git.is_ancestor(parent, tip):
        return True
    return any(git.tree_files(parent, path) != git.tree_files(tip, path) for path in watched)
