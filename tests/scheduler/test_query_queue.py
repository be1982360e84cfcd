"""The desk: questions by key, one at a time with a worker, and what becomes of them."""

from concurrent.futures import Future
from typing import Any

import pytest

from cnn.scheduler import query_queue as desk_module
from cnn.scheduler.cluster import Member
from cnn.scheduler.query_queue import LOST, MAX_ANSWERS, Answer, Desk

HELPER = Member("tcp://127.0.0.1:1", "one")


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
    """Keeps what it is given to do."""

    def __init__(self) -> None:
        self.given: list[tuple[Member, tuple[Any, ...], Submitted]] = []

    def submit(self, member: Member, function: object, *arguments: Any) -> Submitted:
        self.given.append((member, arguments, Submitted()))
        return self.given[-1][2]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def question(report: object, number: int) -> int:
    return number


def everybody(member: Member) -> bool:
    return True


def turn(desk: Desk, cluster: Cluster) -> None:
    desk.collect(everybody)
    desk.dispatch(cluster, HELPER, "topic")  # type: ignore[arg-type]


def test_a_question_is_answered_once(cluster: Cluster) -> None:
    woken = []
    desk = Desk(lambda: woken.append(1))
    assert desk.ask("k", question, 7) == Answer("waiting")
    assert desk.waits()
    assert woken
    turn(desk, cluster)
    [(member, arguments, future)] = cluster.given
    assert member == HELPER
    assert arguments == ("topic", "k", question, (7,))
    assert desk.busy() == HELPER
    desk.hear("k", 0.5)
    assert desk.ask("k", question, 7) == Answer("working", 0.5)
    desk.hear("k", 99.0)
    assert desk.ask("k", question, 7).share == 1.0
    future.finish((7, ""))
    turn(desk, cluster)
    assert desk.ask("k", question, 7) == Answer("done", 1.0, 7)
    assert desk.busy() is None
    assert len(cluster.given) == 1


def test_one_at_a_time_and_oldest_first(cluster: Cluster) -> None:
    desk = Desk()
    for number in range(3):
        desk.ask(str(number), question, number)
    turn(desk, cluster)
    turn(desk, cluster)
    assert [arguments[1] for _, arguments, _ in cluster.given] == ["0"]
    cluster.given[0][2].finish((0, ""))
    turn(desk, cluster)
    assert [arguments[1] for _, arguments, _ in cluster.given] == ["0", "1"]


def test_what_went_wrong_is_a_sentence(cluster: Cluster) -> None:
    desk = Desk()
    desk.ask("k", question, 1)
    turn(desk, cluster)
    cluster.given[0][2].finish((None, "The picture is broken."))
    turn(desk, cluster)
    assert desk.ask("k", question, 1) == Answer("failed", message="The picture is broken.")


def test_a_worker_that_ends_takes_its_question_with_it(cluster: Cluster) -> None:
    desk = Desk()
    desk.ask("a", question, 1)
    turn(desk, cluster)
    cluster.given[0][2].lose()
    turn(desk, cluster)
    assert desk.ask("a", question, 1) == Answer("failed", message=LOST)
    desk.forget("a")
    desk.ask("a", question, 1)
    turn(desk, cluster)
    assert desk.ask("a", question, 1).state == "working"
    desk.collect(lambda member: False)  # of a worker on a foreign cluster nothing is heard any more
    assert desk.ask("a", question, 1) == Answer("failed", message=LOST)
    assert desk.busy() is None


def test_a_question_that_nobody_asks_any_more_is_dropped(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    desk.ask("forgotten", question, 1)
    monkeypatch.setattr(desk_module, "FORGET_SECONDS", -1.0)
    turn(desk, cluster)
    assert not cluster.given
    assert not desk.waits()


def test_old_answers_make_room(cluster: Cluster) -> None:
    desk = Desk()
    for number in range(MAX_ANSWERS + 5):
        desk.ask(str(number), question, number)
        turn(desk, cluster)
        cluster.given[-1][2].finish((number, ""))
        desk.collect(everybody)
    assert desk.ask(str(MAX_ANSWERS + 4), question, 0).state == "done"
    assert desk.ask("0", question, 0).state == "waiting"
