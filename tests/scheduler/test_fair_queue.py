"""The order of the queue and the estimated waits, simulated without workers."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.network.spec import Block, Convolution, NetworkSpec, Setup, TrainSpec
from cnn.runs.remaining import GIVEN_MORE, Ahead, ahead
from cnn.runs.store import RunStore, Status
from cnn.scheduler.eta import Speeds
from cnn.scheduler.fair_queue import UNKNOWN, Lines, Place, Training, Waiting, places

SMALL = Setup(NetworkSpec(blocks=(Block((Convolution(8),)),)), TrainSpec(epochs=2, pictures=1000))
WIDE = Setup(NetworkSpec(blocks=(Block((Convolution(64),)),)), TrainSpec(epochs=2, pictures=1000))


def in_order(waiting: list[Waiting], workers: int = 1, seconds: float = 1.0) -> list[str]:
    """Return the ids in the order in which runs of equal length start."""
    equal = [Waiting(run.id, run.owner, run.since, run.front, seconds) for run in waiting]
    return list(places(equal, (), workers))


def forty() -> list[Waiting]:
    """Return 40 runs of 10 owners, submitted in order; the first owner submits 20 of them at once."""
    owners = ["greedy"] * 20 + [f"owner-{i}" for i in range(9)] * 2 + ["owner-0", "owner-1"]
    return [Waiting(f"{owner}/{i:02d}", owner, float(i)) for i, owner in enumerate(owners)]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_forty_runs_of_ten_owners_take_turns(workers: int) -> None:
    queue = forty()
    random.Random(1).shuffle(queue)
    order = in_order(queue, workers)
    assert len(order) == 40
    assert len({run_id.split("/")[0] for run_id in order[:10]}) == 10
    assert len({run_id.split("/")[0] for run_id in order[10:20]}) == 10
    assert Counter(run_id.split("/")[0] for run_id in order[20:])["greedy"] == 18
    for owner in {run.owner for run in queue}:
        own = [run_id for run_id in order if run_id.startswith(f"{owner}/")]
        assert own == sorted(own)  # each owner's oldest first


def test_one_run_an_owner_while_others_wait() -> None:
    lines = Lines([Waiting("a2", "ada", 1.0), Waiting("b1", "ben", 9.0)])
    first = lines.next({"ada": 1})
    assert first
    assert first.id == "b1"
    second = lines.next({"ada": 1, "ben": 1})
    assert second
    assert second.id == "a2"  # nobody else waits: a free worker does not stand idle
    assert lines.next({}) is None


def test_a_run_that_comes_back_from_a_pause_goes_before_its_owners_others_only() -> None:
    queue = [
        Waiting("a-old", "ada", 1.0),
        Waiting("b-old", "ben", 2.0),
        Waiting("b-back", "ben", 3.0, front=True),
    ]
    assert in_order(queue) == ["a-old", "b-back", "b-old"]


def test_who_was_served_longest_ago_is_next() -> None:
    lines = Lines([Waiting("a", "ada", 1.0), Waiting("b", "ben", 2.0), Waiting("c", "cy", 3.0)], {"ada": 5})
    assert [run.id for run in iter(lambda: lines.next({}), None)] == ["b", "c", "a"]
    assert lines.served == {"ben": 6, "cy": 7, "ada": 8}


def test_the_expected_wait_is_what_the_others_take() -> None:
    queue = [Waiting("b", "ben", 1.0, seconds=30.0), Waiting("c", "cy", 2.0, seconds=5.0)]
    assert places(queue, [Training("ada", 12.0)], 0) == {"b": Place(1, 12.0), "c": Place(2, 42.0)}
    assert places(queue, [], 1) == {"b": Place(0, 0.0), "c": Place(1, 30.0)}
    two = places(queue, [Training("ada", 12.0), Training("dan", 20.0)], 0)
    assert two == {"b": Place(1, 12.0), "c": Place(2, 20.0)}


def test_an_unknown_wait_is_none() -> None:
    queue = [Waiting("b", "ben", 1.0, seconds=UNKNOWN), Waiting("c", "cy", 2.0, seconds=5.0)]
    assert places(queue, [Training("ada", 12.0)], 0) == {"b": Place(1, 12.0), "c": Place(2, None)}
    assert places(queue, [], 0) == {"b": Place(0, None), "c": Place(1, None)}  # no worker yet
    one_knows = places(queue, [Training("ada"), Training("dan", 3.0)], 0)
    assert one_knows == {"b": Place(1, 3.0), "c": Place(2, None)}


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9), st.booleans()), max_size=30),
    st.integers(1, 4),
)
def test_nobody_is_lost_and_nobody_is_overtaken_twice(
    rows: list[tuple[str, int, bool]], workers: int
) -> None:
    queue = [Waiting(str(i), owner, since, front) for i, (owner, since, front) in enumerate(rows)]
    order = in_order(queue, workers)
    assert sorted(order, key=int) == [run.id for run in queue]
    owner_of = {run.id: run.owner for run in queue}
    for owner in set(owner_of.values()):
        at = [i for i, run_id in enumerate(order) if owner_of[run_id] == owner]
        for before, after in zip([-1, *at], at, strict=False):
            between = Counter(owner_of[run_id] for run_id in order[before + 1 : after])
            assert max(between.values(), default=0) <= 1  # every other owner at most once in between


# How long a run takes


def test_the_estimate_of_a_known_network_is_its_measured_time() -> None:
    speeds = Speeds()
    assert speeds.seconds(SMALL, Ahead(epochs=2)) == UNKNOWN
    speeds.learn(SMALL, 500.0)
    assert speeds.seconds(SMALL, Ahead(epochs=2)) == 2 * 1000 / 500
    assert speeds.seconds(SMALL, Ahead(epochs=0.5, seconds=4.0)) == 5.0
    speeds.overhead = 3.0
    assert speeds.seconds(SMALL, Ahead(epochs=2)) == 7.0
    speeds.learn(SMALL, 0.0)  # a run that never came to speed says nothing
    assert speeds.images_per_second(SMALL) == 500.0


def test_the_time_of_a_new_network_is_estimated_from_its_multiply_adds() -> None:
    speeds = Speeds()
    speeds.learn(SMALL, 8000.0)
    assert 900 < speeds.images_per_second(WIDE) < 1100  # eight times the filters
    speeds.learn(WIDE, 3000.0)
    assert speeds.images_per_second(WIDE) == 3000.0


def test_what_is_ahead_of_a_run_is_what_it_was_given(tmp_path: Path) -> None:
    run = RunStore(tmp_path / "runs").create(SMALL, "sketch10", "a" * 32)
    assert ahead(run, Status()) == Ahead(epochs=2)
    run.command("extend_epochs", 3)
    assert ahead(run, Status()) == Ahead(epochs=5)
    run.history.append({"kind": "progress", "seconds_left": 7.0})
    assert ahead(run, Status(acknowledged=1)) == Ahead(seconds=7.0)
    run.history.append({"kind": "extended", "epoch": 1.0, "epochs": 0, "seconds": 30.0})
    assert ahead(run, Status(acknowledged=1)) == Ahead(seconds=37.0)
    run.history.append({"kind": "progress", "seconds_left": 0.0})
    run.write_status(Status("finished", acknowledged=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnn.runs.run.newest_checkpoint", lambda *_: (object(), []))
        run.extend(epochs=50, learning_rate=0.1)
    assert ahead(run, run.status()) == Ahead(epochs=50)
    taken = replace(run.status(), acknowledged=run.commands.count())
    run.history.append({"kind": "resumed", "epoch": 2.0, "reason": GIVEN_MORE})
    run.history.append({"kind": "rate"})
    run.history.append({"kind": "extended", "epoch": 2.0, "epochs": 50, "seconds": 0.0})
    assert ahead(run, taken) == Ahead(epochs=50)


def test_a_run_with_a_time_budget_takes_that() -> None:
    setup = Setup(SMALL.network, TrainSpec(seconds=60.0))
    assert Speeds().seconds(setup, Ahead(seconds=15.0)) == 15.0
