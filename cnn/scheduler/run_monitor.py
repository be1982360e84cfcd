"""A run in training, as the engine sees it: when to take its worker away from it."""

import math
from dataclasses import dataclass
from typing import Any

from cnn.runs.commands import ENDING, SUSPEND
from cnn.runs.run import Run
from cnn.runs.status import Status
from cnn.scheduler.cluster import Member
from cnn.scheduler.eta import last_report
from cnn.scheduler.failures import unanswered

HUNG_SECONDS = 10.0
STEPS_TO_WAIT = 3
FIRST_STEP_SECONDS = 20.0  # while no speed is known
SUSPEND_SECONDS = 5.0
SUSPEND_ANYWAY_SECONDS = 600.0


@dataclass
class Task:
    """A run on a worker, and since when something about it has been so.

    `reports` is how many it had sent before. `began` is whether it has sent one since: until then it is
    building its network, and a pause has to wait.
    """

    run: Run
    member: Member
    future: Any
    started: float
    reports: int = 0
    began: bool = False
    hung: bool = False
    _paused: float | None = None
    _suspending: bool = False
    _waits_since: float | None = None
    _taken: int = 0

    def due(self, status: Status, now: float, others_wait: bool) -> str:
        """Return what to do: "kill" a worker that does not answer, "park" a run paused too long, or "".

        Args:
            status: how the run stands.
            now: seconds of a clock that only goes on.
            others_wait: whether another run waits, and no worker is free for it.
        """
        if self._is_hung(status, now):
            self.hung = True
            return "kill"
        if status.state != "paused":
            self._paused, self._suspending = None, False
            return ""
        self._paused = now if self._paused is None else self._paused
        if self._suspending or now - self._paused < (
            SUSPEND_SECONDS if others_wait else SUSPEND_ANYWAY_SECONDS
        ):
            return ""
        self._suspending = True
        return SUSPEND

    def spared(self, now: float) -> None:
        """Note that the worker could not be killed; it is tried again after as long a wait."""
        self.hung, self._waits_since = False, now

    def _is_hung(self, status: Status, now: float) -> bool:
        asked = self.run.commands.count()
        if asked <= status.taken or status.taken != self._taken:
            self._waits_since, self._taken = None, status.taken
        if asked <= status.taken:
            return False
        if self._waits_since is None:
            self._waits_since = now
        waited = now - self._waits_since
        if self.hung or waited < HUNG_SECONDS:
            return False
        return any(waited >= self._patience(kind) for kind in unanswered(self.run, status))

    def _patience(self, kind: str) -> float:
        """Return the seconds that a command may stay unanswered; a pause waits for the step at work."""
        if kind in ENDING:
            return HUNG_SECONDS
        if kind not in ("pause", SUSPEND) or not self.began:
            return math.inf
        row = last_report(self.run)
        if not row:
            return HUNG_SECONDS
        speed = row["images_per_second"]
        step = self.run.setup.training.batch_size / speed if speed else FIRST_STEP_SECONDS
        return HUNG_SECONDS + STEPS_TO_WAIT * step
