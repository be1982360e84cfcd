"""The workers of a cluster: which are present, what each is for, and which are warm."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from cnn.scheduler.cluster import Cluster, UnreachableError, Work, Worker
from cnn.worker.tasks import warm_up

QUERY_WORKER = (
    "query",
    "helper",
)  # its name in Dask (dask worker --name query); the second is the former one
SETTLED_SECONDS = 2.0
MISSING_SECONDS = 60.0
WARM_AGAIN_SECONDS = 30.0


class WorkerPool:
    """The workers of one cluster: which are present, what each is for, and which are warm."""

    def __init__(
        self, cluster: Cluster, work: Work, folder: str, token: str, wake: Callable[[], None]
    ) -> None:
        self.cluster = cluster
        self.work, self._folder, self._token, self._wake = work, folder, token, wake
        self._workers: dict[tuple[str, str], Worker] = {}
        self._seen: dict[tuple[str, str], float] = {}
        self._warm: dict[tuple[str, str], Any] = {}
        self._refused: dict[tuple[str, str], float] = {}
        self._query_worker: tuple[str, str] | None = None
        self._complete = time.monotonic()
        self._problem = ""

    def refresh(self, busy: Collection[tuple[str, str]], asked: bool) -> None:
        """Update the list of workers, and warm up the new ones; the query worker comes last.

        Args:
            busy: the keys of the busy workers.
            asked: whether a query waits; with the first one the server's own query worker is started.

        Raises:
            UnreachableError: when the scheduler does not answer.
        """
        self._workers = {worker.key: worker for worker in self.cluster.workers()}
        now = time.monotonic()
        self._check_complete(now)
        if asked:
            self.cluster.start_query_worker()
        self._seen = {key: self._seen.get(key, now) for key in self._workers}
        self._warm = {key: future for key, future in self._warm.items() if key in self._workers}
        self._choose_query_worker(busy)
        self._warm_new(now)

    def _check_complete(self, now: float) -> None:
        """Give up the server's own cluster if a dead worker is not replaced, so that a new cluster is started."""
        if len(self._workers) >= self.cluster.expected:
            self._complete = now
        elif self.cluster.own and now - self._complete > MISSING_SECONDS:
            raise UnreachableError("A worker ended and was not replaced.")

    def present(self, worker: Worker) -> bool:
        """Whether this same process is still present."""
        return worker.key in self._workers

    def last_seen(self, worker: Worker) -> Worker:
        """Return the worker with its latest numbers."""
        return self._workers.get(worker.key, worker)

    @property
    def trainers(self) -> list[Worker]:
        """The warm training workers; on a cluster of one worker, it also answers queries."""
        return [m for m in self._workers.values() if m.key != self._query_worker and self._is_warm(m)]

    @property
    def query_worker(self) -> Worker | None:
        """The warm query worker; None if a training worker must answer queries."""
        worker = self._workers.get(self._query_worker) if self._query_worker else None
        return worker if worker and self._is_warm(worker) else None

    @property
    def query_worker_starts(self) -> bool:
        """Whether the query worker was started and is not warm yet."""
        started = self._query_worker is not None or self.cluster.expected > self.cluster.own
        return started and self.query_worker is None

    @property
    def shared(self) -> bool:
        """Whether there is only one worker, which does both."""
        return not self.cluster.own and len(self._workers) == 1

    @property
    def size(self) -> int:
        """The number of training workers, including those that are not warm yet."""
        return self.cluster.own or len(self._workers) - (self._query_worker is not None)

    @property
    def problem(self) -> str:
        """The present problem as a sentence, or ""."""
        if not self._workers and not self.cluster.own:
            return "The Dask scheduler has no workers yet; start one with dask worker."
        return self._problem

    def _choose_query_worker(self, busy: Collection[tuple[str, str]]) -> None:
        """Keep the present query worker; in a foreign cluster it is the worker of that name, or an idle one."""
        if self._query_worker in self._workers:
            return
        names = (str(self.cluster.own),) if self.cluster.own else QUERY_WORKER
        named = [key for key, worker in self._workers.items() if worker.name in names]
        idle = [key for key in self._workers if key not in busy]
        others = idle if not self.cluster.own and len(self._workers) > 1 else []
        self._query_worker = next(iter([*named, *reversed(others)]), None)

    def _is_warm(self, worker: Worker) -> bool:
        future = self._warm.get(worker.key)
        return future is not None and future.status == "finished" and not worker.paused

    def _warm_new(self, now: float) -> None:
        trainers = [worker for worker in self._workers.values() if worker.key != self._query_worker]
        sharing = Counter(worker.host for worker in trainers)
        for worker in trainers:
            if self._may_warm(worker, now):
                self._warm_one(worker, self.work.warm, self.cluster.own or sharing[worker.host])
        last = self._workers.get(self._query_worker) if self._query_worker else None
        if last and trainers and all(map(self._is_warm, trainers)) and self._may_warm(last, now):
            self._warm_one(last, self.work.warm_query_worker, self.cluster.own or sharing[last.host] or 1)

    def _may_warm(self, worker: Worker, now: float) -> bool:
        """Whether it is new, or some time has passed since its warm-up failed.

        Workers of one machine divide its cores, so those of a foreign cluster are counted when no new ones have
        appeared for a while.
        """
        future = self._warm.get(worker.key)
        if future is None:
            together = (self._seen[key] for key, other in self._workers.items() if other.host == worker.host)
            return bool(self.cluster.own) or now - max(together) >= SETTLED_SECONDS
        if future.status not in ("error", "lost", "cancelled"):
            return False
        self._problem = _why_not_warm(worker, future)
        return now - self._refused.setdefault(worker.key, now) >= WARM_AGAIN_SECONDS

    def _warm_one(self, worker: Worker, function: Callable[[int], object], sharing: int) -> None:
        self._refused.pop(worker.key, None)
        self._problem = ""
        future = self.cluster.submit(worker, warm_up, function, sharing, self._folder, self._token)
        future.add_done_callback(lambda _: self._wake())
        self._warm[worker.key] = future


def _why_not_warm(worker: Worker, future: Any) -> str:
    error = future.exception() if future.status == "error" else None
    if isinstance(error, ImportError):
        return (
            f"The worker at {worker.address} cannot import CNN Lab ({error}); start it in the project's "
            "folder, with its environment."
        )
    return f"The worker at {worker.address} cannot be used: {error or 'it ended during its warm-up'}"
