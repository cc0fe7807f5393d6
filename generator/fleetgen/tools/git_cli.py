"""The real git, by its plumbing: reads objects, makes commits and moves refs without the user's index, work tree or hooks."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from fleetgen.errors import FleetgenError, InputError, LockedError, ToolError, problem
from fleetgen.tools import process
from fleetgen.tools.fast_import import CommitDraft, TreeEntry, commit_stream
from fleetgen.tools.process import Command, Ran

# What a configuration or an attribute of the repository could make git start or do beside what is asked.
_SAFE = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never"),
    *("-c", "user.useConfigOnly=true", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "push.gpgSign=false"),
    *("-c", "submodule.recurse=false", "-c", "push.recurseSubmodules=no", "-c", "core.quotePath=false"),
    *("--no-pager", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects"),
)
# GIT_* is dropped, because a hook or an alias exports GIT_DIR and GIT_INDEX_FILE; who commits and how to reach a remote stays.
_KEPT = (
    *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"),
    *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_SSL_CAINFO", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME"),
)
_PLAIN_FILES = frozenset({"100644", "100755"})
_LOST_RACE = re.compile(
    r"\((fetch first|non-fast-forward|stale info|needs force)\)|cannot lock ref|failed to update ref|incorrect old value"
)
_TIMEOUT_SECONDS = 600.0


class PushStatus(Enum):
    """MOVED: somebody else was faster, trying again can help. REFUSED: the server does not want it."""

    ACCEPTED = "accepted"
    MOVED = "moved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What the remote said; `words` are git's own."""

    status: PushStatus
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """One repository. `root` is the top of its work tree; all paths are POSIX and relative to it."""

    root: Path
    environ: Mapping[str, str] = field(repr=False)

    @classmethod
    def open(cls, folder: Path, environ: Mapping[str, str]) -> Git:
        """The repository that `folder` lies in. InputError E0903 if there is none."""
        ran = cls(root=folder, environ=environ)._run("rev-parse", "--show-toplevel", ok=None)  # noqa: SLF001 - its own class
        if ran.code != 0:
            raise _refused(
                f"{folder} is not in a git work tree: {_words(ran)}", "run `git init` there, or name the fleet with -C DIR"
            )
        return cls(root=Path(ran.out.rstrip("\n")), environ=environ)

    # reading

    def resolve(self, ref: str) -> str | None:
        """The commit that `ref` (branch, tag, oid, `HEAD~1`) names; None if there is none."""
        _check_argument(ref)
        ran = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", ok=None)
        return ran.out.strip() if ran.code == 0 else None

    def head(self, branch: str) -> str | None:
        """The commit at the tip of a local branch; None if the branch does not exist yet."""
        return self.resolve(self.branch_ref(branch))

    def branch_ref(self, branch: str) -> str:
        """`main` -> `refs/heads/main`. InputError E0903 for what git would not take as the name of a branch."""
        ref = f"refs/heads/{branch}"
        if branch.startswith("-") or self._run("check-ref-format", ref, ok=None).code != 0:
            raise _refused(f"'{branch}' cannot be the name of a branch", "choose letters, digits, '-', '_', '.' and '/'")
        return ref

    def is_shallow(self) -> bool:
        """Whether history is missing: a clone of limited depth."""
        return self._run("rev-parse", "--is-shallow-repository").out.strip() == "true"

    def current_branch(self) -> str | None:
        """The branch that is checked out, born or not; None when HEAD is detached."""
        ran = self._run("symbolic-ref", "--quiet", "HEAD", ok=None)
        return ran.out.strip().removeprefix("refs/heads/") if ran.code == 0 else None

    def tree(self, ref: str) -> str:
        """The tree of a commit: equal trees mean that there is nothing to commit."""
        return self._run("rev-parse", "--verify", "--end-of-options", f"{_checked(ref)}^{{tree}}").out.strip()

    def tree_files(self, ref: str, prefix: str = "") -> dict[str, str]:
        """Path -> blob of every plain file below `prefix`, sorted. A link or submodule there is InputError E0107."""
        entries = self._ls_tree(ref, prefix)
        for entry in entries:
            if entry.mode not in _PLAIN_FILES:
                fix = "replace it with a plain file"
                raise InputError(problem("E0107", f"{entry.path} at {ref} is a symbolic link or a submodule", fix=fix))
        return {entry.path: entry.oid for entry in sorted(entries, key=lambda entry: entry.path)}

    def read_blobs(self, oids: Sequence[str]) -> dict[str, bytes]:
        """The content of blobs, in one process."""
        distinct = sorted(set(oids))
        if not distinct:
            return {}
        data = self._run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in distinct).encode()).stdout
        contents, at = {}, 0
        for oid in distinct:
            end = data.index(b"\n", at)
            header = data[at:end].split()
            if len(header) != 3 or header[1] != b"blob":
                raise ToolError(problem("E1103", f"git has no blob {oid}: {data[at:end].decode()}", fix="run: git fsck"))
            size = int(header[2])
            contents[oid] = data[end + 1 : end + 1 + size]
            at = end + size + 2
        return contents

    def archive(self, ref: str, prefix: str = "") -> dict[str, str]:
        """Path -> text of every file below `prefix`. InputError E0106 for a file that is not UTF-8."""
        return self.texts(ref, self.tree_files(ref, prefix))

    def texts(self, ref: str, files: Mapping[str, str]) -> dict[str, str]:
        """Path -> text of some of the files that `tree_files` lists. InputError E0106 for one that is not UTF-8."""
        blobs = self.read_blobs(tuple(files.values()))
        texts = {}
        for path, oid in files.items():
            try:
                texts[path] = blobs[oid].decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(problem("E0106", f"{path} at {ref} is not UTF-8: {error}", fix="save it as UTF-8")) from error
        return texts

    def status(self, paths: Sequence[str] = ()) -> tuple[str, ...]:
        """Paths that differ from HEAD in the index or the work tree, or are untracked (ignored ones are not)."""
        argv = (
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            "--ignore-submodules=none",
            "--",
            *paths,
        )
        return tuple(
            sorted(entry[3:] for entry in self._run(*argv).stdout.decode("utf-8", "surrogateescape").split("\0") if entry)
        )

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` contains `older`."""
        return self._run("merge-base", "--is-ancestor", _checked(older), _checked(newer), ok=frozenset({0, 1})).code == 0

    def ident(self) -> str:
        """Who commits, with the time, as git writes it. InputError E0903 with the fix if git does not know."""
        ran = self._run("var", "GIT_COMMITTER_IDENT", ok=None)
        if ran.code != 0:
            fix = "run: git config user.name 'Your Name' && git config user.email you@example.com"
            raise _refused("git has no name and address for the commit", fix)
        return ran.out.strip()

    # writing

    def import_commit(
        self,
        parent: str | None,
        message: str,
        replace: Mapping[str, Mapping[str, str]],
        keep: Sequence[str] = (),
    ) -> str:
        """Make a commit on `parent` and return it; no branch moves, index and work tree stay as they are.

        Everything below each prefix of `replace` becomes exactly the given files (path from the top -> text), except that
        what `parent` has below a path of `keep` stays. A prefix `""` is the whole tree. The caller compares `tree` with
        the parent's before moving a branch.
        """
        entries = [entry for path in keep if parent for entry in self._ls_tree(parent, path)]
        name = f"refs/fleetgen/import/{os.getpid()}-{secrets.token_hex(4)}"
        draft = CommitDraft(ref=name, parent=parent, ident=self.ident(), message=message, replace=replace, keep=entries)
        stream = commit_stream(draft)
        try:
            self._run("fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream)
            commit = self.resolve(name)
        finally:
            self._run("update-ref", "-d", name, ok=None)
        if commit is None:
            raise ToolError(problem("E1103", "git fast-import made no commit", fix="run: git fsck"))
        return commit

    def update_ref(self, ref: str, new: str, old: str | None) -> None:
        """Move `ref` from `old` (None: it must not exist) to `new`. LockedError E0904 if it is not at `old` any more."""
        _check_argument(ref)
        before = old or "0" * len(new)
        ran = self._run(
            "update-ref", "-m", "fleetgen", "--stdin", "-z", stdin=f"update {ref}\0{new}\0{before}\0".encode(), ok=None
        )
        if ran.code == 0:
            return
        now = self.resolve(ref)
        if now != old:
            fact = f"{ref} moved while publishing, from {old or 'nothing'} to {now or 'nothing'}"
            raise LockedError(problem("E0904", fact, fix="run the command again"))
        raise _refused(
            f"git cannot move {ref}: {_words(ran)}", "remove a stale lock file that it names, then run the command again"
        )

    def refresh_index(self, commit: str, prefix: str) -> None:
        """Make the index equal to `commit` below `prefix` only: after a publish `git status` is clean there."""
        _check_argument(commit)
        ran = self._run("reset", "--quiet", commit, "--", prefix, ok=None)
        if ran.code != 0:
            raise _refused(f"git cannot refresh its index below {prefix}: {_words(ran)}", f"run: git reset -q -- {prefix}")

    # remotes

    def push(self, remote: str, oid: str, ref: str) -> Pushed:
        """Push one commit to one ref, never by force. ToolError E1103 when the remote cannot be reached."""
        for argument in (remote, oid, ref):
            _check_argument(argument)
        flags = (
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--no-force-with-lease",
            "--recurse-submodules=no",
            "--end-of-options",
        )
        ran = self._run("push", *flags, remote, f"{oid}:{ref}", ok=None, network=True)
        answer = next((line for line in ran.out.splitlines() if line[1:2] == "\t"), "")
        if ran.code == 0:
            return Pushed(status=PushStatus.ACCEPTED, words=answer)
        if answer.startswith("!"):
            status = PushStatus.MOVED if _LOST_RACE.search(answer) else PushStatus.REFUSED
            return Pushed(status=status, words=f"{answer}\n{ran.err}".strip())
        raise process.failure(ran)

    def fetch(self, remote: str, branch: str) -> str | None:
        """Bring a branch of a remote here and return its commit; None if the remote has no such branch."""
        _check_argument(remote)
        ref = self.branch_ref(branch)
        listed = self._run("ls-remote", "--exit-code", "--end-of-options", remote, ref, ok=frozenset({0, 2}), network=True)
        if listed.code == 2:
            return None
        here = f"refs/fleetgen/fetched/{branch}"
        flags = (
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--end-of-options",
        )
        self._run("fetch", *flags, remote, f"+{ref}:{here}", network=True)
        return self.resolve(here)

    def _ls_tree(self, ref: str, prefix: str) -> list[TreeEntry]:
        """Everything below `prefix`."""
        paths = ("--", prefix.rstrip("/")) if prefix.strip("/") else ()
        ran = self._run("ls-tree", "-r", "-z", "--full-tree", _checked(ref), *paths)
        entries = []
        for entry in ran.stdout.decode("utf-8", "surrogateescape").split("\0"):
            if entry:
                left, _, path = entry.partition("\t")
                mode, _, oid = left.split(" ")
                entries.append(TreeEntry(mode, oid, path))
        return entries

    def _run(self, *arguments: str, stdin: bytes = b"", ok: frozenset[int] | None = frozenset({0}), network: bool = False) -> Ran:
        """Start git; `ok=None` takes any exit code (a signal is still a crash)."""
        extra = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false", "GIT_NO_LAZY_FETCH": "1"}
        command = Command(
            argv=("git", *_SAFE, *arguments),
            cwd=self.root,
            env=process.scrubbed(self.environ, extra, network=network, keep=_KEPT),
            stdin=stdin,
            ok=frozenset(range(256)) if ok is None else ok,
            timeout=_TIMEOUT_SECONDS,
            fix="install git 2.30 or newer, and read its message above",
            title=" ".join(("git", *arguments)),
        )
        return process.run(command)


def _checked(argument: str) -> str:
    _check_argument(argument)
    return argument


def _check_argument(argument: str) -> None:
    """Refs and remotes come from files and command lines: none may be read as an option or break a line protocol."""
    if not argument or argument.startswith("-") or re.search(r"[\0-\x1f\x7f]", argument):
        raise _refused(f"{argument!r} cannot be the name of a ref or a remote", "name a branch, a tag, a commit or a remote")


def _refused(message: str, fix: str) -> FleetgenError:
    return InputError(problem("E0903", message, fix=fix))


def _words(ran: Ran) -> str:
    """The line in which git says what is wrong, without its hints."""
    lines = ran.err.strip().splitlines()
    return next(
        (line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else f"exit code {ran.code}"
    )
