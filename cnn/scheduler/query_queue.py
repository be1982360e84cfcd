"""Queries: computations that need TensorFlow but train nothing, done by a worker, one after the other.

A page polls with the same key until the answer is ready; nothing blocks. A query that is no longer polled
is dropped before it starts, so that a class of students who click quickly does not fill the queue with queries
whose answers nobody will see.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cnn.scheduler.cluster import Cluster, Worker
from cnn.worker import jobs

MAX_ANSWERS = 200
FORGET_SECONDS = 10.0
ANSWER_SECONDS = 10.0
ENDED = ("done", "failed")
LOST = "The worker crashed. Please retry."
GONE = "This network no longer exists. Choose another one."


@dataclass(frozen=True)
class Answer:
    """The state of a query: `state` is waiting, working, done or failed; `share` is from 0 to 1."""

    state: str = "waiting"
    share: float = 0.0
    result: Any = None
    message: str = ""


@dataclass
class _Query:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    asked: float
    answer: Answer = field(default_factory=Answer)
    future: Any = None
    worker: Worker | None = None


class QueryQueue:
    """Queries by key, oldest first; the worker has one at a time.

    `worker_starts` says whether the worker that they wait for is being started, as the engine's thread saw it last.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._wake = wake
        self.worker_starts = False
        self._queries: OrderedDict[str, _Query] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: str, function: Callable[..., Any], *arguments: Any) -> Answer:
        """Return the state of the query `key`; the first call puts it at the end of the queue.

        Args:
            key: identifies the query and everything it depends on: the same key means the same answer.
            function: of `cnn.worker.queries`; it is called in a worker with `report` and the arguments.
            arguments: its arguments, which must be picklable.
        """
        with self._lock:
            query = self._queries.get(key)
            if query is None:
                query = self._queries[key] = _Query(function, arguments, time.monotonic())
                self._thin()
            query.asked = time.monotonic()
            answer = query.answer
        if answer.state == "waiting":
            self._wake()
        return answer

    def look(self, key: str) -> Answer:
        """Return the state of a query without asking it; it waits where nobody has."""
        with self._lock:
            query = self._queries.get(key)
            return query.answer if query else Answer()

    def forget(self, key: str) -> None:
        """Drop an answer, so that the next `ask` computes it again; a query without an answer stays."""
        with self._lock:
            query = self._queries.get(key)
            if query and query.answer.state in ENDED:
                del self._queries[key]

    def hear(self, key: str, share: float) -> None:
        """Record the progress of the worker."""
        with self._lock:
            query = self._queries.get(key)
            if query and query.answer.state == "working":
                query.answer = replace(query.answer, share=min(max(share, 0.0), 1.0))

    # The engine's thread calls the rest.

    def collect(self, present: Callable[[Worker], bool]) -> None:
        """Collect finished queries; a query on a worker that has ended fails."""
        with self._lock:
            for query in self._queries.values():
                if query.worker and (query.future.done() or not present(query.worker)):
                    query.answer = _answer(query.future)
                    query.future.cancel()
                    query.future = query.worker = None
                    query.arguments = ()  # which may contain the pixels of a visitor's picture
            self._drop_forgotten()

    def busy(self) -> Worker | None:
        """Return the worker that computes a query, if there is one."""
        with self._lock:
            return next((q.worker for q in self._queries.values() if q.worker), None)

    def waits(self) -> bool:
        """Whether a query waits for a worker."""
        with self._lock:
            return any(query.answer.state == "waiting" for query in self._queries.values())

    def dispatch(self, cluster: Cluster, worker: Worker, topic: str) -> None:
        """Give a worker the next query, if one waits and none is being computed."""
        with self._lock:
            waiting = ((k, q) for k, q in self._queries.items() if q.answer.state == "waiting")
            key, query = next(waiting, ("", None))
            if query is None or any(other.worker for other in self._queries.values()):
                return
            try:
                future = self._submit(cluster, worker, topic, key)
            except OSError:
                query.answer = Answer("failed", message=GONE)
                return
            query.answer, query.future, query.worker = Answer("working"), future, worker
        future.add_done_callback(lambda _: self._wake())

    def _submit(self, cluster: Cluster, worker: Worker, topic: str, key: str) -> Any:
        query = self._queries[key]
        work = (jobs.answer_in_worker, topic, key, query.function, query.arguments)
        return cluster.submit(worker, *work)

    def _drop_forgotten(self) -> None:
        late = time.monotonic() - FORGET_SECONDS
        dropped = [k for k, q in self._queries.items() if q.answer.state == "waiting" and q.asked < late]
        for key in dropped:
            del self._queries[key]

    def _thin(self) -> None:
        ended = [k for k, q in self._queries.items() if q.answer.state in ENDED]
        ended.sort(key=lambda k: self._queries[k].asked)
        for key in ended[: max(0, len(self._queries) - MAX_ANSWERS)]:
            del self._queries[key]


def _answer(future: Any) -> Answer:
    try:
        result, problem = future.result(ANSWER_SECONDS) if future.status == "finished" else (None, LOST)
    except Exception:  # the worker ended before the result was fetched
        return Answer("failed", message=LOST)
    return Answer("failed", message=problem) if problem else Answer("done", 1.0, result)
