"""One run in the scheduler: its state, and the table of allowed transitions.

    queued     in the queue of its owner
    starting   a worker has it and builds its network
    training   a worker has it, and has reported at least once
    paused     a worker has it and computes nothing
    suspended  paused without a worker; everything is on the disk
    lost       its worker was lost, and its status is not settled yet
    ended      finished, stopped, failed, interrupted, or deleted

Only `Entry.move` changes a state, by an event that the table allows.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from cnn.runs.remaining import Ahead
from cnn.runs.run import Run
from cnn.scheduler.cluster import Worker

NEW = "new"  # not known to the scheduler before
STATES = ("queued", "starting", "training", "paused", "suspended", "lost", "ended")
ON_WORKER = ("starting", "training", "paused")
# State → event → state. All others are refused: `enqueue` for a run on a worker would train it twice.
TRANSITIONS: dict[str, dict[str, str]] = {
    NEW: {"enqueue": "queued", "lose": "lost", "end": "ended"},
    "queued": {"enqueue": "queued", "start": "starting", "lose": "lost", "end": "ended"},
    "starting": {
        "report": "training",
        "pause": "paused",
        "suspend": "suspended",
        "lose": "lost",
        "end": "ended",
    },
    "training": {"pause": "paused", "suspend": "suspended", "lose": "lost", "end": "ended"},
    "paused": {"resume": "training", "suspend": "suspended", "lose": "lost", "end": "ended"},
    "suspended": {"enqueue": "queued", "lose": "lost", "end": "ended"},
    "lost": {"enqueue": "queued", "suspend": "suspended", "end": "ended"},
    "ended": {"enqueue": "queued", "lose": "lost", "end": "ended"},
}
EVENTS = ("enqueue", "start", "report", "pause", "resume", "suspend", "lose", "end")


class TransitionError(Exception):
    """An event for a run that is impossible in its state: an error in the scheduler."""


@dataclass(frozen=True)
class Loss:
    """How a worker was lost. `memory` and `limit` are in bytes, as last seen, 0 if unknown.

    `ended_for_memory`: its nanny, or the system, ended it because of its memory. `hung`: it did not answer, and was
    killed. `server_stopped`: there was no fault. `final`: the scheduler may not queue the run again.
    """

    memory: int = 0
    limit: int = 0
    ended_for_memory: bool = False
    hung: bool = False
    server_stopped: bool = False
    final: bool = False

    @property
    def out_of_memory(self) -> bool:
        """Whether memory was the reason; the last known value is up to a second old when the worker dies."""
        full = 0 < self.limit * 0.9 <= self.memory
        return not self.server_stopped and not self.hung and (self.ended_for_memory or full)


@dataclass
class Assignment:
    """The worker of a run, and the data that is needed meanwhile; times are those of a monotonic clock.

    `reports` is the number of reports that the run had sent before. `hung`: the worker did not answer and was
    killed; `suspending`: the run was told to leave it; since `unanswered_since` a command has not been
    answered, when `acknowledged` commands had been.
    """

    worker: Worker
    future: Any
    started: float
    reports: int = 0
    hung: bool = False
    suspending: bool = False
    unanswered_since: float | None = None
    acknowledged: int = 0


@dataclass
class Entry:
    """A run, its state, the time when it entered it (`entered`), and data that depends on the state.

    `reports` is the number of reports that it has sent. Queued: `since` orders the runs of one owner, `front`
    puts a run before the others, `left` is its remaining training. On a worker: `work`. Lost: `loss`;
    `told`: it was told to leave a worker of another server; `rests_until`: after its status could
    not be written. Ended: `written`, when its status was last written.
    """

    run: Run
    state: str = NEW
    entered: float = field(default_factory=time.monotonic)
    since: float = 0.0
    front: bool = False
    left: Ahead = Ahead()
    work: Assignment | None = None
    reports: int = 0
    loss: Loss = Loss()
    told: bool = False
    rests_until: float = 0.0
    written: int = 0

    def move(self, event: str) -> None:
        """Change to the state that follows from an event.

        Raises:
            TransitionError: if the table has none; the state does not change.
        """
        after = TRANSITIONS[self.state].get(event)
        if after is None:
            raise TransitionError(f"run {self.run.id} is {self.state}: {event} cannot happen")
        if after != self.state:
            self.entered = time.monotonic()
        self.state = after
        if after not in ON_WORKER:
            self.work = None

    @property
    def on_worker(self) -> bool:
        """Whether a worker has the run."""
        return self.state in ON_WORKER

    @property
    def assigned(self) -> Assignment:
        """The worker of the run, which must be on one."""
        assert self.work is not None
        return self.work
