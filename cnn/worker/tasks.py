"""Functions that are called inside workers and their nannies, around the jobs themselves."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError

TOKEN_FILE = ".engine"


class OtherWorkerError(Exception):
    """The intended process has ended, and another one has its address."""


def begin(scratch: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function, if this is the worker process with that scratch folder.

    A scheduler gives the task of a dead worker to the worker that replaces it; the engine must decide what
    happens to it instead.
    """
    from distributed import get_worker

    if get_worker().local_directory != scratch:
        raise OtherWorkerError("the worker that this was meant for has ended")
    return function(*arguments)


def warm_up(function: Callable[[int], object], sharing: int, folder: str, token: str) -> object:
    """Check that this worker sees the runs, then let `function` prepare it for its share of the cores.

    Args:
        function: is called with the number of threads of one operation; 0 leaves it to TensorFlow.
        sharing: the number of training workers of this machine.
        folder: the runs folder.
        token: the text that the server wrote there, into `TOKEN_FILE`.

    Raises:
        CnnLabError: if the folder is not the server's.
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
