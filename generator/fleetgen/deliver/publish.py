"""Commit the approved tree for the sites.

Git plumbing only: nothing but output/ is committed, no commit is made when nothing changed, nothing is ever forced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleetgen.build import rendered_tree
from fleetgen.errors import InputError, LockedError, problem
from fleetgen.inputs.repository import CONFIG, INVENTORY_FOLDERS, OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.change import Tree
from fleetgen.model.config import Guards
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from fleetgen.stages.gate import Approved
from fleetgen.tools.git_cli import Git, PushStatus

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
    allow_uncommitted: bool = False
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Published:
    """`commit` is empty when there was nothing to commit; `pushed` says that the remote has it."""

    ref: str
    commit: str
    files: int
    pushed: bool


def part_of(files: Mapping[str, str], environments: Sequence[str]) -> dict[str, str]:
    """The files of some environments: their folders, their clusters, the bases that they use."""
    if not environments:
        return dict(files)
    own = {path: text for path, text in files.items() if path.split("/")[0] != "bases" and path.split("/")[1] in environments}
    used = {line.rpartition("../")[2].strip() for text in own.values() for line in text.splitlines() if "../bases/" in line}
    return own | {
        path: text for path, text in files.items() if path.split("/")[0] == "bases" and "/".join(path.split("/")[:3]) in used
    }


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One publish: what goes where."""

    git: Git
    request: PublishRequest
    ref: str
    prefix: str
    inputs: Sequence[str]
    files: Mapping[str, str]
    message: str

    def commit_on(self, parent: str | None) -> str:
        """The commit that puts the files on `parent`; no branch moves."""
        below = {f"{self.prefix}/{path}": text for path, text in self.files.items()}
        return self.git.import_commit(parent, self.message, {self.prefix: below})


def publish(run: Run, git: Git, approved: Approved, request: PublishRequest) -> Published:
    """Make the commit. Raises InputError (guards, state of the repository) or LockedError (the branch moved)."""
    checked_out = git.current_branch()
    if not request.branch and checked_out is None:
        raise InputError(problem("E0903", "no branch is checked out", fix="check out a branch, or name one with --branch"))
    inputs = (*INPUTS, *run.repository.schema_paths)
    if not request.allow_uncommitted:
        _demand_committed_inputs(git, inputs)
    files = part_of(approved.files, request.environments)
    ref = git.branch_ref(request.branch or str(checked_out))
    job = _Job(
        git=git,
        request=request,
        ref=ref,
        prefix=output_prefix(run, git),
        inputs=inputs,
        files=files,
        message=_message(approved, files, request),
    )
    parent = git.resolve(ref)
    _guard(run, job, parent)
    commit = job.commit_on(parent)
    if parent is not None and git.tree(commit) == git.tree(parent):
        pushed = bool(request.remote) and not request.dry_run and _push(job, parent, checked_out)
        return Published(ref=ref, commit="", files=0, pushed=pushed)
    if request.dry_run:
        return Published(ref=ref, commit=commit, files=len(files), pushed=False)
    git.update_ref(ref, commit, parent)
    if checked_out and ref == git.branch_ref(checked_out):
        git.refresh_index(commit, job.prefix)
    pushed = bool(request.remote) and _push(job, commit, checked_out)
    return Published(ref=ref, commit=git.resolve(ref) or commit, files=len(files), pushed=pushed)


def output_prefix(run: Run, git: Git) -> str:
    """output/ as git sees it, from the top of the repository."""
    inner = run.repository.root.resolve().relative_to(git.root.resolve()).as_posix()
    return OUTPUT if inner == "." else f"{inner}/{OUTPUT}"


def _demand_committed_inputs(git: Git, inputs: Sequence[str]) -> None:
    if changed := git.status(inputs):
        shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        fix = "commit them first, or pass --allow-uncommitted if the output must not match the commit"
        raise InputError(problem("E0906", f"inputs are not committed: {shown}", fix=fix, place=Place(changed[0])))


def _message(approved: Approved, files: Mapping[str, str], request: PublishRequest) -> str:
    subject = request.message or f"Render {', '.join(request.environments) or 'all environments'}"
    environments = rendered_tree.index_files(files)
    clusters = len(rendered_tree.bills(files))
    body = f"{clusters} clusters in {len(environments)} environments."
    return f"{subject}\n\n{body}\n\nFleetgen-Input: sha256:{approved.input_digest}\nFleetgen-Verdict: {approved.verdict}\n"


def _guard(run: Run, job: _Job, parent: str | None) -> None:
    if parent is None:
        return
    before = rendered_tree.committed_tree(job.git, parent, job.prefix)
    after = rendered_tree.wanted_tree(job.files, before)
    found: list[Finding] = []
    if not job.request.allow_removal:
        found += removals(before.bills(), after.bills(), run.repository.config.guards)
    if before.ids and before.ids != after.ids:
        found += owner_changes(*rendered_tree.trees(run, before, after))
    if found:
        raise InputError(found)


def removals(
    old: Mapping[ClusterKey, Mapping[str, str]], new: Mapping[ClusterKey, Mapping[str, str]], guards: Guards
) -> list[Finding]:
    """Units and clusters that would go away, where there are more of them than the guards allow."""
    found = []
    fix = "check the change; if it is meant, pass --allow-removal"
    for cluster, bill in sorted(old.items()):
        gone = sorted(bill.keys() - new.get(cluster, {}).keys())
        if cluster in new and len(gone) > guards.max_removed_units:
            message = f"cluster '{cluster}' would lose {len(gone)} units: {', '.join(gone)}"
            found.append(problem("E0902", message, fix=fix))
    for environment in sorted({cluster.environment for cluster in old}):
        clusters = [cluster for cluster in old if cluster.environment == environment]
        lost = [cluster for cluster in clusters if cluster not in new]
        if len(lost) * 100 > guards.max_removed_clusters_percent * len(clusters):
            named = ", ".join(cluster.name for cluster in lost[:5])
            message = f"environment '{environment}' would lose {len(lost)} of {len(clusters)} clusters: {named}"
            found.append(problem("E0902", message, fix=fix))
    return found


@dataclass(frozen=True, slots=True, order=True)
class _OwnerChange:
    """An object, and the units that have it before and after."""

    identity: str
    old: str
    new: str


def owner_changes(old: Tree, new: Tree) -> list[Finding]:
    """Objects that another unit would own at a cluster: Argo CD deletes them with the first, then the second makes them anew."""
    found: dict[_OwnerChange, list[ClusterKey]] = {}
    for cluster in sorted(old.bills.keys() & new.bills.keys()):
        if old.bills[cluster] == new.bills[cluster]:
            continue
        before = {
            m.id: unit for unit, key in old.bills[cluster].items() for m in old.objects.get(key, ()) if m.id.kind != "Application"
        }
        for unit, key in new.bills[cluster].items():
            for manifest in new.objects.get(key, ()):
                owner = before.get(manifest.id, unit)
                if owner != unit:
                    found.setdefault(_OwnerChange(str(manifest.id), owner, unit), []).append(cluster)
    fix = "do it in two steps: publish without the object, let the sites sync, then publish it in its new unit"
    return [
        Finding(
            code="E0703",
            message=f"{change.identity} moves from unit '{change.old}' to '{change.new}'; a site would delete it first",
            fix=fix,
            clusters=tuple(map(str, clusters)),
        )
        for change, clusters in sorted(found.items())
    ]


def _push(job: _Job, commit: str, checked_out: str | None) -> bool:
    """Push; when the remote moved and only other things changed there, put the same tree on top of it and try again.

    Not on the checked-out branch: its work tree would have to follow, and that belongs to the user.
    """
    git, request = job.git, job.request
    branch = job.ref.removeprefix("refs/heads/")
    follows = checked_out is None or job.ref != git.branch_ref(checked_out)
    for _ in range(ATTEMPTS):
        answer = git.push(request.remote, commit, job.ref)
        if answer.status is PushStatus.ACCEPTED:
            return True
        if answer.status is PushStatus.REFUSED:
            fix = "ask its owner for the right to push, or publish to another branch"
            raise InputError(problem("E0903", f"the remote refuses the push: {answer.words}", fix=fix))
        tip = git.fetch(request.remote, branch)
        if not follows or tip is None or _touches_ours(git, commit, tip, (*job.inputs, job.prefix)):
            break
        local = git.resolve(job.ref)
        commit = job.commit_on(tip)
        git.update_ref(job.ref, commit, local)
    fix = f"run: git pull {request.remote} {branch} && fleetgen publish --push {request.remote}"
    raise LockedError(problem("E0904", f"{request.remote}/{branch} has new commits; somebody else was faster", fix=fix))


def _touches_ours(git: Git, commit: str, tip: str, watched: Sequence[str]) -> bool:
    """Whether the remote's tip differs from our commit's parent in anything that we read or write."""
    parent = git.resolve(f"{commit}~1")
    if parent is None or not git.is_ancestor(parent, tip):
        return True
    return any(git.tree_files(parent, path) != git.tree_files(tip, path) for path in watched)
