"""What is called inside workers and their nannies, around the jobs themselves."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError
from cnn.runs.courier import borrowed
from cnn.runs.exchange import Exchange, Loan, shown
from cnn.worker.attachments import Carried

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
        folder: where the runs are: a folder, or the address that their files go through.
        token: what the server wrote there, into `TOKEN_FILE` of a folder.

    Raises:
        CnnLabError: when the folder is not the one the server has.
    """
    from dask.system import CPU_COUNT

    if _token(folder) != token:
        raise CnnLabError(
            f"it does not see the runs in {shown(folder)}; server and workers must share that folder."
        )
    return function(0 if sharing == 1 else max(1, CPU_COUNT // sharing))


def _token(folder: str) -> str:
    if "://" in folder:
        return (Exchange(folder).read("token") or b"").decode("utf-8", "replace")
    try:
        return Path(folder, TOKEN_FILE).read_text()
    except OSError:
        return ""


def train_away(train: Callable[[str, str], object], loan: Loan, topic: str) -> object:
    """Let `train` train a copy of a run that is lent, with all that it writes sent back, in order."""
    from distributed import get_worker

    with borrowed(loan, Path(get_worker().local_directory)) as folder:
        return train(str(folder), topic)


def answer_away(
    answer: Callable[..., Any], topic: str, key: str, function: Callable[..., Any], question: Carried
) -> Any:
    """Let `answer` answer a question about a run whose files came along with it."""
    from distributed import get_worker

    arguments = question.unpacked(Path(get_worker().local_directory, "carried"))
    return answer(topic, key, function, arguments)


def kill_worker(dask_worker: Any) -> bool:
    """Kill the worker of the nanny in which this is called; return whether there was one."""
    if dask_worker.pid:
        os.kill(dask_worker.pid, signal.SIGKILL)
    return bool(dask_worker.pid)
