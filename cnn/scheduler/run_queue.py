"""All runs that the scheduler knows, one entry each, and the order in which the waiting ones begin.

The scheduler's thread and the pages both use it; every change goes through `Entry.move`.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable

from cnn.runs.remaining import ahead
from cnn.runs.run import Run
from cnn.runs.status import Status
from cnn.scheduler.eta import Speeds, last_report
from cnn.scheduler.fair_queue import Lines, Place, Training, Waiting, places
from cnn.scheduler.run_entry import Assignment, Entry, Loss
from cnn.scheduler.run_monitor import SUSPEND_SECONDS


class RunQueue:
    """Entries by the id of their run; `cnn.scheduler.fair_queue` gives the order of the waiting ones."""

    def __init__(self, workers: int) -> None:
        self.speeds = Speeds()
        self._workers = workers
        self._entries: dict[str, Entry] = {}
        self._served: dict[str, int] = {}
        self._places: dict[str, Place] | None = None
        self._lock = threading.RLock()

    def entry(self, run_id: str) -> Entry | None:
        """Return the entry of a run, None for an unknown run."""
        with self._lock:
            return self._entries.get(run_id)

    def in_state(self, *states: str) -> list[Entry]:
        """Return the entries in these states, in no particular order."""
        with self._lock:
            return [entry for entry in self._entries.values() if entry.state in states]

    def on_worker(self) -> list[Entry]:
        """Return the entries of the runs on workers."""
        with self._lock:
            return [entry for entry in self._entries.values() if entry.on_worker]

    def enqueue(self, run: Run, status: Status, since: float | None = None, front: bool = False) -> None:
        """Put a run into its owner's queue, at the end or in front.

        A run on a worker stays there; a waiting run keeps its position unless `front` is given.
        """
        left = ahead(run, status)
        with self._lock:
            entry = self._entry_of(run)
            if entry.on_worker or (entry.state == "queued" and not front > entry.front):
                return
            entry.move("enqueue")
            entry.since, entry.front, entry.left = time.time() if since is None else since, front, left

    def give(self, begin: Callable[[Run], Assignment], allowed: Callable[[Run], bool]) -> bool:
        """Call `begin` for the next run, which gives it to a worker; a run that is not `allowed` leaves the queue."""
        with self._lock:
            self._places = None
            lines = Lines(map(self._line_of, self.in_state("queued")), self._served)
            while chosen := lines.next(Counter(entry.run.owner for entry in self.on_worker())):
                entry = self._entries[chosen.id]
                if allowed(entry.run):
                    entry.work = begin(entry.run)
                    entry.move("start")
                    self._served = lines.served
                    return True
                entry.move("end")
        return False

    def move(self, run: Run, event: str) -> None:
        """Apply an event to a run.

        Raises:
            TransitionError: if it is impossible in the run's state.
        """
        with self._lock:
            self._entry_of(run).move(event)

    def lose(self, run: Run, loss: Loss) -> None:
        """Note that the worker of a run was lost; only the first loss counts."""
        with self._lock:
            entry = self._entry_of(run)
            if entry.state != "lost":
                entry.move("lose")
                entry.loss, entry.told, entry.rests_until = loss, False, 0.0

    def note_end(self, run: Run, written: int) -> None:
        """Note that a run has ended; `written` is when its status was written, in nanoseconds."""
        with self._lock:
            entry = self._entry_of(run)
            entry.move("end")
            entry.written = written

    def count_report(self, run_id: str) -> None:
        """Count an event that a run has sent."""
        with self._lock:
            if entry := self._entries.get(run_id):
                entry.reports += 1

    def forget(self, run_id: str) -> None:
        """Drop the entry of a run, if there is one."""
        with self._lock:
            self._entries.pop(run_id, None)
            self._places = None

    def refresh(self, workers: int) -> None:
        """Set the number of training workers; positions in the queue are computed again."""
        with self._lock:
            self._workers, self._places = workers, None

    def place(self, run_id: str) -> Place | None:
        """Return the position of a run: a run on a worker has none before it; None for an unknown run."""
        with self._lock:
            entry = self._entries.get(run_id)
            if entry is None or (entry.state != "queued" and not entry.on_worker):
                return None
            if entry.on_worker:
                return Place(0, 0.0)
            if self._places is None:
                training = [self._remaining(other.run) for other in self.on_worker()]
                queue = map(self._line_of, self.in_state("queued"))
                self._places = places(queue, training, self._workers - len(training), self._served)
            return self._places.get(run_id)

    def _entry_of(self, run: Run) -> Entry:
        self._places = None
        return self._entries.setdefault(run.id, Entry(run))

    def _line_of(self, entry: Entry) -> Waiting:
        expected = self.speeds.seconds(entry.run.setup, entry.left)
        return Waiting(entry.run.id, entry.run.owner, entry.since, entry.front, expected)

    def _remaining(self, run: Run) -> Training:
        """Return when a run leaves its worker; a paused run does so soon if others wait."""
        status = run.status()
        if status.state == "paused":
            return Training(run.owner, SUSPEND_SECONDS)
        if row := last_report(run):
            self.speeds.learn(run.setup, row["images_per_second"])
        return Training(run.owner, self.speeds.seconds(run.setup, ahead(run, status)))
