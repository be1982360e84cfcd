"""Deleted runs, which can be restored for a while: their folders get a name that no list shows."""

import os
import secrets
import shutil
import time
from pathlib import Path

from cnn.core.errors import RunError
from cnn.runs.run import read_run
from cnn.runs.store import RUN_ID, Run, RunStore

PREFIX = ".trash-"
KEPT_SECONDS = 1800.0


def throw_away(store: RunStore, run_id: str, owner: str) -> Run:
    """Delete a run of `owner`; `take_back` restores it within half an hour.

    Raises:
        RunError: for somebody else's run, one that has not ended, or a folder that cannot be moved.
    """
    run = store.own(run_id, owner)
    status = run.status()
    if not status.ended:
        raise RunError(f"{run.name or run.id} is {status.state}: stop it on the page Train, then delete it.")
    hidden = run.folder.with_name(PREFIX + run.id)
    try:
        run.folder.rename(hidden)
        os.utime(hidden)
    except OSError as error:
        raise RunError(f"{run.name or run.id} cannot be deleted: {error.strerror}.") from error
    return run


def take_back(store: RunStore, run_id: str, owner: str) -> Run:
    """Restore a deleted run of `owner`.

    Raises:
        RunError: if it was removed for good, or belongs to somebody else.
    """
    hidden = store.folder / (PREFIX + run_id)
    if not RUN_ID.match(run_id) or not (hidden / "run.json").is_file():
        raise RunError("This run cannot be restored: that is possible for half an hour after deleting it.")
    run = read_run(hidden)
    if not owner or not secrets.compare_digest(run.owner.encode(), owner.encode()):
        raise RunError("This run belongs to somebody else; only its owner can restore it.")
    try:
        hidden.rename(store.folder / run_id)
    except OSError as error:
        raise RunError(f"The run cannot be restored: {error.strerror}.") from error
    return store.get(run_id)


def empty_trash(store: RunStore, seconds: float = KEPT_SECONDS) -> None:
    """Remove for good the runs that were deleted more than `seconds` ago."""
    before = time.time() - seconds
    for hidden in store.folder.glob(f"{PREFIX}*"):
        if _changed(hidden) < before:
            shutil.rmtree(hidden, ignore_errors=True)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
