"""`fleetgen rehearse` as a user runs it: the central cluster, closed windows, ^C, kill -9, mistakes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from fleetgen.rehearse.crds import anything
from fleetgen.yamlfile import dump
from tests.e2e.fleet import AS_OF, Fleet

pytestmark = pytest.mark.usefixtures("programs")
FLEETGEN = str(Path(sys.executable).with_name("fleetgen"))


@contextmanager
def started(root: Path, tmp: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """In a group of its own, with its own folder for temporary files; ended in any case."""
    tmp.mkdir(exist_ok=True)
    argv = (FLEETGEN, "-C", str(root), "rehearse", "--as-of", AS_OF, *args)
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp)},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def until_said(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"it ended without saying {words!r}")


def programs_of(tmp: Path) -> dict[int, str]:
    """Process id and command line of the programs that have to do with a folder below `tmp`."""
    everything = {p.pid: p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"]) if p.pid != os.getpid()}
    return {pid: " ".join(line)[:120] for pid, line in everything.items() if any(str(tmp) in part for part in line)}


def left_behind(tmp: Path) -> list[str]:
    """What is there after some patience: a guard needs a moment when the command was killed."""
    deadline = time.monotonic() + 20
    while (left := [*programs_of(tmp).values(), *map(str, tmp.iterdir())]) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def test_the_central_cluster_with_closed_windows(
    fleet: Fleet, crds: Path | None, tmp_path: Path, report: Callable[[str, str], None]
) -> None:
    """Its first sync is done by hand, as by the technician who sets it up outside of a maintenance window."""
    fleet.edit("fleet/clusters/hub-frankfurt.yaml", "  role: central\n", f"  role: central\n{CLOSED}")
    fleet.publish("A window that is closed for most of the year")
    with started(fleet.root, tmp_path / "t", "hub-frankfurt", "--json", *(["--crds", str(crds)] if crds else [])) as process:
        out, err = process.communicate(timeout=500)
        assert process.returncode == 0, err or out[-3000:]
    data = json.loads(out)
    subjects = {event["subject"] for event in data["timeline"] if event["what"].startswith("synced by hand")}
    assert {"cluster-baseline", "gpu-operator", "gatekeeper", "gatekeeper-policies"} <= subjects
    assert (data["cluster"], data["findings"], data["unknown"]) == ("hub-frankfurt", [], [])
    assert [(chart["chart"], chart["version"]) for chart in data["standIns"]] == [
        ("gatekeeper", "3.23.1"),
        ("gpu-operator", "v26.3.3"),
        ("node-feature-discovery", "0.19.0"),
    ]
    assert "gatekeeper: synced by hand: the maintenance window is closed" in data["stoodIn"]
    lines = [f"{event['seconds']:7.1f} s  {event['subject']:26} {event['what']}" for event in data["timeline"]]
    size = sum(data["memoryBytes"].values()) // 2**20
    report(
        "hub-frankfurt, central cluster", "\n".join([*lines, f"{data['seconds']} s, {size} MiB, {data['objects']} objects equal"])
    )
    assert left_behind(tmp_path / "t") == []


@pytest.mark.parametrize(
    ("number", "when", "code"),
    [
        (signal.SIGINT, "API server is ready", 130),
        (signal.SIGTERM, "powered on", 143),
        (signal.SIGKILL, "cluster-baseline", -9),
    ],
    ids=["^C", "SIGTERM", "kill -9"],
)
def test_everything_ends_with_the_command(fleet: Fleet, tmp_path: Path, number: signal.Signals, when: str, code: int) -> None:
    with started(fleet.root, tmp_path / "t", "store-0108") as process:
        until_said(process, when)
        assert len(programs_of(tmp_path)) >= 3
        process.send_signal(number)
        assert process.wait(timeout=60) == code
    assert left_behind(tmp_path / "t") == []


def test_two_at_once_do_not_collide(fleet: Fleet, tmp_path: Path) -> None:
    with ExitStack() as stack:
        names = ("store-0108", "store-0042")
        both = [stack.enter_context(started(fleet.root, tmp_path / name, name)) for name in names]
        for process in both:
            until_said(process, "cluster-baseline")
        for process in both:
            process.send_signal(signal.SIGINT)
        assert [process.wait(timeout=60) for process in both] == [130, 130]
    assert [left_behind(tmp_path / name) for name in names] == [[], []]


def test_a_program_that_dies_is_named_and_only_what_shall_be_kept_is_left(fleet: Fleet, tmp_path: Path) -> None:
    with started(fleet.root, tmp_path / "t", "store-0108", "--keep", str(tmp_path / "kept")) as process:
        until_said(process, "powered on")
        (etcd,) = (pid for pid, line in programs_of(tmp_path).items() if "/etcd --data-dir" in line)
        os.kill(etcd, signal.SIGKILL)
        _, err = process.communicate(timeout=300)
    assert (process.returncode, "error[E1301]: etcd ended by itself; the end of its log:" in err) == (3, True), err
    assert left_behind(tmp_path / "t") == []
    kept = {path.name for path in (tmp_path / "kept" / "logs").iterdir()}
    assert {"etcd.log", "kube-apiserver.log", "argocd-repo-server.log"} <= kept


# names what it defines, as a file must to be read at all
BROKEN = "kind: CustomResourceDefinition\nspec:\n  group: nvidia.com\n  names: {kind: ClusterPolicy}\n\tplural: x\n"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("store-9999",), 2, "error[E0301]: there is no cluster 'store-9999'"),
        (("store-0042", "--ref", "v9"), 2, "error[E1305]: there is no commit 'v9' in"),
        (("store-0042", "--timeout", "0"), 2, "Invalid value for '--timeout'"),
        (("store-0042", "--crds", "nowhere"), 2, "Directory '{tmp}/nowhere' does not exist"),
        (("store-0042", "--crds", "empty"), 2, "error[E1305]: no file below {tmp}/empty defines a custom resource"),
        (("store-0042", "--crds", "broken"), 2, "{tmp}/broken/policy.yaml:5:1: error[E0101]: is not valid YAML"),
        (("store-0042", "--crds", "refused"), 2, "from {tmp}/refused: policy.yaml is refused:"),
        (("store-0042", "--keep", "empty"), 2, "error[E1204]: {tmp}/empty exists already"),
    ],
    ids=[
        *("unknown cluster", "unknown ref", "no time", "no folder of definitions", "no definitions", "broken definition"),
        *("refused definition", "folder in use"),
    ],
)
def test_mistakes(fleet: Fleet, tmp_path: Path, args: tuple[str, ...], code: int, words: str) -> None:
    policy = anything("nvidia.com", "v1", "ClusterPolicy", cluster=True)
    for name, text in (("broken", BROKEN), ("refused", dump(policy))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text.replace("plural: clusterpolicies", "plural: x"), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    folders = {"nowhere", "empty", "broken", "refused"}
    argv = tuple(str(tmp_path / arg) if arg in folders else arg for arg in args)
    with started(fleet.root, tmp_path / "t", *argv) as process:
        _, err = process.communicate(timeout=300)
    assert (process.returncode, words.format(tmp=tmp_path) in err, "Traceback" in err) == (code, True, False), err
    assert left_behind(tmp_path / "t") == []


def test_what_sites_cannot_pull_is_said_before_anything_starts(fleet: Fleet, tmp_path: Path) -> None:
    """A fleet in a folder of its repository, inputs that were not published, no output, a shallow clone."""
    shallow = tmp_path / "shallow"
    fleet.git("clone", "--quiet", "--depth=1", f"file://{fleet.root}", str(shallow))
    inner = Fleet(tmp_path / "Flotte für Läden" / "fleet", fleet.library)
    shutil.copytree(fleet.root, inner.root, ignore=shutil.ignore_patterns(".git"))
    outer = Fleet(inner.root.parent, fleet.library)
    outer.git("init", "--quiet")
    outer.commit("In a folder")
    said = [refusal(shallow, tmp_path), refusal(inner.root, tmp_path)]
    inner.edit("environments/production/environment.yaml", "path: output\n", "path: fleet/output\n")
    outer.commit("Said, but not published")
    said.append(refusal(inner.root, tmp_path))
    shutil.rmtree(inner.root / "output")
    outer.commit("Nothing rendered")
    said.append(refusal(inner.root, tmp_path))
    folder = "clusters/production/store-0108"
    assert [line.partition("error[")[2] for line in said] == [
        f"E1305]: {shallow} is a shallow clone, from which no site can fetch",
        f"E1305]: sites pull output/{folder}, which is not in the commit",
        "E0901]: is not what the inputs of this commit render",
        f"E1305]: sites pull fleet/output/{folder}, which is not in the commit",
    ]


def refusal(root: Path, tmp: Path) -> str:
    """The first error."""
    with started(root, tmp / "t", "store-0108") as process:
        _, err = process.communicate(timeout=300)
    assert (process.returncode in {1, 2}, "Traceback" in err) == (True, False), err
    assert left_behind(tmp / "t") == []
    return next(line for line in err.splitlines() if "error[" in line)


CLOSED = "  maintenance: {windows: [{schedule: '0 3 29 2 *', duration: 1h}]}\n"
