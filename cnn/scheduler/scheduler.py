"""The scheduler: what the engine's thread does at each poll of one cluster."""

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cnn.core.errors import CnnLabError
from cnn.runs.run import Run
from cnn.scheduler.cluster import MEMORY_TOPIC, Worker
from cnn.scheduler.query_queue import QueryQueue
from cnn.scheduler.recovery import Kills, Recovery, waits
from cnn.scheduler.run_entry import Assignment, Entry, Loss
from cnn.scheduler.run_monitor import KILL, due, spare
from cnn.scheduler.run_queue import RunQueue
from cnn.scheduler.worker_pool import WorkerPool

logger = logging.getLogger(__name__)

TOPIC = "cnn-lab"


class Scheduler:
    """Gives runs and queries to the workers of one cluster, and collects the results.

    The queue of runs, the recovery and the queries outlive it: the next connection uses the same ones.
    `wake` is called when a run or a query has ended.
    """

    def __init__(
        self,
        pool: WorkerPool,
        queue: RunQueue,
        recovery: Recovery,
        queries: QueryQueue,
        wake: Callable[[], None],
    ) -> None:
        self.pool, self.queue, self.recovery, self.queries, self._wake = pool, queue, recovery, queries, wake
        self._ended_for_memory: dict[str, int] = {}
        self._kills = Kills(system_kills(), time.monotonic())
        self._run_was_last = False

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Pass events of the workers to `hear`, and remember which workers ran out of memory."""
        client = self.pool.cluster.client
        client.subscribe_topic(TOPIC, lambda event: hear(event[1]))
        client.subscribe_topic(MEMORY_TOPIC, self._hear_of_memory)

    def _hear_of_memory(self, event: tuple[float, dict[str, Any]]) -> None:
        self._ended_for_memory[str(event[1].get("worker"))] = int(event[1].get("rss", 0))

    def tick(self) -> None:
        """Poll once: collect ended work, handle losses, suspend or kill, and start what can begin.

        Raises:
            UnreachableError: if the scheduler of the cluster does not answer.
        """
        busy = {entry.assigned.worker.key for entry in self.queue.on_worker()}
        self.pool.refresh(busy, self.queries.waits())
        self.queries.worker_starts = self.pool.query_worker_starts
        for entry in self.queue.on_worker():
            self._collect(entry)
        self.queries.collect(self.pool.present)
        self.recovery.tick()
        others_wait = bool(self.queue.in_state("queued")) and not self._idle()
        for entry in self.queue.on_worker():
            self._supervise(entry, others_wait)
        self._dispatch()
        self._kills.note(system_kills(), time.monotonic())

    def _collect(self, entry: Entry) -> None:
        """Collect a run whose worker has finished it or was lost."""
        work, run = entry.assigned, entry.run
        if not work.future.done() and self.pool.present(work.worker):
            return
        if not work.future.done():
            work.future.cancel()
            self._lose(entry)
            return
        if work.future.status != "finished":
            self._lose(entry)
            return
        status = run.status()
        if status.suspended:
            self.queue.move(run, "suspend")
        elif not status.ended:  # another process had it
            self.queue.lose(run, Loss())
        else:
            self.queue.speeds.learn(run.setup, status.images_per_second)
            if status.state == "finished" and not status.resumed and not run.commands.count():
                self.queue.speeds.overhead = max(0.0, time.monotonic() - work.started - status.seconds)
            self.queue.move(run, "end")

    def _lose(self, entry: Entry) -> None:
        work, run = entry.assigned, entry.run
        if work.future.status == "error" and self.pool.present(work.worker):
            logger.error("run %s failed: %s", run.id, work.future.exception())
        seen = self.pool.last_seen(work.worker)
        told = self._ended_for_memory.pop(work.worker.address, 0)
        killed = bool(self.pool.cluster.own) and self._kills.lately(system_kills(), time.monotonic())
        self.queue.lose(run, Loss(told or seen.memory, seen.memory_limit, bool(told) or killed, work.hung))

    def _supervise(self, entry: Entry, others_wait: bool) -> None:
        """Check a run in training: replace a worker that does not answer, suspend a run that is paused too long."""
        work, run = entry.assigned, entry.run
        work.worker = self.pool.last_seen(work.worker)
        status = run.status()
        if entry.state == "starting" and entry.reports > work.reports:
            self.queue.move(run, "report")
        if entry.state != "paused" and status.state == "paused":
            self.queue.move(run, "pause")
        elif entry.state == "paused" and status.state == "running":
            self.queue.move(run, "resume")
        order = due(entry, status, time.monotonic(), others_wait)
        if order == KILL:
            if not self.pool.cluster.kill(work.worker):
                spare(entry, time.monotonic())
        elif order:
            try:
                run.command(order)
            except CnnLabError:
                logger.exception("run %s could not be told to %s", run.id, order)

    def _idle(self) -> list[Worker]:
        busy = {entry.assigned.worker.key for entry in self.queue.on_worker()}
        asked = self.queries.busy()
        busy |= {asked.key} if asked else set()
        return [worker for worker in self.pool.trainers if worker.key not in busy]

    def _dispatch(self) -> None:
        """Give work to free workers. If there is only one, runs and queries take turns."""
        query_worker = self.pool.query_worker
        for worker in self._idle():
            query_first = self._run_was_last and self.queries.waits() and self.pool.shared
            if not query_first and self.queue.give(partial(self._begin, worker), waits):
                self._run_was_last = True
            elif self.pool.shared:
                query_worker = worker
        if query_worker:
            self._run_was_last = False
            self.queries.dispatch(self.pool.cluster, query_worker, TOPIC)

    def _begin(self, worker: Worker, run: Run) -> Assignment:
        future = self.pool.cluster.submit(worker, self.pool.work.train, str(run.folder), TOPIC)
        future.add_done_callback(lambda _: self._wake())
        entry = self.queue.entry(run.id)
        return Assignment(worker, future, time.monotonic(), entry.reports if entry else 0)


def system_kills() -> int:
    """Return how many processes the kernel has killed for lack of memory since the machine was started."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
