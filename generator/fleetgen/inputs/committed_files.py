"""Files of the fleet repository as a commit holds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from fleetgen.inputs.repository import Repository
from fleetgen.tools.git_cli import Git


def git_path(git: Git, repository: Repository, folder: str) -> str:
    """A folder of the fleet repository as git sees it, from the top of its own."""
    inner = repository.root.resolve().relative_to(git.root.resolve()).as_posix()
    return folder if inner == "." else f"{inner}/{folder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedFolder:
    """A folder of a commit of which nothing is read yet. `ids`: path below it -> git's id of the content; `read` gives texts."""

    ids: Mapping[str, str]
    read: Callable[[Collection[str]], Mapping[str, str]]


def committed_folder(git: Git, repository: Repository, commit: str, folder: str) -> CommittedFolder:
    """What a commit holds below a folder of the fleet repository."""
    prefix = git_path(git, repository, folder)
    ids = {path.removeprefix(f"{prefix}/"): oid for path, oid in git.tree_files(commit, prefix).items()}

    def read(paths: Collection[str]) -> dict[str, str]:
        texts = git.texts(commit, {f"{prefix}/{path}": ids[path] for path in paths})
        return {path.removeprefix(f"{prefix}/"): text for path, text in texts.items()}

    return CommittedFolder(ids=ids, read=read)


def committed_files(git: Git, repository: Repository, commit: str, folder: str) -> dict[str, str]:
    """What a commit holds below a folder of the fleet repository: path below that folder -> text."""
    prefix = git_path(git, repository, folder)
    return {path.removeprefix(f"{prefix}/"): text for path, text in git.archive(commit, prefix).items()}
