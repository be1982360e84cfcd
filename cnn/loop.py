"""One training in progress: the network, its optimiser, the pictures, and how far it is.

Several optimiser steps run inside one `tf.function` call, over the uint8 pictures held as one tensor and
gathered by a shuffled index; augmentation and scaling happen inside the graph. The order of an epoch follows
from the seed and the number of the epoch alone, so that a training can go on in the middle of one.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.augment import augment, first_mirrored
from cnn.data import Dataset
from cnn.errors import DivergedError, RunError
from cnn.forward import Weights
from cnn.network import build_for_training, get_weights, scores_model
from cnn.optimizers import build_optimizer
from cnn.pace import Clock, Smooth
from cnn.pixels import scale
from cnn.reports import EpochEnd, Extended, Finished, NewRate, Parked, Paused, Progress, Report
from cnn.runs.checkpoints import Checkpoint
from cnn.runs.commands import PARK, REOPEN, Command
from cnn.runs.plan import Part, Plan
from cnn.runs.steering import Steering
from cnn.schedule import rate_factor
from cnn.spec import PICTURE_SHAPE, Setup

CALL_SECONDS = 0.25

Scores = tuple[float, float]


class Loop:
    """A training that goes on by one call at a time.

    `rate` is the learning rate before the schedule's factor; `validated` the last step after which the
    validation pictures were looked at.
    """

    def __init__(self, setup: Setup, data: Dataset, precision: str) -> None:
        self.training = setup.training
        self.images = tf.constant(data.train_images)
        self.labels = tf.constant(data.train_labels.astype(np.int32))
        self.mirrored = tf.constant(first_mirrored(len(data.train_labels), self.training.seed))
        self.batch_size = min(self.training.batch_size, len(self.labels))
        self.steps_an_epoch = len(self.labels) // self.batch_size
        self.model = build_for_training(setup.network, data.train_images, precision, self.training.seed)
        self.scores = scores_model(self.model)
        self.optimizer = build_optimizer(self.training, self.model)
        self.plan = Plan(Part(self.training.epochs, self.training.seconds), self.steps_an_epoch)
        self.steering = Steering()
        self.rate = self.training.learning_rate
        self.step = self.validated = 0
        self.smooth = Smooth()
        self.clock = Clock(self.batch_size)
        self._order = (-1, np.zeros(0, np.int32))
        self._steps = tf.function(
            self._run_steps,
            input_signature=[
                tf.TensorSpec([None, self.batch_size], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
            ],
        )
        self._scores = tf.function(
            self._evaluate_batch,
            input_signature=[
                tf.TensorSpec([None, *PICTURE_SHAPE], tf.uint8),
                tf.TensorSpec([None], tf.int32),
            ],
        )

    def build(self) -> None:
        """Build the graph of the steps, which takes a second or more; without it the first call does."""
        self._steps.get_concrete_function()

    # How far it is

    @property
    def epoch(self) -> float:
        """Epochs done, with the part of the one at work."""
        return self.step / self.steps_an_epoch

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
        return self.validated < self.step and (self.step % self.steps_an_epoch == 0 or self.ended)

    # Training

    def call(self, steps_allowed: int) -> Progress:
        """Do some optimiser steps, as many as last about `CALL_SECONDS`.

        Raises:
            DivergedError: when the loss is no longer a number.
        """
        batches = self._batches(min(steps_allowed, self._steps_in_time(), self.plan.steps_left(self.step)))
        rates = self._learning_rates(len(batches))
        started = time.perf_counter()
        loss, correct = (float(value) for value in self._steps(batches, rates, self.step))
        self.clock.record(len(batches), time.perf_counter() - started)
        self.step += len(batches)
        self.steering.stepped(len(batches))
        self.check_loss(loss)
        self.smooth.add(loss / len(batches), correct / len(batches) / self.batch_size, len(batches))
        return self._progress()

    def _steps_in_time(self) -> int:
        return self.clock.steps_in(min(CALL_SECONDS, max(self.plan.budget(self.seconds), 0.0)))

    def _batches(self, most: int) -> NDArray[np.int32]:
        """Return the pictures of the next steps, (steps, batch size); they end with the epoch."""
        epoch, position = divmod(self.step, self.steps_an_epoch)
        if self._order[0] != epoch:
            shuffle = np.random.default_rng([self.training.seed, epoch])
            self._order = (epoch, shuffle.permutation(len(self.labels)).astype(np.int32))
        last = min(position + most, self.steps_an_epoch)
        return self._order[1][position * self.batch_size : last * self.batch_size].reshape(
            -1, self.batch_size
        )

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

    def _run_steps(
        self, batches: tf.Tensor, rates: tf.Tensor, first: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Run one optimiser step a row of `batches` (steps, batch size); return summed loss and hits."""
        total, correct = tf.constant(0.0), tf.constant(0)
        for i in tf.range(tf.shape(batches)[0]):
            self.optimizer.learning_rate.assign(rates[i])
            pixels = tf.gather(self.images, batches[i])
            labels = tf.gather(self.labels, batches[i])
            step = first + i
            other_side = (step // self.steps_an_epoch) % 2 == 1
            mirrored = tf.gather(self.mirrored, batches[i]) != other_side
            pixels = augment(pixels, self.training, mirrored, tf.stack([self.training.seed, step]))
            loss, scores = self._step(scale(tf.cast(pixels, tf.float32)), labels)
            total += loss
            correct += _hits(scores, labels)
        return total, correct

    def _step(self, inputs: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        smoothing = self.training.label_smoothing
        targets = tf.one_hot(labels, 10) * (1 - smoothing) + smoothing / 10
        with tf.GradientTape() as tape:
            scores = tf.cast(self.scores(inputs, training=True), tf.float32)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, scores))
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, scores

    def scores_of(self, images: NDArray[np.uint8], labels: NDArray) -> Scores:
        """Return the summed loss and the hits on some pictures."""
        loss, correct = self._scores(images, labels.astype(np.int32))
        return float(loss), int(correct)

    def _evaluate_batch(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scores = tf.cast(self.scores(scale(tf.cast(pixels, tf.float32)), training=False), tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        return tf.reduce_sum(losses), _hits(scores, labels)

    # Commands

    def change(self, command: Command) -> Iterator[Report]:
        """Change the learning rate or the length as a command says, and report it."""
        if command.kind == "rate":
            self.rate = command.value
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
            self.plan = Plan.restored(start.loop["plan"], self.steps_an_epoch)
            self.steering = Steering(**start.loop["steering"])
            self.clock.restore(start.loop["clock"])
            self.smooth.restore(start.loop["smooth"])
        except (KeyError, TypeError) as error:
            raise RunError(f"The checkpoint is not complete ({error}).") from error
        self.steering.unpark()

    def _variables(self) -> dict[str, keras.Variable]:
        """Return every variable that training changes; the numbers of dropout's generators are among them."""
        groups = {"network": self.model.variables, "optimizer": self.optimizer.variables}
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
            learning_rate=float(self.optimizer.learning_rate),
            images_per_second=self.clock.images_per_second,
            seconds=self.seconds,
            seconds_left=self.plan.seconds_left(self.step, self.seconds, self.clock.step_seconds),
        )


def _hits(scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    found = tf.argmax(scores, axis=1, output_type=tf.int32)
    return tf.reduce_sum(tf.cast(found == labels, tf.int32))
