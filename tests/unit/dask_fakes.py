"""What stands for parts of Dask where no process may be started."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final, cast

from distributed import Client, Future, KilledWorker

WANTED: Final = {"fleetgen": "1.0.0", "code": "c0de", "tool": "kustomize", "sha256": "a77ebeb6a0f1d2c3b4a5968778695a4b"}


def fake_client() -> Client:
    """A client whose scheduler has no workers."""

    def nobody(_number: int, timeout: float) -> None:
        raise TimeoutError(timeout)

    return cast("Client", SimpleNamespace(wait_for_workers=nobody))


def fake_future(error: Exception | None) -> Future[Any]:
    """A future that has failed, or was cancelled if there is no error."""
    return cast("Future[Any]", SimpleNamespace(cancelled=lambda: error is None, exception=lambda: error))


def killed(address: str) -> KilledWorker:
    """What Dask says of a part that ended four workers, the last one at this address."""
    return KilledWorker("build_part-0", cast("Any", SimpleNamespace(address=address)), 3)
