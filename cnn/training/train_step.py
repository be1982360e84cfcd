"""The TensorFlow graph of training: optimiser steps on the training pictures, and evaluation.

Several steps run inside one `tf.function` call. The pictures are one uint8 tensor, from which each batch is
gathered by a shuffled index; augmentation and scaling are part of the graph. On a CPU, two halves of a batch go
through the network in parallel, each on half of the threads; cores then wait less for each other than with
one batch on all threads.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.scaling import scale
from cnn.data import Dataset
from cnn.network.spec import PICTURE_SHAPE, TrainSpec
from cnn.training.augmentation import augment, first_mirrored
from cnn.training.keras_model import BATCH_NORM_MOMENTUM, on_gpu
from cnn.training.metrics import PARTS
from cnn.training.optimizers import build_optimizer

ALIGNMENT = 64  # bytes, of TensorFlow's own buffers


def parts_of(batch_size: int) -> int:
    """Return into how many parts a batch is split on this machine."""
    return 1 if on_gpu() else min(PARTS, batch_size)


def pixel_tensor(images: NDArray[np.uint8]) -> tf.Tensor:
    """Return pictures as a tensor; on a CPU it uses the array's memory where that begins at a multiple of 64 bytes.

    `tf.constant` copies in any case. TensorFlow's kernels end the process on memory that is not aligned.
    """
    if (
        on_gpu()
        or images.ctypes.data % ALIGNMENT
        or not (images.flags.c_contiguous and images.flags.writeable)
    ):
        return tf.constant(images)
    return tf.experimental.dlpack.from_dlpack(images.__dlpack__())


@dataclass(frozen=True)
class Shown:
    """Sums over the training pictures of some steps, with augmentation and dropout.

    `loss` is the plain cross-entropy without label smoothing, comparable with the validation loss.
    `steps` is the number of steps done: a step whose loss is not finite changes no weights and ends the call.
    """

    pictures: int
    loss: float
    correct: int
    steps: int


class Steps:
    """Trains `model`, which comes from `build_for_training`, one batch per step.

    An epoch uses every picture once. Its last batch may be smaller; its loss is the mean over its own
    pictures, as in Keras's `fit`.
    """

    def __init__(self, model: keras.Model, training: TrainSpec, data: Dataset) -> None:
        self.model = model
        self.training = training
        self.images = pixel_tensor(data.train_images)
        self.labels = tf.constant(data.train_labels.astype(np.int32))
        self.pictures = len(data.train_labels)
        self.mirrored = tf.constant(first_mirrored(self.pictures, training.seed))
        self.batch_size = min(training.batch_size, self.pictures)
        self.an_epoch = -(-self.pictures // self.batch_size)
        self.parts = len(model.inputs)
        self.optimizer = build_optimizer(training, model)
        self.follow = RunningStatistics(model)
        # XLA is faster on a GPU; on a CPU it was two to eleven times slower
        self._step = tf.function(self._one_step, jit_compile=True) if on_gpu() else self._one_step
        self._run = tf.function(
            self._run_steps,
            input_signature=[
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([], tf.int32),
            ],
        )
        self._relus = [
            layer
            for layer in model.layers
            if isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.relu
        ]
        if self._relus:  # the outputs of each, one per part of a batch
            self._activations = keras.Model(
                model.inputs,
                [
                    node.output_tensors[0]
                    for layer in self._relus
                    for node in layer._inbound_nodes[: self.parts]
                ],
            )
        self._alive = tf.function(
            self._find_alive, input_signature=[tf.TensorSpec([None, *PICTURE_SHAPE], tf.uint8)]
        )
        self._look = tf.function(
            self._evaluate_batch,
            input_signature=[
                tf.TensorSpec([None, *PICTURE_SHAPE], tf.uint8),
                tf.TensorSpec([None], tf.int32),
            ],
        )

    def build(self) -> None:
        """Build the graph, which takes a second or more; otherwise the first `run` does it."""
        self._run.get_concrete_function()

    def run(self, order: NDArray[np.int32], rates: NDArray[np.float32], first: int) -> Shown:
        """Run one step for each of `rates`.

        Args:
            order: indices of training pictures, int32, batch after batch; the last batch may be smaller.
            rates: the learning rate of each step, (steps,), float32.
            first: the number of the first step, which seeds augmentation.
        """
        loss, correct, steps = self._run(order, rates, first, self.an_epoch)
        return Shown(len(order), float(loss), int(correct), int(steps))

    def look(self, images: NDArray[np.uint8], labels: NDArray[Any]) -> tuple[float, int, NDArray[np.int64]]:
        """Evaluate pictures (n, 32, 32, 3), uint8: summed loss, hits, predictions per class (10,)."""
        times = self.parts if len(labels) < self.parts else 1  # at least one picture per part
        loss, found = self._look(np.tile(images, (times, 1, 1, 1)), np.tile(labels.astype(np.int32), times))
        answers = np.asarray(found)[: len(labels)]
        return float(loss) / times, int((answers == labels).sum()), np.bincount(answers, minlength=10)

    def dead_maps(self, images: NDArray[np.uint8]) -> dict[str, float]:
        """Return for each ReLU the share of its maps (0 to 1) that are zero everywhere on all pictures."""
        if not self._relus:
            return {}
        alive = [np.asarray(one) for one in self._alive(images)]
        return {layer.name: float(1 - one.mean()) for layer, one in zip(self._relus, alive, strict=True)}

    def _run_steps(
        self, order: tf.Tensor, rates: tf.Tensor, first: tf.Tensor, an_epoch: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Run one optimiser step per batch of `order`; return summed loss, hits, and the number of steps done."""
        total, correct, i, finite = tf.constant(0.0), tf.constant(0), tf.constant(0), tf.constant(True)
        while finite and i < tf.size(rates):
            step = first + i
            self.optimizer.learning_rate.assign(rates[i])
            self.follow.begin(step)
            batch = order[i * self.batch_size : (i + 1) * self.batch_size]
            pixels = tf.gather(self.images, batch)
            labels = tf.gather(self.labels, batch)
            other_side = (step // an_epoch) % 2 == 1
            mirrored = tf.gather(self.mirrored, batch) != other_side
            pixels = augment(pixels, self.training, mirrored, tf.stack([self.training.seed, step]))
            loss, scores = self._step(*self._for_all_parts(pixels, labels))
            scores = scores[: tf.size(labels)]
            total += tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))
            correct += _hits(scores, labels)
            finite = tf.math.is_finite(loss)
            i += tf.cast(finite, tf.int32)
        return total, correct, i

    def _for_all_parts(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Repeat a batch of one picture once per part, so that no part is empty.

        Means over the batch do not change, so neither do loss, gradient and batch statistics.
        """
        if not 0 < self.pictures % self.batch_size < self.parts:
            return pixels, labels
        short = tf.size(labels) < self.parts
        times = tf.where(short, self.parts, 1)
        return tf.tile(pixels, [times, 1, 1, 1]), tf.tile(labels, [times])

    def _one_step(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        smoothing = self.training.label_smoothing
        targets = tf.one_hot(labels, 10) * (1 - smoothing) + smoothing / 10
        variables = self.model.trainable_variables
        scores = self._scores_of(pixels, training=True)
        losses = [
            tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(wanted, found))
            / tf.cast(tf.size(labels), tf.float32)
            for wanted, found in zip(_split(targets, self.parts), scores, strict=True)
        ]
        gradients = tf.gradients(losses, [variable.value for variable in variables])
        loss = tf.add_n(losses)
        if tf.math.is_finite(loss):
            self.optimizer.apply(gradients, variables)
        return loss, tf.concat(scores, 0)

    def _scores_of(self, pixels: tf.Tensor, training: bool) -> list[tf.Tensor]:
        """Return the scores of each part of a batch, float32 in every precision."""
        inputs = [scale(tf.cast(part, tf.float32)) for part in _split(pixels, self.parts)]
        if self.parts == 1:
            return [self.model(inputs[0], training=training)]
        return list(self.model(inputs, training=training))

    def _evaluate_batch(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scores = tf.concat(self._scores_of(pixels, training=False), 0)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        return tf.reduce_sum(losses), tf.argmax(scores, axis=1)

    def _find_alive(self, pixels: tf.Tensor) -> list[tf.Tensor]:
        """Return for each ReLU which of its maps are above zero anywhere: (channels,), bool."""
        inputs = [scale(tf.cast(part, tf.float32)) for part in _split(pixels, self.parts)]
        found = keras.tree.flatten(self._activations(inputs, training=False))
        alive = [tf.reduce_any(maps > 0, axis=tuple(range(len(maps.shape) - 1))) for maps in found]
        places = range(0, len(alive), self.parts)
        return [tf.reduce_any(tf.stack(alive[place : place + self.parts]), 0) for place in places]


class RunningStatistics:
    """Bias correction for the running averages of batch normalisation.

    Keras initialises them with mean 0 and variance 1 and uses a momentum of β, so after t steps the initial
    values still have the weight β^t: 59 % after five steps with β = 0.9. Dividing this out, as Adam does with
    its averages (Kingma, Ba 2014, section 3), gives a momentum of (β - β^t) / (1 - β^t) at step t. It is 0 at
    the first step and approaches β as β^t becomes small.
    """

    def __init__(self, model: keras.Model) -> None:
        self.kept = tf.Variable(BATCH_NORM_MOMENTUM, trainable=False)
        self.layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
        for layer in self.layers:
            layer.momentum = self.kept

    def begin(self, step: tf.Tensor) -> None:
        """Set the momentum of the averages for `step`, counted from 0."""
        if self.layers:
            start = BATCH_NORM_MOMENTUM ** tf.cast(step + 1, tf.float32)
            self.kept.assign((BATCH_NORM_MOMENTUM - start) / (1 - start))


def _hits(scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    found = tf.argmax(scores, axis=1, output_type=tf.int32)
    return tf.reduce_sum(tf.cast(found == labels, tf.int32))


def _split(batch: tf.Tensor, parts: int) -> list[tf.Tensor]:
    """Split a batch (n, …) into parts; the last one also gets the remainder."""
    count = batch.shape[0] or tf.shape(batch)[0]
    ends = [count * i // parts for i in range(parts + 1)]
    return [batch[start:end] for start, end in pairwise(ends)]
