"""The states of a run in the scheduler: every event in every state, against a table written by hand."""

import itertools
from pathlib import Path

import pytest

from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from cnn.runs.store import Run, RunStore, Status
from cnn.scheduler.cluster import Worker
from cnn.scheduler.run_entry import (
    EVENTS,
    NEW,
    ON_WORKER,
    STATES,
    TRANSITIONS,
    Assignment,
    Entry,
    Loss,
    TransitionError,
)
from cnn.scheduler.run_queue import RunQueue

ORDER = "enqueue start report pause resume suspend lose end"
# One row per state, one column per event in that order; a dash is refused.
WALK = """
new        queued -        -        -      -        -         lost ended
queued     queued starting -        -      -        -         lost ended
starting   -      -        training paused -        suspended lost ended
training   -      -        -        paused -        suspended lost ended
paused     -      -        -        -      training suspended lost ended
suspended  queued -        -        -      -        -         lost ended
lost       queued -        -        -      -        suspended -    ended
ended      queued -        -        -      -        -         lost ended
"""
ROWS = {row.split()[0]: row.split()[1:] for row in WALK.strip().splitlines()}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return RunStore(tmp_path / "runs").create(Setup(NetworkSpec(), TrainSpec(epochs=1)), "sketch10", "a" * 32)


def work() -> Assignment:
    return Assignment(Worker("tcp://127.0.0.1:1", "scratch"), None, 0.0)


@pytest.mark.parametrize(("state", "event"), itertools.product((NEW, *STATES), EVENTS))
def test_every_event_in_every_state(run: Run, state: str, event: str) -> None:
    after = ROWS[state][ORDER.split().index(event)]
    entry = Entry(run, state, entered=0.0, work=work() if state in ON_WORKER else None)
    if after == "-":
        with pytest.raises(TransitionError, match=f"is {state}: {event} cannot happen"):
            entry.move(event)
        assert (entry.state, entry.entered) == (state, 0.0)
        return
    entry.move(event)
    assert entry.state == after
    assert (entry.entered > 0) is (after != state)
    if after not in ON_WORKER:
        assert entry.work is None  # who has no worker holds on to none


def test_the_table_covers_every_state_and_event() -> None:
    assert tuple(ROWS) == tuple(TRANSITIONS) == (NEW, *STATES)
    assert tuple(ORDER.split()) == EVENTS
    assert all(len(row) == len(EVENTS) for row in ROWS.values())


def test_every_state_can_be_reached_and_every_one_can_end() -> None:
    reached, found = {NEW}, [NEW]
    while found:
        after = set(TRANSITIONS[found.pop()].values()) - reached
        reached |= after
        found += after
    assert reached == {NEW, *STATES}
    assert all(TRANSITIONS[state]["end"] == "ended" for state in reached)


def test_a_run_on_a_worker_is_not_queued_again(run: Run) -> None:
    queue = RunQueue(1)
    queue.enqueue(run, Status())
    assert queue.give(lambda run: work(), lambda run: True)
    queue.enqueue(run, Status(), front=True)
    entry = queue.entry(run.id)
    assert entry
    assert entry.state == "starting"
    assert not queue.in_state("queued")


def test_the_first_loss_of_a_run_is_the_one_that_counts(run: Run) -> None:
    queue = RunQueue(1)
    queue.lose(run, Loss(hung=True))
    queue.lose(run, Loss(final=True))
    entry = queue.entry(run.id)
    assert entry
    assert entry.loss == Loss(hung=True)


def test_a_run_that_may_not_begin_leaves_the_queue(run: Run) -> None:
    queue = RunQueue(1)
    queue.enqueue(run, Status())
    assert not queue.give(lambda run: work(), lambda run: False)
    assert queue.place(run.id) is None
    queue.enqueue(run, Status())  # it is found again
    assert queue.place(run.id)
