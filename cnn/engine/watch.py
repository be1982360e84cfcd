"""A run in training, as the engine sees it: when to take its worker away from it."""

from dataclasses import dataclass
from typing import Any

from cnn.engine.cluster import Member
from cnn.engine.faults import unanswered
from cnn.runs.commands import ENDING, PARK
from cnn.runs.run import Run
from cnn.runs.status import Status

HUNG_SECONDS = 10.0
PARK_SECONDS = 5.0
PARK_ANYWAY_SECONDS = 600.0


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
    _parking: bool = False
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
            self._paused, self._parking = None, False
            return ""
        self._paused = now if self._paused is None else self._paused
        if self._parking or now - self._paused < (PARK_SECONDS if others_wait else PARK_ANYWAY_SECONDS):
            return ""
        self._parking = True
        return PARK

    def _is_hung(self, status: Status, now: float) -> bool:
        asked = self.run.asked()
        if asked <= status.taken or status.taken != self._taken:
            self._waits_since, self._taken = None, status.taken
        if asked <= status.taken:
            return False
        if self._waits_since is None:
            self._waits_since = now
        if self.hung or now - self._waits_since < HUNG_SECONDS:
            return False
        return any(map(self._must_answer, unanswered(self.run, status)))

    def _must_answer(self, kind: str) -> bool:
        return kind in ENDING or (self.began and kind in ("pause", PARK))
