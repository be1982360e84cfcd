"""Training as a generator: a few hundred milliseconds of steps, a report, a look at the commands.

>>> for report in train(setup, data):            # doctest: +SKIP
...     print(report)

A call lasts about a quarter of a second, which is how long a command waits; the graph is built in a thread,
so that a stop does not wait for it.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from cnn.data import Dataset
from cnn.network.spec import Setup
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.commands import Command
from cnn.training.events import EpochEnd, Finished, Progress, Report, Resumed
from cnn.training.loop import Loop, Scores

__all__ = ["EpochEnd", "Finished", "Progress", "Report", "train"]

LOOK_SECONDS = 0.05
EVALUATION_BATCH = 500


def train(
    setup: Setup,
    data: Dataset,
    commands: Callable[[], Sequence[Command]] = lambda: (),
    precision: str = "float32",
    start: Checkpoint | None = None,
) -> Iterator[Report]:
    """Train `setup.network` on `data`, yielding reports; the last is `Finished`, or `Parked`.

    Args:
        setup: network and training; its `precision` must have been resolved to `precision` by the caller.
        data: uint8 pictures and labels; the test part is looked at once, at the very end.
        commands: returns the commands that are new since it was asked last; asked about four times a second,
            and twenty times a second while the run is paused.
        precision: "float32" or "mixed_bfloat16".
        start: where to go on, a checkpoint of the same set-up; None trains from the beginning.

    Raises:
        DivergedError: when the loss is no longer a number.
        RunError: when `start` does not fit the set-up.
    """
    keras.utils.set_random_seed(setup.training.seed)
    loop = Loop(setup, data.take(setup.training.pictures, setup.training.seed), precision)
    if start:
        loop.restore(start)
    else:
        yield loop.epoch_end((None, None))
    yield from _Drive(loop, data, commands).reports()


class _Drive:
    """Drives a loop to its end as the commands say."""

    def __init__(self, loop: Loop, data: Dataset, commands: Callable[[], Sequence[Command]]) -> None:
        self.loop = loop
        self.steering = loop.steering
        self.data = data
        self.commands = commands

    def reports(self) -> Iterator[Report]:
        """Train, look at the validation pictures after each epoch, and at the test pictures at the end."""
        loop, data = self.loop, self.data
        yield from self._prepare()
        while True:
            yield from self._look()
            if self.steering.ending:
                yield loop.left()
                return
            loop.plan.advance(loop.step, loop.seconds)
            if loop.epoch_is_due:
                if scores := (yield from self._evaluate(data.validation_images, data.validation_labels)):
                    yield loop.epoch_end(scores)
            elif not loop.ended:
                yield loop.call(self.steering.steps_allowed)
            else:
                scores = yield from self._evaluate(data.test_images, data.test_labels)
                if scores and loop.ended:  # else a command came meanwhile
                    yield loop.finished(scores)
                    return

    def _prepare(self) -> Iterator[Report]:
        """Build the graph in a thread, and go on when it is there or something else is asked for."""
        failures: list[BaseException] = []
        builder = threading.Thread(target=_catching, args=(self.loop.build, failures), name="build")
        yield from self._take()
        if not self.steering.ending:
            builder.start()
        while builder.is_alive() and not self.steering.ending:
            builder.join(LOOK_SECONDS)
            yield from self._look()
        if failures:
            raise failures[0]

    def _look(self) -> Iterator[Report]:
        """Take the commands that are new, and wait while the run is paused."""
        yield from self._take()
        if not self.steering.paused or self.steering.ending:
            return
        yield self.loop.paused()
        while self.steering.paused and not self.steering.ending:
            time.sleep(LOOK_SECONDS)
            yield from self._take()
        if not self.steering.ending:
            yield Resumed(self.loop.step, self.loop.epoch)

    def _take(self) -> Iterator[Report]:
        for command in self.steering.take(self.commands()):
            yield from self.loop.change(command)

    def _evaluate(self, images: NDArray[np.uint8], labels: NDArray) -> Generator[Report, None, Scores | None]:
        """Return mean loss and accuracy on pictures, or None if the run shall end."""
        loss = correct = 0.0
        for start in range(0, len(images), EVALUATION_BATCH):
            yield from self._look()
            if self.steering.ending:
                return None
            part = slice(start, start + EVALUATION_BATCH)
            sums = self.loop.scores_of(images[part], labels[part])
            loss, correct = loss + sums[0], correct + sums[1]
        self.loop.check_loss(loss)
        return loss / len(images), correct / len(images)


def _catching(build: Callable[[], None], failures: list[BaseException]) -> None:
    try:
        build()
    except BaseException as error:
        failures.append(error)
