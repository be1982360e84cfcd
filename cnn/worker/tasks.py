"""What is called inside workers and their nannies, around the jobs themselves."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError

TOKEN_FILE = ".engine"


class OtherWorkerError(Exception):
    """The process that something was meant for is gone, and another one has its address."""


def begin(scratch: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function, if this is the worker process with that scratch folder.

    A scheduler hands the task of a worker that died to the one that took its place; what becomes of it is for
    the engine to say.
    """
    from distributed import get_worker

    if get_worker().local_directory != scratch:
        raise OtherWorkerError("the worker this was meant for is gone")
    return function(*arguments)


def warm_up(function: Callable[[int], object], sharing: int, folder: str, token: str) -> object:
    """Look whether this worker reaches the runs, then let `function` prepare it for its share of the cores.

    Args:
        function: is called with how many threads one operation may use; 0 leaves it to TensorFlow.
        sharing: how many workers of this machine train.
        folder: where the runs are.
        token: what the server wrote there, into `TOKEN_FILE`.

    Raises:
        CnnLabError: when the folder is not the one the server has.
    """
    from dask.system import CPU_COUNT

    if _token(folder) != token:
        raise CnnLabError(f"it does not see the runs in {folder}; server and workers must share that folder.")
    return function(0 if sharing == 1 else max(1, CPU_COUNT // sharing))


def _token(folder: str) -> str:
    try:
        return Path(folder, TOKEN_FILE).read_text()
    except OSError:
        return ""


def kill_worker(dask_worker: Any) -> bool:
    """Kill the worker of the nanny in which this is called; return whether there was one."""
    if dask_worker.pid:
        os.kill(dask_worker.pid, signal.SIGKILL)
    return bool(dask_worker.pid)
