"""Who waits and who trains: what the engine's thread and the pages both look at."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from cnn.runs.remaining import Ahead, ahead
from cnn.runs.run import Run
from cnn.runs.status import Status
from cnn.scheduler.eta import Speeds, last_report
from cnn.scheduler.fair_queue import Lines, Place, Training, Waiting, places
from cnn.scheduler.run_monitor import SUSPEND_SECONDS, Task


@dataclass(frozen=True)
class _Entry:
    run: Run
    since: float
    front: bool
    left: Ahead


class Roster:
    """Runs in the queue, in the order that `cnn.scheduler.fair_queue` gives them, and runs on workers."""

    def __init__(self, workers: int) -> None:
        self.speeds = Speeds()
        self._workers = workers
        self._waiting: dict[str, _Entry] = {}
        self._training: dict[str, Task] = {}
        self._served: dict[str, int] = {}
        self._places: dict[str, Place] | None = None
        self._lock = threading.Lock()

    def put(self, run: Run, status: Status, since: float | None = None, front: bool = False) -> None:
        """Put a run into its owner's line, at the end or in front.

        One that trains already stays where it is, and one that waits unless it comes to the front.
        """
        entry = _Entry(run, time.time() if since is None else since, front, ahead(run, status))
        with self._lock:
            known = self._waiting.get(run.id)
            if run.id not in self._training and (known is None or front > known.front):
                self._waiting[run.id] = entry
            self._places = None

    def give(self, begin: Callable[[Run], Task], allowed: Callable[[Run], bool]) -> bool:
        """Let `begin` put the next run on a worker; one that is not `allowed` to begin leaves the queue."""
        with self._lock:
            self._places = None
            lines = Lines(map(self._line_of, self._waiting.values()), self._served)
            while chosen := lines.next(Counter(task.run.owner for task in self._training.values())):
                run = self._waiting.pop(chosen.id).run
                if allowed(run):
                    self._training[run.id] = begin(run)
                    self._served = lines.served
                    return True
        return False

    def drop(self, run_id: str) -> None:
        """Forget a run; one that is not there does no harm."""
        with self._lock:
            self._waiting.pop(run_id, None)
            self._training.pop(run_id, None)
            self._places = None

    def refresh(self, workers: int) -> None:
        """Take in how many workers train, and that time has gone on: places are worked out anew."""
        with self._lock:
            self._workers, self._places = workers, None

    def trains(self, run_id: str) -> bool:
        """Whether a run is on a worker."""
        with self._lock:
            return run_id in self._training

    def knows(self, run_id: str) -> bool:
        """Whether a run waits or trains."""
        with self._lock:
            return run_id in self._waiting or run_id in self._training

    @property
    def waiting(self) -> list[Run]:
        """The runs in the queue, in no order."""
        with self._lock:
            return [entry.run for entry in self._waiting.values()]

    @property
    def training(self) -> list[Task]:
        """The runs on workers."""
        with self._lock:
            return list(self._training.values())

    def place(self, run_id: str) -> Place | None:
        """Return where a run is in the queue: nothing is before one that trains, None for one not here."""
        with self._lock:
            if run_id in self._training:
                return Place(0, 0.0)
            if run_id not in self._waiting:
                return None
            if self._places is None:
                training = [self._remaining(task.run) for task in self._training.values()]
                queue = map(self._line_of, self._waiting.values())
                self._places = places(queue, training, self._workers - len(training), self._served)
            return self._places.get(run_id)

    def _line_of(self, entry: _Entry) -> Waiting:
        expected = self.speeds.seconds(entry.run.setup, entry.left)
        return Waiting(entry.run.id, entry.run.owner, entry.since, entry.front, expected)

    def _remaining(self, run: Run) -> Training:
        """Return when a run lets go of its worker; one that is paused does soon, if others wait."""
        status = run.status()
        if status.state == "paused":
            return Training(run.owner, SUSPEND_SECONDS)
        if row := last_report(run):
            self.speeds.learn(run.setup, row["images_per_second"])
        return Training(run.owner, self.speeds.seconds(run.setup, ahead(run, status)))


def without_times(place: Place) -> Place:
    """Return a place whose wait nobody can say: there is no worker yet."""
    return replace(place, seconds=None)
