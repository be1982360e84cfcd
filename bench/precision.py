"""Which precision is worth more: the test accuracy that the same seconds of training give in each.

The speed of each is measured first, in turns. Then a clock counts pictures at that speed, so that what neighbours take
from a long training does not decide.
"""

import statistics
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace

from bench.measure import AtLeast, Baseline, Figure, alternate, figure, say, skipped
from bench.training import dataset_name, load_data, loop_speed, process
from cnn.data import layout
from cnn.network.presets import PRESETS
from cnn.network.spec import Setup
from cnn.training import runtime
from cnn.training.metrics import Clock

# About as long as a lesson, or the preset itself, has time for.
SECONDS = {
    "lecture": 8.0,
    "lenet5": 8.0,
    "tinyvgg": 15.0,
    "minute": 60.0,
    "vgg6": 60.0,
    "resnet": 60.0,
    "airbench": 120.0,
}
SPEED_ROUNDS, SPEED_SECONDS = 5, 3.0
SMOKE_SECONDS = 5.0  # the shortest that a run may have
SMOKE_PICTURES = 2000
PRECISIONS = ("mixed_bfloat16", "float32")
NO_LOSS = AtLeast(1.0, "ratio")


class CountedClock(Clock):
    """Takes for a call the seconds that its pictures need at a given speed, in pictures per second."""

    def __init__(self, batch: float, speed: float) -> None:
        super().__init__(batch)
        self.speed = speed

    def record(self, steps: int, pictures: int, seconds: float) -> None:
        """Add a call; the `seconds` that it took do not count."""
        super().record(steps, pictures, pictures / self.speed)


def precision(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train presets in both precisions for the same seconds, taking turns; a round is a seed."""
    for preset, seconds in SECONDS.items():
        name = f"{preset}: test accuracy after {seconds:g} s, {PRECISIONS[0]}"
        if dataset_name() != "cifar10":
            yield skipped(name, "", NO_LOSS, reason=f"it needs CIFAR-10. {layout.check().problem}")
            continue
        setup = PRESETS[preset].setup
        if smoke:
            setup = replace(setup, training=replace(setup.training, pictures=SMOKE_PICTURES))
        with process() as halves, process() as singles:
            yield _compared(name, setup, SMOKE_SECONDS if smoke else seconds, rounds, (halves, singles))


def _compared(
    name: str, setup: Setup, seconds: float, rounds: int, sides: tuple[Executor, Executor]
) -> Figure:
    """Return the accuracies of a set-up trained for `seconds` in each of `PRECISIONS`, one on each side."""
    (first, half), (second, single) = zip(sides, PRECISIONS, strict=True)
    measured = alternate(
        SPEED_ROUNDS,
        lambda: first.submit(speed, setup, half).result(),
        lambda: second.submit(speed, setup, single).result(),
    )
    speeds = [statistics.median(side) for side in measured]
    say(f"  {name}: {speeds[0]:,.0f} and {speeds[1]:,.0f} images/s")
    seeds = iter([seed for seed in range(rounds) for _ in PRECISIONS])
    ours, theirs = alternate(
        rounds,
        lambda: first.submit(accuracy, setup, half, seconds, next(seeds), speeds[0]).result(),
        lambda: second.submit(accuracy, setup, single, seconds, next(seeds), speeds[1]).result(),
    )
    note = f"seeds 0 to {rounds - 1}, the same for both, at {speeds[0]:,.0f} and {speeds[1]:,.0f} images/s"
    return figure(name, "", ours, NO_LOSS, baseline=Baseline(single, theirs), note=note)


def speed(setup: Setup, kind: str) -> float:
    """Return the training pictures a second of a set-up, augmentation included."""
    runtime.prepare_tensorflow()
    endless = replace(setup, training=replace(setup.training, epochs=200, seconds=None))
    return loop_speed(endless, load_data(), kind, SPEED_SECONDS)


def accuracy(setup: Setup, kind: str, seconds: float, seed: int, pictures_a_second: float) -> float:
    """Return the test accuracy after what a machine of that speed trains in so many seconds."""
    import keras

    from cnn.training.trainer import Finished, Trainer

    training = replace(setup.training, epochs=None, seconds=seconds, seed=seed)
    keras.utils.set_random_seed(seed)
    trainer = Trainer(replace(setup, training=training), load_data(), lambda: (), kind)
    trainer.clock = CountedClock(trainer.clock.batch, pictures_a_second)
    last = list(trainer.reports())[-1]
    assert isinstance(last, Finished)
    assert last.test_accuracy is not None
    return last.test_accuracy
