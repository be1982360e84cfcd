"""The engine: a queue of runs, and Dask workers that train them one at a time each.

It lives in one thread of the web process. Pages only put runs into the queue and read the run store; events
from the workers say when there is something new to read. Dask is given a run only when a worker is free,
so that a worker that dies takes nothing with it but the run it was training.
"""

import logging
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cnn import jobs
from cnn.desk import Desk
from cnn.errors import CnnLabError
from cnn.runs import Run, RunStore, Status, interrupted

logger = logging.getLogger(__name__)

TOPIC = "cnn-lab"
TICK_SECONDS = 0.5
# A cluster and TensorFlow keep both cores of a small machine busy; the first page comes first.
START_DELAY_SECONDS = 3.0


@dataclass(frozen=True)
class EngineStatus:
    """`state` is off, starting, ready or failed; `ready` of `workers` workers are warm."""

    state: str
    workers: int = 0
    ready: int = 0
    message: str = ""


@dataclass(frozen=True)
class _Task:
    run: Run
    address: str
    future: Any
    attempt: int


class Engine:
    """Trains queued runs on Dask workers, oldest first."""

    def __init__(self, store: RunStore, workers: int = 1) -> None:
        self.store = store
        self.workers = workers
        self._queue: deque[Run] = deque()
        self._training: dict[str, _Task] = {}
        self._warm: dict[str, Any] = {}
        self._news: dict[str, int] = {}
        self._again: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._status = EngineStatus("off", workers)
        self.desk = Desk(self.wake)

    def start(self, delay: float = 0.0) -> None:
        """Start the cluster in a thread and return at once; a second call does nothing.

        It waits `delay` seconds first, or until there is a run to train.
        """
        with self._lock:
            if self._thread:
                return
            self._status = EngineStatus("starting", self.workers)
            self._thread = threading.Thread(target=self._run, args=(delay,), name="engine", daemon=True)
        self._thread.start()

    def close(self, seconds: float = 10.0) -> None:
        """Stop the cluster; a run that is being trained is interrupted, with its snapshots kept."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join(seconds)

    def status(self) -> EngineStatus:
        """Return how the engine stands."""
        with self._lock:
            return self._status

    def submit(self, run: Run) -> None:
        """Put a run at the end of the queue; one that is queued or training already stays where it is."""
        with self._lock:
            known = {queued.id for queued in self._queue} | set(self._training)
            if run.id not in known:
                self._queue.append(run)
        self._wake.set()

    def position(self, run_id: str) -> int | None:
        """Return how many runs are before this one: 0 when it is next or training, None if unknown."""
        with self._lock:
            if run_id in self._training:
                return 0
            for place, run in enumerate(self._queue):
                if run.id == run_id:
                    return place + (len(self._training) >= self.workers)
        return None

    def wake(self) -> None:
        """Look at the queue now: a stop has been asked for, say."""
        self._wake.set()

    def news(self, run_id: str) -> int:
        """Return how many events a run has sent: as long as it is the same, nothing new was written."""
        return self._news.get(run_id, 0)

    # The rest runs in the engine's thread.

    def _run(self, delay: float) -> None:
        self._wake.wait(delay)
        try:
            with _cluster(self.workers) as (client, addresses):
                client.subscribe_topic(TOPIC, self._hear)
                self._recover()
                while not self._closing:
                    self._tick(client, *addresses())
                    self._wake.wait(TICK_SECONDS)
                    self._wake.clear()
        except Exception as error:
            logger.exception("the engine failed")
            with self._lock:
                self._status = EngineStatus("failed", self.workers, message=str(error))
        for run_id in list(self._training):
            self._lost(self._training.pop(run_id))

    def _recover(self) -> None:
        for run in self.store.mark_interrupted():
            self.submit(run)

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        if "question" in event[1]:
            self.desk.hear(event[1]["question"], event[1]["share"])
            return
        run_id = event[1]["run"]
        self._news[run_id] = self._news.get(run_id, 0) + 1

    def _tick(self, client: Any, addresses: list[str], helper: str | None) -> None:
        self._collect()
        self._warm_up(client, addresses, helper)
        self._drop_stopped()
        warm = [address for address, future in self._warm.items() if future.status == "finished"]
        self.desk.dispatch(client, helper if helper in warm else None, TOPIC)
        ready = [address for address in warm if address != helper]
        busy = {task.address for task in self._training.values()}
        for address in ready:
            if address not in busy and self._queue:
                self._dispatch(client, address)
        with self._lock:
            state = "ready" if ready else "starting"
            self._status = EngineStatus(state, self.workers, len(ready))

    def _warm_up(self, client: Any, addresses: list[str], helper: str | None) -> None:
        """Warm the workers that are new, forget those that are gone; the helper comes last."""
        known = [*addresses, helper]
        self._warm = {address: future for address, future in self._warm.items() if address in known}
        threads = 0 if self.workers == 1 else max(1, (os.cpu_count() or 1) // self.workers)
        for address in addresses:
            if address not in self._warm or self._warm[address].status in ("error", "lost", "cancelled"):
                self._warm[address] = self._warm_one(client, jobs.warm, threads, address)
        trained = all(self._warm[address].status == "finished" for address in addresses)
        if helper and trained and addresses and helper not in self._warm:
            self._warm[helper] = self._warm_one(client, jobs.warm_helper, threads, helper)

    def _warm_one(self, client: Any, function: Callable[[int], object], threads: int, address: str) -> Any:
        future = client.submit(function, threads, workers=[address], pure=False)
        future.add_done_callback(lambda _: self._wake.set())
        return future

    def _dispatch(self, client: Any, address: str) -> None:
        with self._lock:
            run = self._queue.popleft()
            future = client.submit(
                jobs.train_run_in_worker, str(run.folder), TOPIC, workers=[address], pure=False, retries=0
            )
            attempt = 2 if run.id in self._again else 1
            self._training[run.id] = _Task(run, address, future, attempt)
        future.add_done_callback(lambda _: self._wake.set())

    def _collect(self) -> None:
        """Let go of the runs that have ended; one whose worker died is interrupted."""
        for run_id, task in list(self._training.items()):
            if task.future.done():
                if task.future.status != "finished":
                    self._lost(task)
                with self._lock:
                    del self._training[run_id]

    def _drop_stopped(self) -> None:
        with self._lock:
            dropped = [run for run in self._queue if run.stop_requested()]
            for run in dropped:
                self._queue.remove(run)
        for run in dropped:
            self._write(run, _dropped)

    def _lost(self, task: _Task) -> None:
        """Interrupt a run whose worker died; one that had not begun is queued again, once."""
        if task.run.status().state == "queued" and task.attempt == 1:
            if not self._closing:  # else it is found in the queue when the server starts again
                self._again.add(task.run.id)
                with self._lock:
                    self._queue.appendleft(task.run)
            return
        self._write(task.run, lambda status: status if status.ended else interrupted(status, self._closing))

    def _write(self, run: Run, change: Callable[[Status], Status]) -> None:
        try:
            run.write_status(change(run.status()))
        except CnnLabError:
            logger.exception("the state of run %s could not be written", run.id)


def _dropped(status: Status) -> Status:
    return replace(status, state="stopped", message="It was stopped before it began.")


class _cluster:  # noqa: N801 - used as a function
    """A local Dask cluster on loopback: processes that train, and one more, the helper, that answers."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __enter__(self) -> tuple[Any, Callable[[], tuple[list[str], str | None]]]:
        import dask
        from distributed import Client, LocalCluster

        logging.getLogger("distributed").setLevel(logging.ERROR)
        self._config = dask.config.set({"distributed.scheduler.allowed-failures": 0})
        self._config.__enter__()
        self._folder = tempfile.TemporaryDirectory(prefix="cnn-lab-", ignore_cleanup_errors=True)
        self._dask = LocalCluster(
            n_workers=self.workers + 1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # None would take port 8787, and warn where it is taken
            scheduler_kwargs={"dashboard": False},
            local_directory=self._folder.name,
        )
        self._client = Client(self._dask, set_as_default=False)
        return self._client, self._addresses

    def _addresses(self) -> tuple[list[str], str | None]:
        """Return the workers that train, and the helper; it is the one with the last number."""
        names = {
            address: facts["name"]
            for address, facts in self._client.scheduler_info(n_workers=-1)["workers"].items()
        }
        helper = next((address for address, name in names.items() if name == self.workers), None)
        return [address for address in names if address != helper], helper

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._dask.close()
        self._config.__exit__(None, None, None)
        self._folder.cleanup()
