"""A file lock ensures that a single server trains the runs of a folder."""

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn.core.errors import RunError
from cnn.runs.status import Status
from cnn.worker.tasks import TOKEN_FILE


class OtherServerError(RunError):
    """Another server uses the folder; it may end later."""


@contextmanager
def only_server(folder: Path) -> Iterator[str]:
    """Lock the runs folder for this server; yield a token in it by which workers recognise it.

    Raises:
        OtherServerError: while another server uses it.
        OSError: if it cannot be created or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / TOKEN_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OtherServerError(
                "Another server already trains the runs of this folder; stop it, or let CNN_LAB_HOME "
                "name another folder."
            ) from error
        token = secrets.token_hex(16)
        os.ftruncate(file, 0)
        os.pwrite(file, token.encode(), 0)
        os.fsync(file)
        yield token
    finally:
        os.close(file)


# The title that distributed gives its worker processes if the package setproctitle is installed.
WORKER_TITLE = "dask worker"


def end_orphan(status: Status) -> bool:
    """Kill the worker process that a dead server left training; return whether there was one.

    Only processes started by multiprocessing are killed, never a command line that trains a run of its own.
    """
    import psutil

    if status.host != socket.gethostname() or status.process in (0, os.getpid()):
        return False
    try:
        process = psutil.Process(status.process)
        if not any("multiprocessing" in word or word.startswith(WORKER_TITLE) for word in process.cmdline()):
            return False
        process.kill()
    except (psutil.Error, ValueError, OverflowError, TypeError):
        return False
    return True
