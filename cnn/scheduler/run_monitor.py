"""Decides when a run loses its worker: if it does not answer, or if it is paused while others wait."""

import math

from cnn.runs.commands import ENDING, SUSPEND
from cnn.runs.status import Status
from cnn.scheduler.eta import last_report
from cnn.scheduler.run_entry import Entry

HUNG_SECONDS = 10.0
STEPS_TO_WAIT = 3
FIRST_STEP_SECONDS = 20.0  # while its speed is unknown
SUSPEND_SECONDS = 5.0
SUSPEND_ANYWAY_SECONDS = 600.0
KILL = "kill"


def due(entry: Entry, status: Status, now: float, others_wait: bool) -> str:
    """Return what to do: `KILL` a worker that does not answer, `SUSPEND` a run paused too long, or "".

    Args:
        entry: the entry of a run on a worker.
        status: its status on the disk.
        now: the time of a monotonic clock, in seconds.
        others_wait: whether another run waits, and no worker is free for it.
    """
    work = entry.assigned
    if not work.hung and _is_hung(entry, status, now):
        work.hung = True
        return KILL
    if entry.state != "paused":
        work.suspending = False
    elif not work.suspending:
        patience = SUSPEND_SECONDS if others_wait else SUSPEND_ANYWAY_SECONDS
        work.suspending = now - entry.entered >= patience
        return SUSPEND if work.suspending else ""
    return ""


def spare(entry: Entry, now: float) -> None:
    """Note that the worker could not be killed; after the same wait it is tried again."""
    entry.assigned.hung, entry.assigned.unanswered_since = False, now


def _is_hung(entry: Entry, status: Status, now: float) -> bool:
    """Whether a command has waited too long for its acknowledgement; any acknowledgement restarts the wait."""
    work, asked = entry.assigned, entry.run.commands.count()
    if asked <= status.acknowledged or status.acknowledged != work.acknowledged:
        work.unanswered_since, work.acknowledged = None, status.acknowledged
    if asked <= status.acknowledged:
        return False
    if work.unanswered_since is None:
        work.unanswered_since = now
    waited = now - work.unanswered_since
    return waited >= HUNG_SECONDS and any(
        waited >= _patience(entry, kind) for kind in entry.run.commands.unanswered(status.acknowledged)
    )


def _patience(entry: Entry, kind: str) -> float:
    """Return the seconds that a command may wait; a pause waits for the current step."""
    if kind in ENDING:
        return HUNG_SECONDS
    if kind not in ("pause", SUSPEND) or entry.state == "starting":
        return math.inf
    row = last_report(entry.run)
    if not row:
        return HUNG_SECONDS
    speed = row["images_per_second"]
    step = entry.run.setup.training.batch_size / speed if speed else FIRST_STEP_SECONDS
    return HUNG_SECONDS + STEPS_TO_WAIT * step
