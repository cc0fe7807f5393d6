"""Work on the workers of an existing Dask cluster: the client's side, and what runs on a worker. The only user of Dask.

A worker takes its tools from its own machine. It answers only if they, and fleetgen itself, are exactly those of the client.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Generic
from uuid import uuid4

import dask
from distributed import CancelledError, Client, Future, KilledWorker, get_worker, wait
from distributed.comm.core import CommClosedError

from fleetgen import __version__
from fleetgen.errors import FleetgenError, ToolError, problem
from fleetgen.library import builtin_root
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.tools.executor import Machine, Part, Result, Shared, Work
from fleetgen.tools.own_code import code_digest
from fleetgen.tools.toolchain import Tool, Toolchain, cache_folder

_CONNECT_SECONDS: Final = 5
_LOOK_SECONDS: Final = 1
_WITHOUT_WORKERS_SECONDS: Final = 30  # a worker's nanny starts it again in some seconds
_SENT_A_SLOT: Final = 3  # parts that wait at a worker while it works; more would only fill memory
_LARGE: Final = {"distributed.admin.large-graph-warning-threshold": "1GiB"}
_CODE: Final = code_digest()  # of the code that is loaded; later the files may be newer
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DaskExecutor:
    """Meets the port `Executor`. `address` is that of the scheduler; how to encrypt is a matter of Dask's own configuration.

    A part whose worker is lost is given to another one.
    """

    address: str

    def map(
        self,
        work: Work[Shared, Part, Result],
        divide: Callable[[int], Sequence[Part]],
        on_done: Callable[[Result], None] = lambda _result: None,
    ) -> list[Result]:
        """As the port says. Raises ToolError E1401, E1402, E1403, and what a part raises."""
        try:
            with _connected(self.address) as client:
                wanted = _identity(work.tool.name, work.tool)
                _demand_equal_workers(client, work.tool.name, wanted)
                parts = divide(_slots(client))
                return _Parts(self.address, client, work, wanted).results(parts, on_done)
        except (CommClosedError, CancelledError) as error:
            raise _lost(self.address) from error


class _Parts(Generic[Shared, Part, Result]):
    """Parts on their way: a few for each slot are with the workers, the others wait here."""

    def __init__(self, address: str, client: Client, work: Work[Shared, Part, Result], wanted: Mapping[str, str]) -> None:
        self._address, self._client, self._work, self._wanted = address, client, work, wanted
        self._name = f"{work.function.__name__}-{uuid4().hex}"
        # A task and not `scatter`: Dask makes it again if every worker that holds it is lost.
        self._shared = client.submit(_given, _Opaque(work.shared), key=f"{self._name}-shared")
        self._sent: dict[Future[Result], int] = {}
        self._seen = time.monotonic()  # when there were workers

    def results(self, parts: Sequence[Part], on_done: Callable[[Result], None]) -> list[Result]:
        waiting = deque(enumerate(parts))
        results: dict[int, Result] = {}
        try:
            while waiting or self._sent:
                while waiting and len(self._sent) < self._limit():
                    self._send(*waiting.popleft())
                for number, result in self._ended():
                    results[number] = result
                    on_done(result)
            return [results[number] for number in range(len(parts))]
        finally:
            with suppress(OSError):  # the scheduler may be gone
                self._client.cancel([*self._sent, self._shared], force=True)

    def _limit(self) -> int:
        return _SENT_A_SLOT * max(1, _slots(self._client))

    def _send(self, number: int, part: Part) -> None:
        arguments = (self._wanted, self._work.function, self._shared, _Opaque(part))
        self._sent[self._client.submit(_worked, *arguments, key=f"{self._name}-{number}")] = number

    def _ended(self) -> list[tuple[int, Result]]:
        """The results that are there, at least one. Raises ToolError."""
        while True:
            try:
                done = [*wait([*self._sent], timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done]
            except TimeoutError:
                self._demand_workers()
                continue
            for future in done:
                if future.status != "finished":
                    raise _failure(self._address, future)
            return [(self._sent.pop(future), result) for future, result in zip(done, self._client.gather(done), strict=True)]

    def _demand_workers(self) -> None:
        if self._client.nthreads():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > _WITHOUT_WORKERS_SECONDS:
            message = f"the scheduler has had no worker for {_WITHOUT_WORKERS_SECONDS} s"
            fix = f"look at the logs of the workers; start some: dask worker {self._address}"
            raise ToolError(problem("E1403", message, fix=fix, place=Place(self._address)))


def _failure(address: str, future: Future[Any]) -> FleetgenError:
    """Why a part has no result."""
    error = None if future.cancelled() else future.exception()
    if error is None:
        return _lost(address)
    if isinstance(error, FleetgenError):
        return error
    place, fix = Place(address), "look at the logs of the workers and of the scheduler"
    if isinstance(error, KilledWorker):
        place = Place(error.last_worker.address)
        message = f"{error.allowed_failures + 1} workers ended while they worked on the same part, the last one here"
        fix = "give workers more memory or fewer threads (dask worker --memory-limit, --nthreads), and look at their logs"
    else:
        message = f"a part failed on a worker: {type(error).__name__}: {error}"
    return ToolError(problem("E1403", message, fix=fix, place=place))


def _lost(address: str) -> ToolError:
    fix = "look at the log of the scheduler, and run again"
    return ToolError(problem("E1403", "the connection to the scheduler was lost", fix=fix, place=Place(address)))


def _slots(client: Client) -> int:
    """How many parts the workers can do at a time."""
    threads: Mapping[str, int] = client.nthreads()
    return sum(threads.values())


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler, which has workers. What Dask logs about lost connections is left to our messages."""
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set(_LARGE):
        try:
            client = Client(address, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError, TypeError, RuntimeError, MemoryError) as error:  # of other programs that listen there, too
            fix = "correct the address; start a scheduler there: dask scheduler; encryption needs the same settings of Dask here"
            message = f"cannot connect to the scheduler: {str(error) or type(error).__name__}"
            raise ToolError(problem("E1401", message, fix=fix, place=Place(address))) from error
        try:
            _demand_a_worker(address, client)
            yield client
        finally:
            with suppress(OSError):
                client.close(timeout=_CONNECT_SECONDS)


def _demand_a_worker(address: str, client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError as error:
        fix = f"start some: dask worker {address}"
        raise ToolError(problem("E1401", "the scheduler has no workers", fix=fix, place=Place(address))) from error


def _demand_equal_workers(client: Client, tool: str, wanted: Mapping[str, str]) -> None:
    """Ask before any part is sent, so that one message names every worker that differs. Raises ToolError E1402."""
    answers = client.run(_identity, tool, on_error="return")
    found = [finding for address in sorted(answers) for finding in _differences(address, wanted, answers[address])]
    if found:
        raise ToolError(found)


def _differences(address: str, wanted: Mapping[str, str], found: Mapping[str, str] | Exception) -> Iterator[Finding]:
    if isinstance(found, OSError):
        return  # lost just now
    install = f"on the worker, install fleetgen[dask] {wanted['fleetgen']} and start the worker again"
    if isinstance(found, Exception):
        message = f"the worker cannot use fleetgen: {type(found).__name__}: {found}"
        yield problem("E1402", message, fix=install, place=Place(address))
        return
    if found["fleetgen"] != wanted["fleetgen"]:
        message = f"the worker has fleetgen {found['fleetgen']}; this machine has {wanted['fleetgen']}"
        yield problem("E1402", message, fix=install, place=Place(address))
    elif found["code"] != wanted["code"]:
        message = f"the code of fleetgen {wanted['fleetgen']} on the worker differs from the code here"
        yield problem("E1402", message, fix=install, place=Place(address))
    tool = wanted["tool"]
    if not found["sha256"]:
        fix = f"on the worker, run: fleetgen tools install {tool}"
        yield problem("E1402", f"the worker has no {tool} of the pinned version", fix=fix, place=Place(address))
    elif found["sha256"] != wanted["sha256"]:
        theirs, ours = found["sha256"][:_DIGITS], wanted["sha256"][:_DIGITS]
        message = f"{tool} on the worker is another file (sha256 {theirs}...) than {tool} here ({ours}...)"
        fix = f"copy {tool} from here to the worker, or start both from the same image"
        yield problem("E1402", message, fix=fix, place=Place(address))


# Below: what runs on a worker.


def _identity(tool: str, found: Tool | None = None) -> dict[str, str]:
    """What has to be equal, as plain data, which any version of fleetgen can read."""
    used = found or _own(tool)
    return {"fleetgen": __version__, "code": _CODE, "tool": tool, "sha256": used.sha256 if used else ""}


def _own(tool: str) -> Tool | None:
    return Toolchain(library=builtin_root(), cache=cache_folder(os.environ), environ=os.environ).find(tool)


@dataclass(frozen=True, slots=True)
class _Opaque:
    """A value that Dask does not search for futures."""

    value: Any


def _given(value: _Opaque) -> _Opaque:
    return value


def _worked(wanted: Mapping[str, str], function: Callable[[Machine, Any, Any], Any], shared: _Opaque, part: _Opaque) -> Any:  # noqa: ANN401 - what the function gives
    """Do a part. A worker that joined later was not asked yet, so each part asks again."""
    here = Place(get_worker().address)
    tool = _own(wanted["tool"])
    different = [*_differences(here.path, wanted, _identity(wanted["tool"], tool))]
    if different or tool is None:
        raise ToolError(different)
    try:
        return function(Machine(tool=tool, environ=os.environ), shared.value, part.value)
    except ToolError as error:
        if all(finding.place for finding in error.findings):
            raise
        raise ToolError([replace(finding, place=finding.place or here) for finding in error.findings]) from error
    except OSError as error:
        fix = "make room on the worker for temporary files, or set TMPDIR there"
        raise ToolError(problem("E1403", f"{error.strerror or error}", fix=fix, place=here)) from error
