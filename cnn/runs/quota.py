"""Limits of the disk space of runs: per owner, and on the whole server. Old runs make room for new ones.

Only ended runs of the same owner are removed, those that ended first before others, and the owner gets a notice.
"""

import os
from collections.abc import Iterable, Sequence
from math import prod
from pathlib import Path

from cnn.core.errors import RunError, SpecError
from cnn.core.settings import MEGABYTE, owner_limit, queue_limit, server_limit
from cnn.network.forward import weight_shapes
from cnn.network.spec import Setup
from cnn.runs.run import Run
from cnn.runs.snapshots import KEPT
from cnn.runs.status import FILE as STATE_FILE

FLOAT_BYTES = 4
# Two checkpoints of the weights and the state of the optimiser: at most two more numbers per weight.
CHECKPOINT_COPIES = 2 * 3
HISTORY_BYTES = 200_000


def size(run: Run) -> int:
    """Return the bytes that a run takes on the disk."""
    files = (Path(folder) / name for folder, _, names in os.walk(run.folder) for name in names)
    return sum(map(_bytes, files))  # some files may be deleted meanwhile


def needed(setup: Setup) -> int:
    """Return the bytes that a new run of `setup` will take, roughly: snapshots, checkpoints and history."""
    try:
        weights = sum(prod(shape) for shape in weight_shapes(setup.network).values())
    except SpecError:
        return HISTORY_BYTES
    snapshots = min(KEPT, (setup.training.epochs or KEPT) + 1)
    return weights * FLOAT_BYTES * (snapshots + CHECKPOINT_COPIES) + HISTORY_BYTES


def check_queue(runs: Iterable[Run]) -> None:
    """Check that the owner of these `runs` may put one more into the queue.

    Raises:
        RunError: if as many as allowed wait already.
    """
    waiting, most = sum(run.status().state == "queued" for run in runs), queue_limit()
    if waiting >= most:
        raise RunError(
            f"{waiting} of your runs wait already, and no more than {most} may; wait for one to begin, "
            "or delete one."
        )


def make_room(
    runs: Sequence[Run], owner: str, setup: Setup | None = None, kept: Run | None = None
) -> list[str]:
    """Remove the earliest ended runs of `owner` until there is room; return one sentence per removed run.

    Args:
        runs: all runs of the store.
        owner: whose runs may be removed.
        setup: the set-up of a new run that needs room; None after a run has ended.
        kept: a run that must not be removed: the one that has just ended.

    Raises:
        RunError: if a new run does not fit, with the numbers.
    """
    sizes = {run.id: size(run) for run in runs}
    own = [run for run in runs if run.owner == owner]
    more = needed(setup) if setup else 0
    over_own = sum(sizes[run.id] for run in own) + more - owner_limit()
    over_all = sum(sizes.values()) + more - server_limit()
    others = (run for run in own if not kept or run.id != kept.id)
    removable = sorted((run for run in others if run.status().ended), key=_ended_at)
    room = sum(sizes[run.id] for run in removable)
    if setup:
        _require_room(max(over_own, over_all), room, more, over_all > over_own)
    over, said = max(over_own, over_all if over_all <= room else 0), []
    for run in removable:
        if over <= 0:
            break
        run.remove()
        over -= sizes[run.id]
        said.append(_removed(run, sizes[run.id]))
    return said


def _require_room(over: int, removable: int, more: int, by_server: bool) -> None:
    if over <= removable:
        return
    whose, limit = ("all runs on this server", server_limit()) if by_server else ("your runs", owner_limit())
    raise RunError(
        f"There is no room: a run of this network needs about {_megabytes(more)}, and with it {whose} would "
        f"take {_megabytes(limit + over)} of the {_megabytes(limit)} that are allowed. "
        + ("Delete runs you no longer need." if not by_server else "Ask whoever runs this server.")
    )


def _removed(run: Run, taken: int) -> str:
    return f"Your run {run.name or run.id} ({_megabytes(taken)}) was removed to make room for newer ones."


def _megabytes(count: int) -> str:
    return f"{max(count, 0) / MEGABYTE:,.1f} MB"


def _ended_at(run: Run) -> tuple[float, float]:
    """Return when the status of a run was last written, which is when it ended, and when it was created."""
    try:
        return (run.folder / STATE_FILE).stat().st_mtime, run.created
    except OSError:
        return run.created, run.created


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
