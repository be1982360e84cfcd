"""Locks between processes: file locks, which are released when the process that holds them ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn.core.errors import RunError

PAUSE_SECONDS = 0.05


@contextmanager
def locked(path: Path, seconds: float = 0.0) -> Iterator[bool]:
    """Hold the lock of a file; yield False if another process still has it after `seconds`.

    Raises:
        RunError: if the file cannot be created.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise RunError(f"{path.parent.name} cannot be locked: {error.strerror}.") from error
    try:
        yield _lock(file, time.monotonic() + seconds)
    finally:
        os.close(file)


def _lock(file: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        else:
            return True
