"""The engine at work: what its thread does each time it looks at its workers."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError
from cnn.runs.run import Run
from cnn.scheduler.cluster import MEMORY_TOPIC, Member, Work
from cnn.scheduler.failures import Kills, Loss
from cnn.scheduler.query_queue import Desk
from cnn.scheduler.recovery import Recovery, waits
from cnn.scheduler.run_monitor import Task
from cnn.scheduler.run_queue import Roster
from cnn.scheduler.worker_pool import Crew

logger = logging.getLogger(__name__)

TOPIC = "cnn-lab"


@dataclass(frozen=True)
class Parts:
    """What the engine keeps from one connection to the next.

    `news` says how many reports a run has sent; `wake` is called when something has ended.
    """

    roster: Roster
    recovery: Recovery
    desk: Desk
    work: Work
    news: Callable[[str], int]
    wake: Callable[[], None]


class Shift:
    """Gives runs and questions to the workers of one cluster, and takes in how they ended."""

    def __init__(self, crew: Crew, parts: Parts) -> None:
        self.crew = crew
        self._parts = parts
        self._roster, self._recovery, self._desk = parts.roster, parts.recovery, parts.desk
        self._ended_for_memory: dict[str, int] = {}
        self._kills = Kills(system_kills(), time.monotonic())
        self._after_run = False

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Let events of the workers reach `hear`, and keep in mind whose memory was full."""
        client = self.crew.cluster.client
        client.subscribe_topic(TOPIC, lambda event: hear(event[1]))
        client.subscribe_topic(MEMORY_TOPIC, self._hear_of_memory)

    def _hear_of_memory(self, event: tuple[float, dict[str, Any]]) -> None:
        self._ended_for_memory[str(event[1].get("worker"))] = int(event[1].get("rss", 0))

    def tick(self) -> None:
        """Look at everything once.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        self.crew.look({task.member.key for task in self._roster.training})
        self._collect()
        self._desk.collect(self.crew.present)
        self._recovery.tick()
        self._supervise()
        self._dispatch()
        self._kills.note(system_kills(), time.monotonic())

    # Runs that have ended, and workers that have

    def _collect(self) -> None:
        for task in self._roster.training:
            if task.future.done():
                self._ended(task)
            elif not self.crew.present(task.member):
                task.future.cancel()
                self._lost(task)

    def _ended(self, task: Task) -> None:
        status = task.run.status()
        if task.future.status != "finished":
            self._lost(task)
            return
        self._roster.drop(task.run.id)
        if not status.ended:
            self._recovery.lost(task.run, Loss())  # suspended, or another process had it
            return
        self._roster.speeds.learn(task.run.setup, status.images_per_second)
        if status.state == "finished" and not status.resumed and not task.run.commands.count():
            self._roster.speeds.overhead = max(0.0, time.monotonic() - task.started - status.seconds)

    def _lost(self, task: Task) -> None:
        if task.future.status == "error" and self.crew.present(task.member):
            logger.error("run %s broke off: %s", task.run.id, task.future.exception())
        seen = self.crew.last_seen(task.member)
        told = self._ended_for_memory.pop(task.member.address, 0)
        killed = bool(self.crew.cluster.own) and self._kills.lately(system_kills(), time.monotonic())
        self._roster.drop(task.run.id)
        self._recovery.lost(
            task.run, Loss(told or seen.memory, seen.memory_limit, bool(told) or killed, task.hung)
        )

    # Runs in training, and those that wait

    def _supervise(self) -> None:
        """Replace workers that do not answer, and park runs that are paused while others wait."""
        tasks = self._roster.training
        others_wait = bool(self._roster.waiting) and not self._idle()
        for task in tasks:
            task.member = self.crew.last_seen(task.member)
            task.began = task.began or self._parts.news(task.run.id) > task.reports
            due = task.due(task.run.status(), time.monotonic(), others_wait)
            if due == "kill":
                if not self.crew.cluster.kill(task.member):
                    task.spared(time.monotonic())
            elif due:
                self._command(task.run, due)

    def _command(self, run: Run, kind: str) -> None:
        try:
            run.command(kind)
        except CnnLabError:
            logger.exception("run %s could not be told to %s", run.id, kind)

    def _idle(self) -> list[Member]:
        busy = {task.member.key for task in self._roster.training}
        asked = self._desk.busy()
        busy |= {asked.key} if asked else set()
        return [member for member in self.crew.trainers if member.key not in busy]

    def _dispatch(self) -> None:
        """Fill the workers that are free. Where there is only one, runs and questions take turns."""
        helper = self.crew.helper
        for member in self._idle():
            question_first = self._after_run and self._desk.waits() and self.crew.shared
            if not question_first and self._roster.give(partial(self._begin, member), waits):
                self._after_run = True
            elif self.crew.shared:
                helper = member
        if helper:
            self._after_run = False
            self._desk.dispatch(self.crew.cluster, helper, TOPIC)

    def _begin(self, member: Member, run: Run) -> Task:
        future = self.crew.cluster.submit(member, self._parts.work.train, str(run.folder), TOPIC)
        future.add_done_callback(lambda _: self._parts.wake())
        return Task(run, member, future, time.monotonic(), self._parts.news(run.id))


def system_kills() -> int:
    """Return how many processes the kernel has ended for want of memory since the machine started."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
