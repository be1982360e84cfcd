"""The clock: images per second, without the time to build the graph."""

import json

import pytest

from cnn.training.metrics import Clock


def test_the_clock_continues_from_its_state() -> None:
    clock, later = Clock(100), Clock(100)
    for seconds in (9.0, 1.0, 1.0):
        clock.record(10, 1000, seconds)
    later.restore(json.loads(json.dumps(clock.state())))
    later.record(10, 1000, 30.0)  # builds the graph
    later.record(10, 1000, 2.0)
    assert later.seconds == 4.0
    assert later.images_per_second == 30 * 100 / 4.0


def test_the_clock_counts_the_pictures_of_a_smaller_last_batch() -> None:
    clock = Clock(4000 / 2)  # batches of 2,048 and 1,952
    clock.record(1, 2048, 9.0)
    clock.record(1, 1952, 0.976)
    clock.record(2, 4000, 2.0)
    assert clock.images_per_second == pytest.approx(2000)
    assert clock.step_seconds == pytest.approx(1.0)  # two of them are an epoch
