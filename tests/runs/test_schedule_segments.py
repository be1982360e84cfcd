"""The plan of a run: parts in epochs or seconds, each with the whole schedule of the learning rate."""

import json

import numpy as np
import pytest

from cnn.runs.schedule_segments import Plan, Segment


def test_each_part_has_the_whole_schedule() -> None:
    plan = Plan(Segment(epochs=2), 10)
    plan.add(Segment(seconds=8.0))
    plan.add(Segment(epochs=1))
    for step, seconds, share, left in (
        (0, 0.0, 0.0, 20),
        (15, 3.0, 0.75, 5),
        (20, 4.0, 0.0, None),  # the part in seconds begins here
        (50, 10.0, 0.75, None),
        (60, 12.5, 0.0, 10),  # and the last one here, a little late
        (64, 13.0, 0.4, 6),
    ):
        plan.advance(step, seconds)
        assert plan.shares(np.array([step]), np.array([seconds]))[0] == pytest.approx(share)
        assert not plan.ended(step, seconds)
        if left is not None:
            assert plan.steps_left(step) == left
    assert plan.ended(70, 14.0)
    again = Plan.restored(json.loads(json.dumps(plan.state())), 10)
    assert (again.part, again.later) == (plan.part, plan.later)


def test_the_seconds_left_are_those_of_all_parts() -> None:
    plan = Plan(Segment(epochs=2), 10)
    assert plan.seconds_left(5, 1.0, 0.5) == 7.5
    plan.add(Segment(epochs=1))
    plan.add(Segment(seconds=30.0))
    assert plan.seconds_left(5, 1.0, 0.5) == 7.5 + 5 + 30
    assert Plan(Segment(seconds=60.0), 10).seconds_left(5, 20.0, 0.5) == 40.0


def test_a_plan_that_is_cut_begins_its_next_part_at_once() -> None:
    plan = Plan(Segment(epochs=5), 10)
    plan.add(Segment(epochs=7))
    plan.cut()
    plan.add(Segment(epochs=1))
    plan.advance(13, 2.0)
    assert plan.steps_left(13) == 10
    assert plan.ended(23, 3.0)
