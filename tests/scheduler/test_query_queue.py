"""The query queue: queries by key, one at a time on a worker, and their answers."""

from concurrent.futures import Future
from typing import Any

import pytest

from cnn.scheduler import query_queue as queue_module
from cnn.scheduler.cluster import Worker
from cnn.scheduler.query_queue import LOST, MAX_ANSWERS, Answer, QueryQueue

WORKER = Worker("tcp://127.0.0.1:1", "one")


class Submitted(Future):  # type: ignore[type-arg]
    """A future as Dask gives it."""

    status = "pending"

    def finish(self, result: object) -> None:
        self.status = "finished"
        self.set_result(result)

    def lose(self) -> None:
        self.status = "error"
        self.set_exception(RuntimeError("the worker ended"))


class Cluster:
    """Records the tasks that it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[Worker, tuple[Any, ...], Submitted]] = []

    def submit(self, worker: Worker, function: object, *arguments: Any) -> Submitted:
        self.given.append((worker, arguments, Submitted()))
        return self.given[-1][2]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def question(report: object, number: int) -> int:
    return number


def everybody(worker: Worker) -> bool:
    return True


def turn(queries: QueryQueue, cluster: Cluster) -> None:
    queries.collect(everybody)
    queries.dispatch(cluster, WORKER, "topic")  # type: ignore[arg-type]


def test_a_query_is_answered_once(cluster: Cluster) -> None:
    woken = []
    queries = QueryQueue(lambda: woken.append(1))
    assert queries.ask("k", question, 7) == Answer("waiting")
    assert queries.waits()
    assert woken
    turn(queries, cluster)
    [(worker, arguments, future)] = cluster.given
    assert worker == WORKER
    assert arguments == ("topic", "k", question, (7,))
    assert queries.busy() == WORKER
    queries.hear("k", 0.5)
    assert queries.ask("k", question, 7) == Answer("working", 0.5)
    queries.hear("k", 99.0)
    assert queries.ask("k", question, 7).share == 1.0
    future.finish((7, ""))
    turn(queries, cluster)
    assert queries.ask("k", question, 7) == Answer("done", 1.0, 7)
    assert queries.busy() is None
    assert len(cluster.given) == 1


def test_one_at_a_time_and_oldest_first(cluster: Cluster) -> None:
    queries = QueryQueue()
    for number in range(3):
        queries.ask(str(number), question, number)
    turn(queries, cluster)
    turn(queries, cluster)
    assert [arguments[1] for _, arguments, _ in cluster.given] == ["0"]
    cluster.given[0][2].finish((0, ""))
    turn(queries, cluster)
    assert [arguments[1] for _, arguments, _ in cluster.given] == ["0", "1"]


def test_an_error_is_a_sentence(cluster: Cluster) -> None:
    queries = QueryQueue()
    queries.ask("k", question, 1)
    turn(queries, cluster)
    cluster.given[0][2].finish((None, "The picture is broken."))
    turn(queries, cluster)
    assert queries.ask("k", question, 1) == Answer("failed", message="The picture is broken.")


def test_a_query_fails_when_its_worker_ends(cluster: Cluster) -> None:
    queries = QueryQueue()
    queries.ask("a", question, 1)
    turn(queries, cluster)
    cluster.given[0][2].lose()
    turn(queries, cluster)
    assert queries.ask("a", question, 1) == Answer("failed", message=LOST)
    queries.forget("a")
    queries.ask("a", question, 1)
    turn(queries, cluster)
    assert queries.ask("a", question, 1).state == "working"
    queries.collect(lambda worker: False)  # of a worker on a foreign cluster nothing is heard any more
    assert queries.ask("a", question, 1) == Answer("failed", message=LOST)
    assert queries.busy() is None


def test_a_query_that_nobody_waits_for_is_dropped(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = QueryQueue()
    queries.ask("forgotten", question, 1)
    monkeypatch.setattr(queue_module, "FORGET_SECONDS", -1.0)
    turn(queries, cluster)
    assert not cluster.given
    assert not queries.waits()


def test_old_answers_are_evicted(cluster: Cluster) -> None:
    queries = QueryQueue()
    for number in range(MAX_ANSWERS + 5):
        queries.ask(str(number), question, number)
        turn(queries, cluster)
        cluster.given[-1][2].finish((number, ""))
        queries.collect(everybody)
    assert queries.ask(str(MAX_ANSWERS + 4), question, 0).state == "done"
    assert queries.ask("0", question, 0).state == "waiting"
