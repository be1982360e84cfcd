"""Turns of pages: a few at a time, in order, and nobody keeps one for ever."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from cnn.web.app.turns import Turns

LONG = 600.0


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_few_at_a_time() -> None:
    turns, both, go, third = Turns(2, LONG), threading.Barrier(3), threading.Event(), threading.Event()

    def first() -> None:
        with turns.turn():
            both.wait(10)
            go.wait(10)

    def later() -> None:
        with turns.turn():
            third.set()

    for _ in range(2):
        started(first)
    both.wait(10)  # two have their turns at the same time
    started(later)
    assert not third.wait(0.2)
    go.set()
    assert third.wait(10)


def test_in_the_order_in_which_they_came() -> None:
    turns, order = Turns(1, LONG), list[int]()

    def later(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = []
    with turns.turn():
        for number in range(20):
            threads.append(started(partial(later, number)))
            while len(turns._waiting) <= number:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == list(range(20))


def test_who_waits_for_something_keeps_nobody_from_their_turn() -> None:
    turns, end = Turns(1, 0.05), threading.Event()

    def slow() -> None:
        with turns.turn():
            holds.set()
            end.wait(10)

    def quick() -> None:
        with turns.turn():
            done.set()

    holds, done = threading.Event(), threading.Event()
    thread = started(slow)
    assert holds.wait(10)
    started(quick)
    assert done.wait(10)
    assert thread.is_alive()
    end.set()


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns(1, LONG)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        pass


def test_a_fragment_of_a_page_that_is_being_drawn_has_its_turn() -> None:
    turns = Turns(1, LONG)
    with turns.turn(), turns.turn():
        pass
    assert not turns._ends
