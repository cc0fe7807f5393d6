"""What publishing relies on, against the real git, in repositories whose owner's configuration means harm."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from fleetgen.errors import FleetgenError, InputError, LockedError, ToolError
from fleetgen.tools.fast_import import TreeEntry
from fleetgen.tools.git_cli import Git, PushStatus

HOSTILE = """[user]
\tname = Ada
\temail = ada@example.com
[core]
\thooksPath = {hooks}
\tfsmonitor = {hooks}/post-commit
[commit]
\tgpgSign = true
[push]
\tfollowTags = true
\tgpgSign = true
[status]
\tshowUntrackedFiles = no
\tshort = true
\tbranch = true
[color]
\tui = always
[diff]
\texternal = {hooks}/post-commit
[alias]
\tstatus = "!touch {mark}"
[protocol "ext"]
\tallow = always
"""
HOOKS = ("pre-commit", "commit-msg", "post-commit", "pre-push", "reference-transaction", "post-index-change", "post-checkout")


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """A home with hooks that leave a mark, and variables as a hook or an alias exports them."""
    home, hooks = tmp_path / "home", tmp_path / "hooks"
    home.mkdir()
    hooks.mkdir()
    for name in HOOKS:
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/mark\nexit 1\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(HOSTILE.format(hooks=hooks, mark=tmp_path / "mark"), encoding="utf-8")
    stray = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_EXTERNAL_DIFF": "/nowhere"}
    return {"PATH": os.environ["PATH"], "HOME": str(home), **stray}


@pytest.fixture
def git(tmp_path: Path, environ: Mapping[str, str]) -> Git:
    """A repository on `main` with one commit: fleet/a.yaml and output/{one,two}."""
    top = tmp_path / "repository"
    plain(tmp_path, "init", "--quiet", "--initial-branch=main", str(top))
    write(top, {"fleet/a.yaml": "a: 1\n", "output/one": "1\n", "output/two": "2\n"})
    plain(top, "add", ".")
    plain(top, "commit", "--quiet", "--message", "first")
    return Git.open(top, environ)


def plain(folder: Path, *arguments: str) -> str:
    """Git as the test itself uses it, without the hostile home."""
    names = {"GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@x", "GIT_COMMITTER_NAME": "T", "GIT_COMMITTER_EMAIL": "t@x"}
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **names}
    return subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True, text=True).stdout


def write(top: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")


def head(git: Git) -> str:
    commit = git.head("main")
    assert commit is not None
    return commit


@pytest.fixture(autouse=True)
def _nothing_was_run(tmp_path: Path) -> object:
    yield
    assert not (tmp_path / "mark").exists(), "a hook, an alias or another program of the configuration was started"


def message(error: FleetgenError) -> tuple[str, str, str]:
    (finding,) = error.findings
    return (finding.code, finding.message, finding.fix)


def test_reading(git: Git) -> None:
    tip = head(git)
    files = git.tree_files(tip, "output")
    assert list(files) == ["output/one", "output/two"]
    assert git.read_blobs([*files.values(), files["output/one"]]) == {files["output/one"]: b"1\n", files["output/two"]: b"2\n"}
    assert git.archive(tip) == {"fleet/a.yaml": "a: 1\n", "output/one": "1\n", "output/two": "2\n"}
    assert (git.current_branch(), git.resolve("HEAD"), git.resolve("nope"), git.head("other")) == ("main", tip, None, None)
    assert (git.tree_files(tip, "none"), git.read_blobs([])) == ({}, {})


def test_import_commit_replaces_one_folder_and_touches_nothing_else(git: Git) -> None:
    write(git.root, {"fleet/a.yaml": "changed: by the user\n", "fleet/new.yaml": "untracked: yes\n"})
    plain(git.root, "add", "fleet/a.yaml")
    before, tip = git.status(), head(git)
    commit = git.import_commit(tip, "Say it\n\nFleetgen-Input: x\n", {"output": {'output/three "q" é': "3\n"}})
    assert git.archive(commit) == {"fleet/a.yaml": "a: 1\n", 'output/three "q" é': "3\n"}
    assert plain(git.root, "log", "-1", "--format=%an <%ae> %cn|%P|%B", commit) == (
        f"Ada <ada@example.com> Ada|{tip}|Say it\n\nFleetgen-Input: x\n\n"
    )
    assert (head(git), git.status()) == (tip, before)
    assert plain(git.root, "for-each-ref", "--format=%(refname)") == "refs/heads/main\n"


def test_equal_content_gives_an_equal_tree(git: Git) -> None:
    tip = head(git)
    commit = git.import_commit(tip, "same", {"output": {"output/one": "1\n", "output/two": "2\n"}})
    assert git.tree(commit) == git.tree(tip)


def test_import_commit_takes_known_contents_and_starts_a_branch(git: Git) -> None:
    tip = head(git)
    one = TreeEntry("100644", git.tree_files(tip)["output/one"], "output/one")
    kept = git.import_commit(tip, "m", {"output": {"output/three": "3\n"}}, [one])
    assert git.archive(kept, "output") == {"output/one": "1\n", "output/three": "3\n"}
    first = git.import_commit(None, "m", {"": {"output/x": "x"}})
    git.update_ref(git.branch_ref("delivery/prod"), first, None)
    assert (git.archive("delivery/prod"), git.head("delivery/prod")) == ({"output/x": "x"}, first)
    assert not git.is_ancestor(tip, first)
    assert git.is_ancestor(tip, kept)


def test_a_branch_moves_only_from_where_it_was(git: Git) -> None:
    tip = head(git)
    one, two = (git.import_commit(tip, name, {"output": {"output/x": name}}) for name in ("one", "two"))
    git.update_ref("refs/heads/main", one, tip)
    with pytest.raises(LockedError) as caught:
        git.update_ref("refs/heads/main", two, tip)
    fact = f"refs/heads/main moved while publishing, from {tip} to {one}"
    assert message(caught.value) == ("E0904", fact, "run the command again")
    with pytest.raises(LockedError):
        git.update_ref("refs/heads/main", two, None)
    assert head(git) == one


def test_a_stale_lock_is_told_apart_from_a_lost_race(git: Git) -> None:
    tip = head(git)
    (git.root / ".git/refs/heads/main.lock").touch()
    with pytest.raises(InputError) as caught:
        git.update_ref("refs/heads/main", git.import_commit(tip, "m", {"output": {}}), tip)
    assert message(caught.value)[0] == "E0903"
    assert "main.lock" in message(caught.value)[1]


def test_refresh_index_below_one_folder(git: Git) -> None:
    write(git.root, {"fleet/a.yaml": "staged: yes\n", "output/one": "new\n"})
    plain(git.root, "add", "fleet/a.yaml")
    (git.root / "output/two").unlink()
    tip = head(git)
    commit = git.import_commit(tip, "m", {"output": {"output/one": "new\n"}})
    git.update_ref("refs/heads/main", commit, tip)
    git.refresh_index(commit, "output")
    assert (git.status(), git.status(["output"])) == (("fleet/a.yaml",), ())
    assert plain(git.root, "diff", "--cached", "--name-only") == "fleet/a.yaml\n"


def test_status_names_every_kind_of_change_with_odd_names(git: Git) -> None:
    write(git.root, {"output/one": "x", 'new/ä "b"': "", ".gitignore": "ignored\n", "ignored": ""})
    (git.root / "output/two").unlink()
    assert git.status() == (".gitignore", 'new/ä "b"', "output/one", "output/two")
    assert git.status(["output"]) == ("output/one", "output/two")
    assert git.status([":(exclude)output", "*"]) == ()


@pytest.mark.parametrize("name", ["--upload-pack=touch mark", "-x", "", "a\nb", "a\0b"])
def test_no_name_is_read_as_an_option(git: Git, name: str) -> None:
    tip = head(git)
    for call in (
        lambda: git.resolve(name),
        lambda: git.tree(name),
        lambda: git.archive(name),
        lambda: git.update_ref(name, tip, None),
        lambda: git.push(name, tip, "refs/heads/x"),
        lambda: git.push("origin", tip, name),
        lambda: git.fetch(name, "main"),
        lambda: git.refresh_index(name, "output"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert message(caught.value)[:2] == ("E0903", f"{name!r} cannot be the name of a ref or a remote")


@pytest.mark.parametrize("name", ["-b", "a..b", "a b", "x.lock", "", "a~1", "/a"])
def test_no_odd_branches(git: Git, name: str) -> None:
    with pytest.raises(InputError) as caught:
        git.branch_ref(name)
    assert message(caught.value)[:2] == ("E0903", f"'{name}' cannot be the name of a branch")


def test_a_remote_that_starts_a_program_is_refused(git: Git, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="transport 'ext' not allowed"):
        git.push(f"ext::sh -c 'touch% {tmp_path}/mark'", head(git), "refs/heads/main")


def test_links_and_foreign_encodings_are_errors(git: Git) -> None:
    (git.root / "output/link").symlink_to("/etc/passwd")
    (git.root / "latin").write_bytes(b"\xe4")
    plain(git.root, "add", ".")
    plain(git.root, "commit", "--quiet", "--message", "x")
    with pytest.raises(InputError) as caught:
        git.tree_files("HEAD", "output")
    assert message(caught.value)[:2] == ("E0107", "output/link at HEAD is a symbolic link or a submodule")
    with pytest.raises(InputError) as caught:
        git.archive("HEAD", "latin")
    assert message(caught.value)[0] == "E0106"


def test_nobody_commits_without_a_name(git: Git, tmp_path: Path) -> None:
    nobody = Git(root=git.root, environ={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "nowhere")})
    with pytest.raises(InputError) as caught:
        nobody.import_commit(head(git), "m", {"output": {}})
    fix = "run: git config user.name 'Your Name' && git config user.email you@example.com"
    assert message(caught.value) == ("E0903", "git has no name and address for the commit", fix)


def test_a_folder_outside_of_git(tmp_path: Path, environ: Mapping[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        Git.open(tmp_path, environ)
    assert message(caught.value)[0] == "E0903"
    assert message(caught.value)[1].startswith(f"{tmp_path} is not in a git work tree: fatal: not a git repository")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    top = tmp_path / "remote.git"
    plain(tmp_path, "init", "--quiet", "--bare", str(top))
    return top


@pytest.fixture
def pusher(git: Git, tmp_path: Path) -> Git:
    """A local remote runs with the same home, so here the hooks lie in the repository instead."""
    shutil.copytree(tmp_path / "hooks", git.root / ".git" / "hooks", dirs_exist_ok=True)
    home = tmp_path / "friendly"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n", encoding="utf-8")
    return Git(root=git.root, environ={**git.environ, "HOME": str(home)})


def test_push_and_fetch(pusher: Git, remote: Path) -> None:
    tip = head(pusher)
    assert pusher.fetch(str(remote), "main") is None
    assert pusher.push(str(remote), tip, "refs/heads/main").status is PushStatus.ACCEPTED
    assert pusher.push(str(remote), tip, "refs/heads/main").status is PushStatus.ACCEPTED
    one, two = (pusher.import_commit(tip, name, {"output": {"output/x": name}}) for name in ("one", "two"))
    assert pusher.push(str(remote), one, "refs/heads/main").status is PushStatus.ACCEPTED
    lost = pusher.push(str(remote), two, "refs/heads/main")
    assert lost.status is PushStatus.MOVED, lost.words
    assert (pusher.fetch(str(remote), "main"), plain(remote, "rev-parse", "main").strip()) == (one, one)
    assert plain(remote, "for-each-ref", "--format=%(refname)") == "refs/heads/main\n"


def test_a_push_after_somebody_elses_is_a_lost_race(pusher: Git, remote: Path, tmp_path: Path) -> None:
    """The other commit is not known here: git says `fetch first` and not `non-fast-forward`."""
    tip = head(pusher)
    pusher.push(str(remote), tip, "refs/heads/main")
    plain(tmp_path, "clone", "--quiet", "--branch", "main", str(remote), "other")
    plain(tmp_path / "other", "commit", "--quiet", "--allow-empty", "--message", "theirs")
    plain(tmp_path / "other", "push", "--quiet", "origin", "HEAD:refs/heads/main")
    ours = pusher.import_commit(tip, "ours", {"output": {}})
    assert pusher.push(str(remote), ours, "refs/heads/main").status is PushStatus.MOVED


def test_a_server_that_does_not_want_it(pusher: Git, remote: Path) -> None:
    (remote / "hooks/pre-receive").write_text("#!/bin/sh\necho main is protected >&2\nexit 1\n", encoding="utf-8")
    (remote / "hooks/pre-receive").chmod(0o755)
    pushed = pusher.push(str(remote), head(pusher), "refs/heads/main")
    assert pushed.status is PushStatus.REFUSED
    assert "main is protected" in pushed.words


def test_a_clone_without_its_history_is_told(git: Git, tmp_path: Path, environ: Mapping[str, str]) -> None:
    argv = ("git", "clone", "--quiet", "--depth=1", f"file://{git.root}", str(tmp_path / "shallow"))
    subprocess.run(argv, check=True, env={"PATH": os.environ["PATH"]})
    assert [git.is_shallow(), Git.open(tmp_path / "shallow", environ).is_shallow()] == [False, True]


def test_a_remote_that_is_not_there(git: Git) -> None:
    with pytest.raises(ToolError) as caught:
        git.push("/nowhere/at/all", head(git), "refs/heads/main")
    assert message(caught.value)[0] == "E1103"
