"""One run as the scheduler knows it: an explicit state, and the table of what may follow from what.

    queued     in the line of its owner
    starting   a worker has it and builds its network
    training   a worker has it, and has reported at least once
    paused     a worker has it and computes nothing
    suspended  paused without a worker; all of it is on the disk
    lost       no worker of this scheduler is known to have it, and how it stands is not settled yet
    ended      finished, stopped, failed, interrupted, or gone

Nothing else changes a state than `Entry.move`, by an event that the table allows.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from cnn.runs.remaining import Ahead
from cnn.runs.run import Run
from cnn.scheduler.cluster import Worker

NEW = "new"  # before the scheduler knew it
STATES = ("queued", "starting", "training", "paused", "suspended", "lost", "ended")
ON_WORKER = ("starting", "training", "paused")
# State → event → state. What is not here is refused: `enqueue` for a run on a worker would train it twice.
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
    """An event came for a run in a state that it cannot happen in: a mistake of the scheduler."""


@dataclass(frozen=True)
class Loss:
    """How a worker was lost. `memory` and `limit` are bytes, as last seen, 0 if unknown.

    `ended_for_memory`: its nanny, or the system, ended it for its memory. `hung`: it did not answer, and was
    killed. `server_stopped`: nothing was wrong with it. `final`: the scheduler may not queue the run again.
    """

    memory: int = 0
    limit: int = 0
    ended_for_memory: bool = False
    hung: bool = False
    server_stopped: bool = False
    final: bool = False

    @property
    def out_of_memory(self) -> bool:
        """Whether the memory was the reason; the last figure is up to a second old when the worker dies."""
        full = 0 < self.limit * 0.9 <= self.memory
        return not self.server_stopped and not self.hung and (self.ended_for_memory or full)


@dataclass
class Assignment:
    """The worker that has a run, and what is kept while it does; times are of a clock that only goes on.

    `reports` is how many reports the run had sent before. `hung` is whether the worker did not answer and was
    killed; `suspending` whether the run was told to let go of it; `unanswered_since` is since when a command
    has not been taken, `taken` how many had been by then.
    """

    worker: Worker
    future: Any
    started: float
    reports: int = 0
    hung: bool = False
    suspending: bool = False
    unanswered_since: float | None = None
    taken: int = 0


@dataclass
class Entry:
    """A run, its state and since when (`entered`), and what belongs to a state.

    `reports` is how many reports it has sent in all. Queued: `since` orders the runs of one owner, `front`
    puts one before the others, `left` is what it still has to train. On a worker: `work`. Lost: `loss`,
    `told` whether it was asked to let go of a worker of another server, `rests_until` while its state could
    not be written. Ended: `written`, when its state was written last.
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
        """Go to the state that follows from an event.

        Raises:
            TransitionError: where the table has none; the state stays.
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
        """The worker that has the run, which must be on one."""
        assert self.work is not None
        return self.work
