"""Runs that no worker of this engine trains: those that wait on the disk, that died, and that are suspended."""

import contextlib
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

from cnn.core.errors import CnnLabError
from cnn.runs.commands import ENDING, GOING_ON, SUSPEND
from cnn.runs.run import DELETED
from cnn.runs.status import UNREADABLE
from cnn.runs.store import EVERYBODY, Run, RunStore, Status
from cnn.scheduler.failures import Loss, settle, unanswered
from cnn.scheduler.run_queue import Roster
from cnn.scheduler.server_lock import end_orphan

logger = logging.getLogger(__name__)

ORPHAN_SECONDS = 2.0
AGAIN_SECONDS = 5.0  # after a state could not be written


@dataclass
class _Left:
    """A run whose process may still be at it, how that was lost, and since when (seconds).

    `rests` is until when it is left alone, because its state could not be written.
    """

    run: Run
    loss: Loss
    since: float
    told: bool = False
    rests: float = 0.0


class Recovery:
    """Finds such runs, and puts those that shall go on into the queue.

    `own`: the workers are the server's own, so that nobody else's may train its runs.
    """

    def __init__(self, store: RunStore, roster: Roster, own: bool) -> None:
        self.store, self.roster, self._own = store, roster, own
        self._left: dict[str, _Left] = {}
        self._parked: dict[str, Run] = {}
        self._seen: dict[str, int] = {}

    def sweep(self) -> None:
        """Finish removing what was being removed when the last server ended."""
        for path in self.store.folder.glob(f"{DELETED}*"):
            shutil.rmtree(path, ignore_errors=True)

    def scan(self) -> None:
        """Look through the store for runs that are new here, and through the queue for those that left it.

        Runs of everybody are those of the command line, which trains them itself.
        """
        for run, status in self._changed():
            if self.roster.knows(run.id) or run.id in self._left or run.id in self._parked:
                continue
            if status.state == "queued" and run.owner != EVERYBODY:
                self.roster.put(run, status, run.created, front=status.resumed > 0)
            elif status.state in ("running", "paused") and (status.process or run.owner != EVERYBODY):
                self.lost(run, Loss(final=run.owner == EVERYBODY))
            elif status.state == "finished":
                self.roster.speeds.learn(run.setup, status.images_per_second)
        for run in self.roster.waiting:
            if not waits(run):
                self.roster.drop(run.id)

    def _changed(self) -> Iterator[tuple[Run, Status]]:
        """Yield all runs but those that had ended already when they were looked at last."""
        for run in self.store.runs():
            try:
                written = (run.folder / "state.json").stat().st_mtime_ns
            except OSError:
                continue
            if self._seen.get(run.id) != written:
                status = run.status()
                if status.ended and status != UNREADABLE:
                    self._seen[run.id] = written
                yield run, status

    def lost(self, run: Run, loss: Loss) -> None:
        """Take over a run whose worker is gone, or seems to be."""
        self._left.setdefault(run.id, _Left(run, loss, time.monotonic()))

    def suspended(self, run: Run) -> None:
        """Take over a run that is paused and holds no worker."""
        self._parked[run.id] = run

    def tick(self) -> None:
        """Settle what can be settled now."""
        for left in list(self._left.values()):
            if left.rests <= time.monotonic():
                self._settle(left)
        for run in list(self._parked.values()):
            status = run.status()
            if status.suspended and not unanswered(run, status) & {*GOING_ON, *ENDING}:
                continue
            del self._parked[run.id]
            if self.roster.trains(run.id):
                continue
            if waits(run):
                self.roster.put(run, status, run.created, front=True)
            else:
                self.lost(run, Loss())

    def _settle(self, left: _Left) -> None:
        run = left.run
        if self.roster.knows(run.id):
            del self._left[run.id]
            return
        try:
            status = settle(run, left.loss) if (run.folder / "run.json").exists() else Status("stopped")
        except CnnLabError:
            logger.exception("run %s is left as it is for now", run.id)
            left.rests = time.monotonic() + AGAIN_SECONDS
            return
        if status is None:
            self._still_trained(left)
            return
        del self._left[run.id]
        if run.owner == EVERYBODY:
            return
        if status.state == "queued":
            self.roster.put(run, status, run.created, front=True)
        elif status.state == "paused":
            self._parked[run.id] = run

    def _still_trained(self, left: _Left) -> None:
        """End a process that a dead server left behind; on a foreign cluster it may go on."""
        if self._own and not left.loss.final and time.monotonic() - left.since > ORPHAN_SECONDS:
            left.since = time.monotonic()
            end_orphan(left.run.status())
        elif not self._own and not left.told and self.roster.waiting and left.run.status().state == "paused":
            with contextlib.suppress(CnnLabError):
                left.run.command(SUSPEND)
                left.told = True


def waits(run: Run) -> bool:
    """Whether a run is in the state queued, and still there."""
    return (run.folder / "run.json").exists() and run.status().state == "queued"
