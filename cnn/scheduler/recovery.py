"""Recovery of runs that are on no worker of this scheduler: lost, suspended and new ones.

A run whose worker ended unexpectedly is resumed from its last checkpoint, at most twice; else its status gives
the reason. A run is settled only when its lock is free: while a process of a killed server still trains it,
it is left to that process, or the process is ended.
"""

import contextlib
import logging
import shutil
import time
from collections import deque
from collections.abc import Collection
from dataclasses import replace

from cnn.core.errors import CnnLabError
from cnn.runs.commands import ENDING, GOING_ON, SUSPEND
from cnn.runs.run import DELETED
from cnn.runs.status import UNREADABLE, interrupted, taken_up_again, without_process
from cnn.runs.store import EVERYBODY, Run, RunStore, Status
from cnn.runs.trash import empty_trash
from cnn.scheduler.run_entry import Entry, Loss
from cnn.scheduler.run_queue import RunQueue
from cnn.scheduler.server_lock import end_orphan

logger = logging.getLogger(__name__)

MOST_RESUMED = 2
ORPHAN_SECONDS = 2.0
AGAIN_SECONDS = 5.0  # until a status that could not be written is written again
KILL_SECONDS = 5.0  # at most, from the kernel's count of a kill until the process has ended


class Recovery:
    """Finds such runs, and queues those that are to continue.

    `own`: the workers are the server's own, so no other worker may train its runs.
    """

    def __init__(self, store: RunStore, queue: RunQueue, own: bool) -> None:
        self.store, self.queue, self._own = store, queue, own

    def sweep(self) -> None:
        """Finish the deletions that were interrupted when the last server ended, and those of long ago."""
        empty_trash(self.store)
        for path in self.store.folder.glob(f"{DELETED}*"):
            shutil.rmtree(path, ignore_errors=True)

    def scan(self) -> None:
        """Find runs in the store that are not in the queue yet, and runs in the queue that were deleted or have ended.

        An ended run is read again only if its status was written since. Runs of everybody belong
        to the command line, which trains them itself.
        """
        there = set()
        for run in self.store.runs():
            there.add(run.id)
            entry = self.queue.entry(run.id)
            try:
                written = (run.folder / "state.json").stat().st_mtime_ns
            except OSError:
                continue
            if entry and (entry.state not in ("new", "ended") or entry.written == written):
                continue
            status = run.status()
            if status.state == "queued" and run.owner != EVERYBODY:
                self.queue.enqueue(run, status, run.created, front=status.resumed > 0)
            elif status.state in ("running", "paused") and (status.process or run.owner != EVERYBODY):
                self.queue.lose(run, Loss(final=run.owner == EVERYBODY))
            elif status.ended and status != UNREADABLE:
                if status.state == "finished":
                    self.queue.speeds.learn(run.setup, status.images_per_second)
                self.queue.note_end(run, written)
        for entry in self.queue.in_state("queued"):
            if not waits(entry.run):
                self.queue.move(entry.run, "end")
        for entry in self.queue.in_state("ended"):
            if entry.run.id not in there:
                self.queue.forget(entry.run.id)

    def tick(self) -> None:
        """Settle all runs that can be settled now."""
        for entry in self.queue.in_state("lost"):
            if entry.rests_until <= time.monotonic():
                self._settle(entry)
        for entry in self.queue.in_state("suspended"):
            run, status = entry.run, entry.run.status()
            if status.suspended and not run.commands.unanswered(status.acknowledged) & {*GOING_ON, *ENDING}:
                continue
            if waits(run):
                self.queue.enqueue(run, status, run.created, front=True)
            else:
                self.queue.lose(run, Loss())

    def _settle(self, entry: Entry) -> None:
        run = entry.run
        try:
            status = settle(run, entry.loss) if (run.folder / "run.json").exists() else Status("stopped")
        except CnnLabError:
            logger.exception("run %s could not be settled yet", run.id)
            entry.rests_until = time.monotonic() + AGAIN_SECONDS
            return
        if status is None:
            self._still_trained(entry)
        elif run.owner == EVERYBODY or status.ended:
            self.queue.move(run, "end")
        elif status.state == "queued":
            self.queue.enqueue(run, status, run.created, front=True)
        else:
            self.queue.move(run, "suspend")

    def _still_trained(self, entry: Entry) -> None:
        """End a process that a dead server left; on a foreign cluster it may continue."""
        if self._own and not entry.loss.final and time.monotonic() - entry.entered > ORPHAN_SECONDS:
            entry.entered = time.monotonic()
            end_orphan(entry.run.status())
        elif not self._own and not entry.told and self.queue.in_state("queued"):
            if entry.run.status().state != "paused":
                return
            with contextlib.suppress(CnnLabError):
                entry.run.command(SUSPEND)
                entry.told = True


def waits(run: Run) -> bool:
    """Whether a run still exists and is in the state queued."""
    return (run.folder / "run.json").exists() and run.status().state == "queued"


def settle(run: Run, loss: Loss) -> Status | None:
    """Write the status of a run after its worker was lost, and return it; None while a process still trains it.

    Raises:
        RunError: if the run's folder was deleted or cannot be written.
    """
    with run.trained_here() as free:
        if not free:
            return None
        with run.commands.held():
            status = run.status()
            asked = run.commands.unanswered(status.acknowledged)
            settled = after_loss(status, loss, asked)
            if settled != status:
                run.write_status(settled)
    if "discard" in asked and settled.ended:
        run.remove()
    return settled


def after_loss(status: Status, loss: Loss, asked: Collection[str] = ()) -> Status:
    """Return the status of a run after its worker was lost.

    Args:
        status: its last status.
        loss: how the worker was lost.
        asked: the commands that had not been acknowledged.
    """
    free = without_process(status)
    if status.ended:
        return status
    if any(kind in asked for kind in ENDING):
        return replace(free, state="stopped", message=_STOPPED if loss.hung else "")
    if loss.out_of_memory:
        return replace(free, state="failed", message=_memory_message(loss))
    going_on = any(kind in asked for kind in GOING_ON)
    if status.state == "queued" and going_on:  # the visitor has just resumed it, and no worker had it yet
        return free
    if status.state == "paused":
        return replace(free, state="queued" if going_on else "paused")
    if loss.server_stopped:
        return replace(free, state="queued", message=_SERVER_STOPPED)
    if loss.final:
        return interrupted(status)
    if status.resumed >= MOST_RESUMED:
        ended = interrupted(status)
        return replace(ended, message=f"It was resumed automatically {MOST_RESUMED} times. {ended.message}")
    return taken_up_again(
        replace(status, message="Its worker ended; the run continues from its last checkpoint.")
    )


_STOPPED = "The worker did not answer and was replaced; the last snapshot is kept."


_SERVER_STOPPED = "The server was stopped; the run continues when the server is started again."


def _memory_message(loss: Loss) -> str:
    used, limit = (f"{count / 2**30:.2f} GiB" for count in (loss.memory, loss.limit))
    allowed = f" of the allowed {limit}" if loss.limit else ""
    return (
        f"There was not enough memory for this network: its worker used {used}{allowed}. Use fewer filters, "
        "a smaller batch, or strides and pooling earlier in the network. The snapshots so far are kept."
    )


class Kills:
    """Detects from the kernel's count whether it has killed a process for lack of memory in the last seconds.

    The kernel counts a kill when it selects the process; its memory and its connections are released later.
    """

    def __init__(self, count: int, now: float) -> None:
        self._counts = deque([(now, count)])

    def note(self, count: int, now: float) -> None:
        """Record the count at a time of a monotonic clock, in seconds."""
        self._counts.append((now, count))
        while self._counts[1][0] < now - KILL_SECONDS:
            self._counts.popleft()

    def lately(self, count: int, now: float) -> bool:
        """Whether there was a kill; each is reported once, because one kill explains one loss."""
        found = count > self._counts[0][1]
        if found:
            self._counts = deque([(now, count)])
        return found
