"""`fleetgen rehearse` as a user runs it: the central cluster, closed windows, ^C, kill -9, two at once, mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.fleet import AS_OF, Fleet

pytestmark = pytest.mark.usefixtures("programs")
FLEETGEN = str(Path(sys.executable).with_name("fleetgen"))


def start(fleet: Fleet, tmp: Path, *args: str) -> subprocess.Popen[str]:
    """In a group of its own, with its own folder for temporary files."""
    tmp.mkdir(exist_ok=True)
    argv = (FLEETGEN, "-C", str(fleet.root), "rehearse", "--as-of", AS_OF, *args)
    return subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp)},
        start_new_session=True,
    )


def until_said(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"it ended without saying {words!r}")


def programs_of(tmp: Path) -> list[str]:
    """Programs whose command line or environment names a folder below `tmp`."""
    everything = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]) if process.pid != os.getpid())
    return [" ".join(line)[:120] for line in everything if any(str(tmp) in part for part in line)]


def test_the_central_cluster_with_closed_windows(
    fleet: Fleet, crds: Path | None, tmp_path: Path, report: Callable[[str, str], None]
) -> None:
    """Its first sync is done by hand, as by the technician who sets it up outside of a maintenance window."""
    fleet.edit("fleet/clusters/hub-frankfurt.yaml", "  role: central\n", f"  role: central\n{CLOSED}")
    fleet.publish("A window that is closed for most of the year")
    process = start(fleet, tmp_path / "t", "hub-frankfurt", "--json", *(["--crds", str(crds)] if crds else []))
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, err
    data = json.loads(out)
    subjects = {event["subject"] for event in data["timeline"] if event["what"].startswith("synced by hand")}
    assert {"cluster-baseline", "gpu-operator", "gatekeeper", "gatekeeper-policies"} <= subjects
    assert (data["cluster"], data["findings"], data["unknown"]) == ("hub-frankfurt", [], [])
    assert [(chart["chart"], chart["version"]) for chart in data["standIns"]] == [
        ("gatekeeper", "3.23.1"),
        ("gpu-operator", "v26.3.3"),
    ]
    lines = [f"{event['seconds']:7.1f} s  {event['subject']:26} {event['what']}" for event in data["timeline"]]
    size = sum(data["memoryBytes"].values()) // 2**20
    report(
        "hub-frankfurt, central cluster", "\n".join([*lines, f"{data['seconds']} s, {size} MiB, {data['objects']} objects equal"])
    )
    assert programs_of(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)], ids=["^C", "SIGTERM", "kill -9"]
)
def test_everything_ends_with_the_command(fleet: Fleet, tmp_path: Path, number: signal.Signals, code: int) -> None:
    process = start(fleet, tmp_path / "t", "store-0108")
    until_said(process, "powered on")
    assert len(programs_of(tmp_path)) >= 5
    process.send_signal(number)
    assert process.wait(timeout=60) == code
    deadline = time.monotonic() + 20
    while programs_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    left = [path.name for path in (tmp_path / "t").iterdir() if not path.name.startswith("fleetgen-ports-")]
    assert programs_of(tmp_path) == []
    if number is not signal.SIGKILL:  # the checked-out commit of a process that may tidy up nothing stays behind
        assert left == []
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()


def test_two_at_once_do_not_collide(fleet: Fleet, tmp_path: Path) -> None:
    both = [start(fleet, tmp_path / "t", name) for name in ("store-0108", "store-0042")]
    for process in both:
        until_said(process, "Synced, Healthy")
    for process in both:
        process.send_signal(signal.SIGINT)
    assert [process.wait(timeout=60) for process in both] == [130, 130]
    for process in both:
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("store-9999",), 2, "error[E0301]: there is no cluster 'store-9999'"),
        (("store-0042", "--ref", "v9"), 2, "error[E1305]: 'v9' names no commit of"),
        (("store-0042", "--crds", "nowhere"), 2, "Directory 'nowhere' does not exist"),
        (("store-0042", "--keep", "fleet"), 3, "is not empty"),
    ],
    ids=["unknown cluster", "unknown ref", "no folder of definitions", "folder in use"],
)
def test_mistakes(fleet: Fleet, tmp_path: Path, args: tuple[str, ...], code: int, words: str) -> None:
    argv = tuple(str(fleet.root / "fleet") if arg == "fleet" else arg for arg in args)
    process = start(fleet, tmp_path / "t", *argv)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, words in err) == (code, True), err


CLOSED = "  maintenance: {windows: [{schedule: '0 3 29 2 *', duration: 1h}]}\n"
