"""What is said about a cluster that does not work, and what a worker does with a part, without a cluster."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from fleetgen.errors import EvaluationFailed, FleetgenError, InputError, ToolError, problem
from fleetgen.model.place import Place
from fleetgen.tools import dask_cluster
from fleetgen.tools.dask_cluster import _differences, _failure, _Opaque, _worked
from fleetgen.tools.executor import Machine
from fleetgen.tools.toolchain import Tool
from tests.unit.dask_fakes import WANTED, fake_future, killed

HERE = "tcp://10.0.4.7:41873"
SCHEDULER = "tcp://scheduler.example.com:8786"
TOOL = Tool(name="kustomize", version="v1", path=Path("/x/kustomize"), sha256=WANTED["sha256"], source="PATH")
INSTALL = "on the worker, install fleetgen[dask] 1.0.0 and start the worker again"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (WANTED, []),
        (ConnectionResetError("gone"), []),
        (
            ModuleNotFoundError("No module named 'x'"),
            [("the worker cannot use fleetgen: ModuleNotFoundError: No module named 'x'", INSTALL)],
        ),
        ({**WANTED, "fleetgen": "0.9.0", "code": "old"}, [("the worker has fleetgen 0.9.0; this machine has 1.0.0", INSTALL)]),
        ({**WANTED, "code": "edited"}, [("the code of fleetgen 1.0.0 on the worker differs from the code here", INSTALL)]),
        (
            {**WANTED, "code": "edited", "sha256": ""},
            [
                ("the code of fleetgen 1.0.0 on the worker differs from the code here", INSTALL),
                ("the worker has no kustomize of the pinned version", "on the worker, run: fleetgen tools install kustomize"),
            ],
        ),
        (
            {**WANTED, "sha256": "9c1185a5c5e9fc54"},
            [
                (
                    "kustomize on the worker is another file (sha256 9c1185a5c5e9...) than kustomize here (a77ebeb6a0f1...)",
                    "copy kustomize from here to the worker, or start both from the same image",
                )
            ],
        ),
    ],
    ids=["equal", "lost", "no fleetgen", "version", "code", "code and no tool", "tool"],
)  # fmt: skip
def test_what_differs(found: Mapping[str, str] | Exception, expected: list[tuple[str, str]]) -> None:
    wanted = [problem("E1402", message, fix=fix, place=Place(HERE)) for message, fix in expected]
    assert [*_differences(HERE, WANTED, found)] == wanted


@pytest.mark.parametrize(
    ("error", "place", "message"),
    [
        (None, SCHEDULER, "the connection to the scheduler was lost"),
        (killed(HERE), HERE, "4 workers ended while they worked on the same part, the last one here"),
        (ValueError("not so"), SCHEDULER, "a part failed on a worker: ValueError: not so"),
    ],
    ids=["cancelled", "killed", "other"],
)
def test_why_a_part_has_no_result(error: Exception | None, place: str, message: str) -> None:
    (finding,) = _failure(SCHEDULER, fake_future(error)).findings
    assert (finding.code, str(finding.place), finding.message) == ("E1403", place, message)


@pytest.mark.parametrize(
    "error",
    [
        InputError([problem("E0101", "a", fix="f", place=Place("x.yaml", 1)), problem("E0102", "b")]),
        ToolError(problem("E1103", "crashed")),
        EvaluationFailed(Place("g.rego", 5), "eval_conflict_error"),
    ],
    ids=["findings", "tool", "rule"],
)
def test_an_error_survives_the_way_back(error: FleetgenError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(back), back.findings, str(back)) == (type(error), error.findings, str(error))
    assert _failure(SCHEDULER, fake_future(error)) is error


@pytest.fixture
def on_a_worker(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """This process is a worker with these properties."""
    own = dict(WANTED)
    monkeypatch.setattr(dask_cluster, "get_worker", lambda: SimpleNamespace(address=HERE))
    monkeypatch.setattr(dask_cluster, "_own", lambda _name: TOOL)
    monkeypatch.setattr(dask_cluster, "_identity", lambda _name, _tool: own)
    return own


def _add(machine: Machine, shared: int, part: int) -> tuple[str, int]:
    return machine.tool.name, shared + part


def _crash(_machine: Machine, _shared: int, part: int) -> None:
    place = Place("policy.rego", part) if part else None
    raise ToolError(problem("E1103", "crashed", fix="f", place=place))


def _refuse(_machine: Machine, _shared: int, _part: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_worker_does_a_part(on_a_worker: dict[str, str]) -> None:
    assert _worked(WANTED, _add, _Opaque(1), _Opaque(2)) == ("kustomize", 3)


def test_a_worker_that_joined_later_is_refused(on_a_worker: dict[str, str]) -> None:
    on_a_worker["code"] = "edited"
    with pytest.raises(ToolError) as caught:
        _worked(WANTED, _add, _Opaque(1), _Opaque(2))
    message = "the code of fleetgen 1.0.0 on the worker differs from the code here"
    assert caught.value.findings == (problem("E1402", message, fix=INSTALL, place=Place(HERE)),)


@pytest.mark.parametrize(
    ("part", "place"), [(0, Place(HERE)), (7, Place("policy.rego", 7))], ids=["the worker", "what the tool named"]
)
def test_an_error_names_its_place(on_a_worker: dict[str, str], part: int, place: Place) -> None:
    with pytest.raises(ToolError) as caught:
        _worked(WANTED, _crash, _Opaque(1), _Opaque(part))
    assert caught.value.findings == (problem("E1103", "crashed", fix="f", place=place),)


def test_a_worker_without_room(on_a_worker: dict[str, str]) -> None:
    with pytest.raises(ToolError) as caught:
        _worked(WANTED, _refuse, _Opaque(1), _Opaque(2))
    fix = "make room on the worker for temporary files, or set TMPDIR there"
    assert caught.value.findings == (problem("E1403", "No space left on device", fix=fix, place=Place(HERE)),)
