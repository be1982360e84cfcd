"""One training in progress: its steps, how far it is, and what has to be kept to go on.

The order of an epoch follows from the seed and the number of the epoch alone, so that a training can go on
in the middle of one.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict

import keras
import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import DivergedError, RunError
from cnn.data import Dataset
from cnn.network.forward import Weights
from cnn.network.spec import Setup
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.commands import PARK, REOPEN, Command
from cnn.runs.schedule_segments import Part, Plan
from cnn.runs.steering import Steering
from cnn.training.events import EpochEnd, Extended, Finished, NewRate, Parked, Paused, Progress, Report
from cnn.training.keras_model import build_for_training, get_weights
from cnn.training.metrics import Clock, Smooth
from cnn.training.schedules import rate_factor
from cnn.training.train_step import Steps, parts_of

CALL_SECONDS = 0.25

Scores = tuple[float, float]


class Loop:
    """A training that goes on by one call at a time.

    `rate` is the learning rate before the schedule's factor; `validated` the last step after which the
    validation pictures were looked at.
    """

    def __init__(self, setup: Setup, data: Dataset, precision: str) -> None:
        self.training = setup.training
        parts = parts_of(min(self.training.batch_size, len(data.train_labels)))
        self.model = build_for_training(
            setup.network, data.train_images, precision, self.training.seed, parts
        )
        self.steps = Steps(self.model, self.training, data)
        self.plan = Plan(Part(self.training.epochs, self.training.seconds), self.steps.an_epoch)
        self.steering = Steering()
        self.rate = self.training.learning_rate
        self.step = self.validated = 0
        self.smooth = Smooth()
        self.clock = Clock(self.steps.batch_size)
        self._order = (-1, np.zeros(0, np.int32))

    def build(self) -> None:
        """Build the graph of the steps, which takes a second or more; without it the first call does."""
        self.steps.build()

    # How far it is

    @property
    def epoch(self) -> float:
        """Epochs done, with the part of the one at work."""
        return self.step / self.steps.an_epoch

    @property
    def seconds(self) -> float:
        """Seconds of training steps; looking at pictures, waiting and building do not count."""
        return self.clock.seconds

    @property
    def ended(self) -> bool:
        """Whether all epochs or seconds are used up."""
        return self.plan.ended(self.step, self.seconds)

    @property
    def epoch_is_due(self) -> bool:
        """Whether the validation pictures are to be looked at now."""
        return self.validated < self.step and (self.step % self.steps.an_epoch == 0 or self.ended)

    # Training

    def call(self, steps_allowed: int) -> Progress:
        """Do some optimiser steps, as many as last about `CALL_SECONDS`.

        Raises:
            DivergedError: when the loss is no longer a number.
        """
        batches = self._batches(min(steps_allowed, self._steps_in_time(), self.plan.steps_left(self.step)))
        rates = self._learning_rates(len(batches))
        started = time.perf_counter()
        loss, correct = self.steps.run(batches, rates, self.step)
        self.clock.record(len(batches), time.perf_counter() - started)
        self.step += len(batches)
        self.steering.stepped(len(batches))
        self.check_loss(loss)
        self.smooth.add(loss / len(batches), correct / batches.size, len(batches))
        return self._progress()

    def _steps_in_time(self) -> int:
        return self.clock.steps_in(min(CALL_SECONDS, max(self.plan.budget(self.seconds), 0.0)))

    def _batches(self, most: int) -> NDArray[np.int32]:
        """Return the pictures of the next steps, (steps, batch size); they end with the epoch."""
        epoch, position = divmod(self.step, self.steps.an_epoch)
        if self._order[0] != epoch:
            shuffle = np.random.default_rng([self.training.seed, epoch])
            self._order = (epoch, shuffle.permutation(self.steps.pictures).astype(np.int32))
        size, last = self.steps.batch_size, min(position + most, self.steps.an_epoch)
        return self._order[1][position * size : last * size].reshape(-1, size)

    def _learning_rates(self, steps: int) -> NDArray[np.float32]:
        ahead = np.arange(steps)
        shares = self.plan.shares(self.step + ahead, self.seconds + ahead * self.clock.step_seconds)
        return (self.rate * rate_factor(self.training.schedule, shares)).astype(np.float32)

    def check_loss(self, loss: float) -> None:
        """Hold that a loss is a number.

        Raises:
            DivergedError: if not.
        """
        if not np.isfinite(loss):
            raise DivergedError(
                f"The loss is no longer a number after {self.step:,} steps: the learning rate {self.rate:g} "
                f"is too high for this network. Try {self.rate / 10:g}."
            )

    def scores_of(self, images: NDArray[np.uint8], labels: NDArray) -> Scores:
        """Return the summed loss and the hits on some pictures."""
        return self.steps.look(images, labels)

    # Commands

    def change(self, command: Command) -> Iterator[Report]:
        """Change the learning rate or the length as a command says, and report it."""
        if command.kind == "rate":
            changed, self.rate = command.value != self.rate, command.value
            if changed:
                yield NewRate(self.step, self.epoch, self.rate)
        elif command.kind == REOPEN:
            if command.value:
                self.plan.cut()
        else:
            yield self._extend(command)

    def _extend(self, command: Command) -> Extended:
        by_epochs = command.kind == "extend_epochs"
        epochs, seconds = (int(command.value), 0.0) if by_epochs else (0, command.value)
        self.plan.add(Part(epochs or None, seconds or None))
        return Extended(self.step, self.epoch, epochs, seconds)

    # What has to be kept

    def checkpoint(self) -> Checkpoint:
        """Return all that `restore` needs to go on exactly from here."""
        state = {
            "rate": self.rate,
            "validated": self.validated,
            "plan": self.plan.state(),
            "steering": asdict(self.steering),
            "clock": self.clock.state(),
            "smooth": self.smooth.state(),
        }
        arrays = {name: np.array(variable) for name, variable in self._variables().items()}
        return Checkpoint(self.step, self.epoch, arrays, state)

    def restore(self, start: Checkpoint) -> None:
        """Go to where a checkpoint was taken.

        Raises:
            RunError: when it does not fit this network and training.
        """
        variables = self._variables()
        try:
            shapes = {name: tuple(array.shape) for name, array in start.arrays.items()}
            if shapes != {name: tuple(variable.shape) for name, variable in variables.items()}:
                raise RunError("The checkpoint is of another network or another training.")
            for name, variable in variables.items():
                variable.assign(start.arrays[name])
            self.step, self.rate, self.validated = start.step, start.loop["rate"], start.loop["validated"]
            self.plan = Plan.restored(start.loop["plan"], self.steps.an_epoch)
            self.steering = Steering(**start.loop["steering"])
            self.clock.restore(start.loop["clock"])
            self.smooth.restore(start.loop["smooth"])
        except (KeyError, TypeError) as error:
            raise RunError(f"The checkpoint is not complete ({error}).") from error
        self.steering.unpark()

    def _variables(self) -> dict[str, keras.Variable]:
        """Return every variable that training changes; the numbers of dropout's generators are among them."""
        groups = {"network": self.model.variables, "optimizer": self.steps.optimizer.variables}
        return {f"{group}/{i:03d}": v for group, variables in groups.items() for i, v in enumerate(variables)}

    # Reports

    def epoch_end(self, scores: Scores | tuple[None, None]) -> EpochEnd:
        """Return the report on an epoch, given loss and accuracy on the validation pictures."""
        self.validated = self.step
        self.steering.epoch_ended()
        loss, accuracy = scores
        return EpochEnd(
            self.epoch, self.step, self.seconds, loss, accuracy, self.weights(), self.checkpoint()
        )

    def paused(self) -> Paused:
        """Return the report that nothing is computed any more."""
        return Paused(self.step, self.epoch, self.seconds, self.weights(), self.checkpoint())

    def left(self) -> Finished | Parked:
        """Return the last report of a training that a command ended."""
        if self.steering.ending == PARK:
            return Parked(self.step, self.epoch, self.seconds, self.weights(), self.checkpoint())
        return self.finished((None, None))

    def finished(self, scores: Scores | tuple[None, None]) -> Finished:
        """Return the last report, given loss and accuracy on the test pictures."""
        loss, accuracy = scores
        return Finished(
            self.steering.ending,
            self.step,
            self.epoch,
            self.seconds,
            self.clock.images_per_second,
            loss,
            accuracy,
            self.weights(),
            self.checkpoint(),
        )

    def weights(self) -> Weights:
        """Return the weights as they are now."""
        return get_weights(self.model)

    def _progress(self) -> Progress:
        return Progress(
            step=self.step,
            epoch=self.epoch,
            loss=self.smooth.loss,
            accuracy=self.smooth.accuracy,
            learning_rate=float(self.steps.optimizer.learning_rate),
            images_per_second=self.clock.images_per_second,
            seconds=self.seconds,
            seconds_left=self.plan.seconds_left(self.step, self.seconds, self.clock.step_seconds),
        )
