"""Training as a generator: a few hundred milliseconds of steps, a report, a look at the commands.

>>> for report in train(setup, data):            # doctest: +SKIP
...     print(report)

Several optimiser steps run inside one `tf.function` call, over the uint8 pictures held as one tensor and
gathered by a shuffled index; augmentation and scaling happen inside the graph. A call is made to last about
`CALL_SECONDS`, which is how long a command waits.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.augment import augment
from cnn.data import Dataset
from cnn.errors import DivergedError
from cnn.network import build_network, get_weights, scores_model
from cnn.optimizers import build_optimizer
from cnn.pace import Clock, Smooth
from cnn.pixels import scale
from cnn.schedule import rate_factor
from cnn.spec import PICTURE_SHAPE, Setup

CALL_SECONDS = 0.25
EVALUATION_BATCH = 500

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Progress:
    """Within an epoch. `loss` and `accuracy` are smoothed over about 50 batches."""

    step: int
    epoch: float
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class EpochEnd:
    """After an epoch, and once before the first (epoch 0, without accuracies).

    `epoch` is whole, except after the last one of a time budget.
    """

    epoch: float
    step: int
    seconds: float
    validation_loss: float | None
    validation_accuracy: float | None
    weights: Weights


@dataclass(frozen=True)
class Finished:
    """The last report. `test_accuracy` is None where the run was stopped."""

    stopped: bool
    step: int
    epoch: float
    seconds: float
    images_per_second: float
    test_loss: float | None
    test_accuracy: float | None
    weights: Weights


Report = Progress | EpochEnd | Finished


def train(
    setup: Setup,
    data: Dataset,
    stop_requested: Callable[[], bool] = lambda: False,
    precision: str = "float32",
) -> Iterator[Report]:
    """Train `setup.network` on `data`, yielding reports; the last is `Finished`.

    Args:
        setup: network and training; its `precision` must have been resolved to `precision` by the caller.
        data: uint8 pictures and labels; the test part is looked at once, at the very end.
        stop_requested: asked about four times a second; true ends the run within half a second.
        precision: "float32" or "mixed_bfloat16".

    Raises:
        DivergedError: when the loss is no longer a number.
    """
    keras.utils.set_random_seed(setup.training.seed)
    loop = _Loop(setup, data.take(setup.training.pictures, setup.training.seed), precision)
    yield EpochEnd(0, 0, 0.0, None, None, loop.weights())
    for epoch in loop.epochs():
        for progress in loop.run_epoch(epoch):
            yield progress
            if stop_requested():
                yield loop.finished(stopped=True)
                return
        validation = loop.evaluate(data.validation_images, data.validation_labels, stop_requested)
        if validation is None:
            yield loop.finished(stopped=True)
            return
        yield EpochEnd(loop.epoch, loop.step, loop.seconds, *validation, loop.weights())
    result = loop.evaluate(data.test_images, data.test_labels, stop_requested)
    yield loop.finished(stopped=result is None, result=result)


class _Loop:
    """One training in progress: the model, its optimiser, the pictures, and how far it is."""

    def __init__(self, setup: Setup, data: Dataset, precision: str) -> None:
        self.training = setup.training
        self.images = tf.constant(data.train_images)
        self.labels = tf.constant(data.train_labels.astype(np.int32))
        self.batch_size = min(self.training.batch_size, len(self.labels))
        self.steps_an_epoch = len(self.labels) // self.batch_size
        self.model = build_network(setup.network, precision, self.training.seed)
        self.scores = scores_model(self.model)
        self.optimizer = build_optimizer(self.training, self.model)
        self.shuffle = np.random.default_rng(self.training.seed)
        self.step = 0
        self.smooth = Smooth()
        self.clock = Clock(self.batch_size)
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

    @property
    def epoch(self) -> float:
        return self.step / self.steps_an_epoch

    @property
    def seconds(self) -> float:
        return self.clock.seconds

    def weights(self) -> Weights:
        return get_weights(self.model)

    def epochs(self) -> Iterator[int]:
        """Yield 0, 1, 2, … until the epochs or the seconds are used up."""
        epoch = 0
        while not self._ended(epoch):
            yield epoch
            epoch += 1

    def _ended(self, epoch: int) -> bool:
        if self.training.epochs is not None:
            return epoch >= self.training.epochs
        return self._time_is_up()

    def _time_is_up(self) -> bool:
        return self.training.seconds is not None and self.seconds >= self.training.seconds

    def run_epoch(self, epoch: int) -> Iterator[Progress]:
        """Run one epoch, a call of several steps at a time."""
        order = self.shuffle.permutation(len(self.labels)).astype(np.int32)
        batches = order[: self.steps_an_epoch * self.batch_size].reshape(-1, self.batch_size)
        done = 0
        while done < len(batches) and not self._time_is_up():
            steps = batches[done : done + self._steps_a_call()]
            self._call(steps)
            done += len(steps)
            yield self._progress(epoch + done / len(batches))

    def _steps_a_call(self) -> int:
        seconds = CALL_SECONDS
        if self.training.seconds is not None:
            seconds = min(seconds, max(self.training.seconds - self.seconds, 0.0))
        return self.clock.steps_in(seconds)

    def _call(self, batches: NDArray[np.int32]) -> None:
        rates = self._learning_rates(len(batches))
        started = time.perf_counter()
        loss, correct = (float(value) for value in self._steps(batches, rates, self.step))
        elapsed = time.perf_counter() - started
        self.clock.record(len(batches), elapsed)
        self.step += len(batches)
        self._check_loss(loss)
        self.smooth.add(loss / len(batches), correct / len(batches) / self.batch_size, len(batches))

    def _check_loss(self, loss: float) -> None:
        if not np.isfinite(loss):
            rate = self.training.learning_rate
            raise DivergedError(
                f"The loss is no longer a number after {self.step:,} steps: the learning rate {rate:g} is "
                f"too high for this network. Try {rate / 10:g}."
            )

    def _learning_rates(self, steps: int) -> NDArray[np.float32]:
        ahead = np.arange(steps)
        if self.training.epochs is not None:
            share = np.asarray((self.step + ahead) / (self.training.epochs * self.steps_an_epoch))
        else:
            assert self.training.seconds is not None
            share = np.asarray((self.seconds + ahead * self.clock.step_seconds) / self.training.seconds)
        factors = rate_factor(self.training.schedule, np.clip(share, 0, 1))
        return (self.training.learning_rate * factors).astype(np.float32)

    def _run_steps(
        self, batches: tf.Tensor, rates: tf.Tensor, first: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Run one optimiser step a row of `batches` (steps, batch size); return summed loss and hits."""
        total, correct = tf.constant(0.0), tf.constant(0)
        for i in tf.range(tf.shape(batches)[0]):
            self.optimizer.learning_rate.assign(rates[i])
            pixels = tf.gather(self.images, batches[i])
            labels = tf.gather(self.labels, batches[i])
            pixels = augment(pixels, self.training, tf.stack([self.training.seed, first + i]))
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

    def evaluate(
        self, images: NDArray[np.uint8], labels: NDArray, stop_requested: Callable[[], bool]
    ) -> tuple[float, float] | None:
        """Return mean loss and accuracy on pictures, or None if a stop came in between."""
        loss, correct = 0.0, 0
        for start in range(0, len(images), EVALUATION_BATCH):
            if stop_requested():
                return None
            part = slice(start, start + EVALUATION_BATCH)
            sums = self._scores(images[part], labels[part].astype(np.int32))
            loss, correct = loss + float(sums[0]), correct + int(sums[1])
        self._check_loss(loss)
        return loss / len(images), correct / len(images)

    def _evaluate_batch(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scores = tf.cast(self.scores(scale(tf.cast(pixels, tf.float32)), training=False), tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        return tf.reduce_sum(losses), _hits(scores, labels)

    def _progress(self, epoch: float) -> Progress:
        return Progress(
            step=self.step,
            epoch=epoch,
            loss=self.smooth.loss,
            accuracy=self.smooth.accuracy,
            learning_rate=float(self.optimizer.learning_rate),
            images_per_second=self.clock.images_per_second,
            seconds=self.seconds,
            seconds_left=self._seconds_left(),
        )

    def _seconds_left(self) -> float:
        if self.training.seconds is not None:
            return max(self.training.seconds - self.seconds, 0.0)
        assert self.training.epochs is not None
        left = self.training.epochs * self.steps_an_epoch - self.step
        return left * self.clock.step_seconds

    def finished(self, *, stopped: bool, result: tuple[float, float] | None = None) -> Finished:
        loss, accuracy = result or (None, None)
        return Finished(
            stopped=stopped,
            step=self.step,
            epoch=self.epoch,
            seconds=self.seconds,
            images_per_second=self.clock.images_per_second,
            test_loss=loss,
            test_accuracy=accuracy,
            weights=self.weights(),
        )


def _hits(scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    found = tf.argmax(scores, axis=1, output_type=tf.int32)
    return tf.reduce_sum(tf.cast(found == labels, tf.int32))
