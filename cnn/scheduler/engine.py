"""The engine: a queue of runs, and workers that train them one at a time each.

It runs in one thread of the web process. Pages only put runs into the queue and read the run store; events
from the workers say when there is something new to read. Dask gets a run only when a worker is free,
so that a dying worker affects only the run that it was training.
"""

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from cnn.core.errors import CnnLabError
from cnn.core.settings import Settings
from cnn.runs.store import Run, RunStore
from cnn.scheduler.cluster import Cluster, UnreachableError, Work, connect
from cnn.scheduler.fair_queue import Place
from cnn.scheduler.query_queue import QueryQueue
from cnn.scheduler.recovery import Recovery, settle
from cnn.scheduler.run_entry import Loss
from cnn.scheduler.run_queue import RunQueue
from cnn.scheduler.scheduler import Scheduler
from cnn.scheduler.server_lock import only_server
from cnn.scheduler.worker_pool import WorkerPool

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
SCAN_SECONDS = 5.0
RETRY_SECONDS = 3.0


@dataclass(frozen=True)
class EngineStatus:
    """`state` is off, starting, ready or failed; `ready` of `workers` workers are warm.

    `message` says what the problem is; the states off and failed are final, others are retried.
    """

    state: str
    workers: int = 0
    ready: int = 0
    message: str = ""


class Engine:
    """Trains queued runs on Dask workers, fairly between their owners."""

    def __init__(self, store: RunStore, settings: Settings | None = None, work: Work | None = None) -> None:
        self.store = store
        self.settings = settings or Settings()
        self.queue = RunQueue(self.settings.workers)
        self.recovery = Recovery(store, self.queue, own=not self.settings.scheduler)
        self._work = work or Work()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._scan_now = True
        self._thread: threading.Thread | None = None
        self._status = EngineStatus("off", self.settings.workers)
        self.queries = QueryQueue(self._wake.set)

    def start(self, delay: float = 0.0) -> None:
        """Start the cluster in a thread and return at once; a second call does nothing.

        It waits `delay` seconds first, or until it is woken, for example because there is a run to train.
        """
        with self._lock:
            if self._thread:
                return
            self._status = EngineStatus("starting", self.settings.workers)
            self._thread = threading.Thread(target=self._run, args=(delay,), name="engine", daemon=True)
        self._thread.start()

    def close(self, seconds: float = 15.0) -> None:
        """Stop the cluster, if it is the server's own; its runs continue when the server is started again."""
        self._closing.set()
        self._wake.set()
        if self._thread:
            self._thread.join(seconds)

    def status(self) -> EngineStatus:
        """Return the status of the engine."""
        with self._lock:
            return self._status

    def submit(self, run: Run) -> None:
        """Put a run at the end of its owner's queue; a run that waits or trains already keeps its position."""
        self.queue.enqueue(run, run.status())
        self._wake.set()

    def place(self, run_id: str) -> Place | None:
        """Return the position of a run in the queue and when it is expected to begin.

        A run in training has no runs before it; None for a run that does not wait.
        """
        place = self.queue.place(run_id)
        if place and self.status().state != "ready":  # it is unknown when there will be a worker
            return replace(place, seconds=None)
        return place

    def training_of(self, owner: str) -> list[Run]:
        """Return the runs of an owner that are on workers now."""
        return [entry.run for entry in self.queue.on_worker() if entry.run.owner == owner]

    def is_training(self) -> bool:
        """Return whether a worker trains now; a paused run takes no processor time."""
        return any(entry.state != "paused" for entry in self.queue.on_worker())

    def wake(self) -> None:
        """Poll the runs now, for example because one has been steered."""
        self._scan_now = True
        self._wake.set()

    def news(self, run_id: str) -> int:
        """Return how many events a run has sent: while the number stays the same, nothing new was written."""
        entry = self.queue.entry(run_id)
        return entry.reports if entry else 0

    # The rest runs in the engine's thread.

    def _run(self, delay: float) -> None:
        self._wake.wait(delay)
        while not self._closing.is_set():
            try:
                with only_server(self.store.folder) as token:
                    self._connected(token)
            except (UnreachableError, CnnLabError, OSError) as problem:
                logger.info("the engine retries: %s", problem)
                words = _sentence(problem) if isinstance(problem, OSError) else str(problem)
                self._say("starting", message=f"{words} It is retried every {RETRY_SECONDS:g} seconds.")
                self._closing.wait(RETRY_SECONDS)
            except Exception as error:
                logger.exception("the engine failed")
                self._say("failed", message=str(error))
                break

    def _connected(self, token: str) -> None:
        """Serve one cluster until it is lost or the engine is closed, then mark its runs as lost."""
        try:
            with connect(self.settings) as cluster:
                self._serve(cluster, token)
        finally:
            self.queries.collect(lambda worker: False)
            for entry in self.queue.on_worker():
                run = entry.run
                self.queue.lose(run, Loss(server_stopped=self._closing.is_set()))
                if self._closing.is_set():
                    try:
                        settle(run, entry.loss)
                    except CnnLabError:
                        logger.exception("the state of run %s could not be written", run.id)

    def _serve(self, cluster: Cluster, token: str) -> None:
        pool = WorkerPool(cluster, self._work, str(self.store.folder), token, self._wake.set)
        scheduler = Scheduler(pool, self.queue, self.recovery, self.queries, self._wake.set)
        scheduler.listen(self._hear)
        self.recovery.sweep()
        scanned = 0.0
        while not self._closing.is_set():
            if self._scan_now or time.monotonic() - scanned > SCAN_SECONDS:
                self._scan_now, scanned = False, time.monotonic()
                self.recovery.scan()
            scheduler.tick()
            self.queue.refresh(pool.size)
            ready = len(pool.trainers)
            self._say("ready" if ready else "starting", pool.size, ready, pool.problem)
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()

    def _hear(self, event: dict[str, Any]) -> None:
        if "query" in event:
            self.queries.hear(event["query"], event["share"])
        else:
            self.queue.count_report(event["run"])

    def _say(self, state: str, workers: int | None = None, ready: int = 0, message: str = "") -> None:
        with self._lock:
            workers = self.settings.workers if workers is None else workers
            self._status = EngineStatus(state, workers, ready, message)


def _sentence(problem: OSError) -> str:
    where = f" ({problem.filename})" if problem.filename else ""
    return f"The engine cannot start: {problem.strerror or problem}{where}."
