"""Files of the fleet repository as a commit holds them."""

from __future__ import annotations

from fleetgen.inputs.repository import Repository
from fleetgen.tools.git_cli import Git


def git_path(git: Git, repository: Repository, folder: str) -> str:
    """A folder of the fleet repository as git sees it, from the top of its own."""
    inner = repository.root.resolve().relative_to(git.root.resolve()).as_posix()
    return folder if inner == "." else f"{inner}/{folder}"


def committed_files(git: Git, repository: Repository, commit: str, folder: str) -> dict[str, str]:
    """What a commit holds below a folder of the fleet repository: path below that folder -> text."""
    prefix = git_path(git, repository, folder)
    return {path.removeprefix(f"{prefix}/"): text for path, text in git.archive(commit, prefix).items()}
