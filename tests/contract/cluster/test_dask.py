"""The executor on a real Dask cluster: the same bytes as here, and what happens when machines fail or differ."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask
import pytest
import trustme
from distributed import Client

from fleetgen.cli.main import main
from fleetgen.errors import EvaluationFailed, ToolError
from fleetgen.model.manifest import BuildRoot
from fleetgen.model.place import Place
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.dask_cluster import DaskExecutor
from fleetgen.tools.executor import LocalExecutor, Work
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool, Toolchain, cache_folder
from tests.conftest import ROOT
from tests.contract.cluster import working
from tests.contract.cluster.conftest import Cluster

TOY = ROOT / "tests/contract/line/toy"
KEPT = ("pod/no_privileged", "gpu/capacity", "fleet/model_versions")
CONSTRAINTS = ("pod-no-privileged.yaml", "gpu-capacity.yaml", "fleet-model-versions.yaml")


def fleet(target: Path) -> Path:
    """The toy fleet with three policies of the library."""
    shutil.copytree(TOY, target)
    for name in ("gate", "lib", *KEPT):
        shutil.copytree(ROOT / "policies/rego" / name, target / "policies/rego" / name)
    (target / "policies/constraints").mkdir()
    for name in CONSTRAINTS:
        shutil.copy(ROOT / "policies/constraints" / name, target / "policies/constraints" / name)
    return target


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def roots(number: int) -> list[BuildRoot]:
    """Roots that differ in one value, on one base."""
    base = {
        "bases/a/kustomization.yaml": "resources: [map.yaml]\n",
        "bases/a/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    }
    return [
        BuildRoot(f"o/{n}", {**base, f"o/{n}/kustomization.yaml": f"resources: [../../bases/a]\nnamePrefix: n{n}-\n"})
        for n in range(number)
    ]


def words(call: Callable[[], object]) -> list[tuple[str, str, str]]:
    """Place, code and message of each finding of the ToolError."""
    with pytest.raises(ToolError) as caught:
        call()
    return [(str(finding.place), finding.code, finding.message) for finding in caught.value.findings]


def squares(address: str, tool: Tool, notes: Path, on_done: Callable[[int], None] = lambda _: None) -> list[int]:
    work = Work(function=working.nap, tool=tool, shared=notes)
    return DaskExecutor(address=address).map(work, lambda _slots: range(12), on_done)


@pytest.fixture
def kustomize(tools: Callable[[str], Tool]) -> Tool:
    return tools("kustomize")


def test_the_same_bytes_and_the_same_findings(cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, there = fleet(tmp_path / "here"), fleet(tmp_path / "there")
    options = {here: (), there: ("--executor", f"dask:{cluster.address}")}

    def run(command: str) -> list[tuple[int, str, str]]:
        ended = []
        for folder, more in options.items():
            code = main(["-C", str(folder), command, "--no-cache", "--as-of=2026-11-24", "--quiet", *more])
            ended.append((code, *capsys.readouterr()))
        return ended

    ran = run("render")
    assert (ran[0], ran[0][0], tree(here / "output")) == (ran[1], 0, tree(there / "output"))
    assert len(tree(here / "output")) > 20
    for folder in options:
        path = folder / "templates/toy/component.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("privileged: false", "privileged: true"), encoding="utf-8")
    ran = run("check")
    assert (ran[0], ran[0][0], "error[FG-POD-001]" in ran[0][2]) == (ran[1], 1, True)


def test_a_worker_that_is_killed_while_it_works(cluster: Cluster, kustomize: Tool) -> None:
    wanted = roots(60)
    with cluster.worker() as lost:
        cluster.wait(3)
        heard: list[int] = []

        def kill(done: int, _total: int) -> None:
            heard.append(done)
            if lost.poll() is None:
                lost.send_signal(signal.SIGKILL)
                lost.wait()

        built = KustomizeCli(tool=kustomize, executor=DaskExecutor(address=cluster.address), on_built=kill).build(wanted)
    assert lost.returncode == -signal.SIGKILL
    assert (min(heard) < 60, max(heard)) == (True, 60)
    assert built == KustomizeCli(tool=kustomize, executor=LocalExecutor(environ=os.environ, jobs=2)).build(wanted)


def test_parts_of_a_killed_worker_are_done_again(new_cluster: Callable[..., Cluster], kustomize: Tool, tmp_path: Path) -> None:
    cluster, notes = new_cluster(0), tmp_path / "notes"
    notes.mkdir()
    with ThreadPoolExecutor() as threads, cluster.worker({"SLOW": "yes"}) as lost:
        cluster.wait(1)  # whoever joins later gets no part that is already with the slow one
        working_now = threads.submit(squares, cluster.address, kustomize, notes)
        deadline = time.monotonic() + 60
        while not [*notes.iterdir()]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with cluster.worker():
            cluster.wait(2)
            lost.send_signal(signal.SIGKILL)
            assert working_now.result(timeout=60) == [number * number for number in range(12)]
    started = [path.name.split("-")[0] for path in notes.iterdir()]
    assert (len(started) > 12, {*started}) == (True, {str(number) for number in range(12)})


def test_a_worker_with_another_tool_is_refused(cluster: Cluster, user_tools: Toolchain, kustomize: Tool, tmp_path: Path) -> None:
    folder = "kustomize" / kustomize.path.relative_to(cache_folder(os.environ) / "tools" / "kustomize")
    other = tmp_path / "tools" / folder
    other.parent.mkdir(parents=True)
    shutil.copy(kustomize.path, other)
    with other.open("ab") as file:
        file.write(b"\0")
    changed = Toolchain(library=ROOT, cache=tmp_path, environ={}).need("kustomize").sha256
    with cluster.worker({"FLEETGEN_CACHE_DIR": str(tmp_path), "PATH": ""}):
        cluster.wait(3)
        found = words(lambda: KustomizeCli(tool=kustomize, executor=DaskExecutor(address=cluster.address)).build(roots(1)))
        with Client(cluster.address, set_as_default=False) as client:
            places = {place for place, _, _ in found}
            assert (len(places), places <= {*client.nthreads()}) == (1, True)
    message = (
        f"kustomize on the worker is another file (sha256 {changed[:12]}...) than kustomize here ({kustomize.sha256[:12]}...)"
    )
    assert [each[1:] for each in found] == [("E1402", message)]


def test_errors_come_back_as_they_are_here(cluster: Cluster, tools: Callable[[str], Tool], kustomize: Tool) -> None:
    executor = DaskExecutor(address=cluster.address)
    engine = ConftestCli(tool=tools("conftest"), capabilities=ROOT / "policies/capabilities.json", executor=executor)
    rego = 'package main\n\na := 1 if input.x\n\na := 2 if input.x\n\ndeny contains "m" if a\n'
    with pytest.raises(EvaluationFailed) as caught:
        engine.evaluate({"g.rego": rego}, {}, [{"x": True}])
    assert caught.value.place == Place("g.rego", 5)
    assert "complete rules must not produce multiple outputs" in caught.value.reason
    ((place, code, message),) = words(
        lambda: executor.map(Work(function=working.fill_the_disk, tool=kustomize, shared=None), range)
    )
    assert (place.startswith("tcp://127.0.0.1:"), code, message) == (True, "E1403", "No space left on device")


def test_an_address_where_nothing_answers(kustomize: Tool) -> None:
    begin = time.monotonic()
    nobody = "tcp://127.0.0.1:9"
    found = words(lambda: KustomizeCli(tool=kustomize, executor=DaskExecutor(address=nobody)).build(roots(1)))
    message = "cannot connect to the scheduler: Timed out trying to connect to tcp://127.0.0.1:9 after 5 s"
    assert (found, time.monotonic() - begin < 20) == ([(nobody, "E1401", message)], True)


def test_an_interrupt_cancels_what_was_sent(cluster: Cluster, tmp_path: Path) -> None:
    program = f"""
import os
from pathlib import Path
from fleetgen.library import builtin_root
from fleetgen.tools.toolchain import Toolchain, cache_folder
from tests.contract.cluster.test_dask import squares
tool = Toolchain(library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ).need("kustomize")
squares({cluster.address!r}, tool, Path({str(tmp_path)!r}))
"""
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}/generator:{ROOT}"}
    ours = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    while not [*tmp_path.iterdir()]:
        assert ours.poll() is None
        time.sleep(0.05)
    ours.send_signal(signal.SIGINT)
    _, err = ours.communicate(timeout=20)
    assert (ours.returncode, err.splitlines()[-1:]) == (-signal.SIGINT, [b"KeyboardInterrupt"])
    time.sleep(1)  # what was being done is ended
    started = len([*tmp_path.iterdir()])
    with Client(cluster.address, set_as_default=False) as client:
        assert [task for tasks in client.processing().values() for task in tasks] == []
    time.sleep(1)
    assert (len([*tmp_path.iterdir()]), started < 12) == (started, True)


def test_work_that_ends_every_worker_and_a_scheduler_without_workers(
    new_cluster: Callable[..., Cluster], kustomize: Tool
) -> None:
    address = new_cluster(2).address
    executor = DaskExecutor(address=address)
    ((place, *found),) = words(lambda: executor.map(Work(function=working.die, tool=kustomize, shared=None), lambda _: [1]))
    assert place.startswith("tcp://127.0.0.1:")
    assert found == ["E1403", "2 workers ended while they worked on the same part, the last one here"]
    found_now = words(lambda: executor.map(Work(function=working.die, tool=kustomize, shared=None), lambda _: [1]))
    assert found_now == [(address, "E1401", "the scheduler has no workers")]


def test_a_scheduler_that_ends(new_cluster: Callable[..., Cluster], kustomize: Tool, tmp_path: Path) -> None:
    lost = new_cluster(1)
    address, notes = lost.address, tmp_path / "notes"
    notes.mkdir()
    found = words(lambda: squares(address, kustomize, notes, lambda _: lost.scheduler.kill()))
    assert found == [(address, "E1403", "the connection to the scheduler was lost")]


def certificates(folder: Path) -> dict[str, str]:
    """Settings of Dask with a certificate, and an authority that signs no others."""
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "host.pem"))
    tls, own = "distributed.comm.tls", str(folder / "host.pem")
    roles = {f"{tls}.{role}.{part}": own for role in ("scheduler", "worker", "client") for part in ("cert", "key")}
    return {f"{tls}.ca-file": str(folder / "ca.pem"), **roles}


def test_certificates_say_who_may_connect(new_cluster: Callable[..., Cluster], kustomize: Tool, tmp_path: Path) -> None:
    ours, others = certificates(tmp_path / "ours"), certificates(tmp_path / "others")
    executor = DaskExecutor(address=new_cluster(1, ours).address)
    builder = KustomizeCli(tool=kustomize, executor=executor)
    assert executor.address.startswith("tls://")
    with dask.config.set(ours):
        assert [built.error for built in builder.build(roots(2))] == ["", ""]
    with dask.config.set(others):
        ((place, code, message),) = words(lambda: builder.build(roots(1)))
    assert (place, code, "TLS certificate does not match" in message) == (executor.address, "E1401", True)


def test_dask_is_not_loaded_without_need(tmp_path: Path) -> None:
    program = f"""
import sys
from fleetgen.cli.main import main
assert main(["-C", {str(fleet(tmp_path / "fleet"))!r}, "check", "--inventory", "--executor", "dask:tcp://nobody:1"]) == 0
print({{"dask", "distributed"}} & set(sys.modules))
"""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}
    ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
