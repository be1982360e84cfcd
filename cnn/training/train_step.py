"""The graph of a training: optimiser steps over pictures that it holds, and a look at others.

Several steps run inside one `tf.function` call, over the uint8 pictures held as one tensor and gathered by
a shuffled index; augmentation and scaling happen inside the graph. On a CPU a batch goes through the network
in two parts at the same time, each on half of the threads, which leaves fewer cores waiting for each other
than one part on all of them.
"""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.scaling import scale
from cnn.data import Dataset
from cnn.network.spec import PICTURE_SHAPE, TrainSpec
from cnn.training.augmentation import augment, first_mirrored
from cnn.training.keras_model import on_gpu
from cnn.training.metrics import PARTS
from cnn.training.optimizers import build_optimizer


def parts_of(batch_size: int) -> int:
    """Return in how many parts a batch goes through the network here."""
    return 1 if on_gpu() else min(PARTS, batch_size)


class Steps:
    """Steps that train `model`, as `build_for_training` makes it, each on one batch of the pictures."""

    def __init__(self, model: keras.Model, training: TrainSpec, data: Dataset) -> None:
        self.model = model
        self.training = training
        self.images = tf.constant(data.train_images)
        self.labels = tf.constant(data.train_labels.astype(np.int32))
        self.pictures = len(data.train_labels)
        self.mirrored = tf.constant(first_mirrored(self.pictures, training.seed))
        self.batch_size = min(training.batch_size, self.pictures)
        self.an_epoch = self.pictures // self.batch_size
        self.parts = len(model.inputs)
        self.optimizer = build_optimizer(training, model)
        # XLA pays on a GPU; on a CPU it was two to eleven times slower
        self._step = tf.function(self._one_step, jit_compile=True) if on_gpu() else self._one_step
        self._run = tf.function(
            self._run_steps,
            input_signature=[
                tf.TensorSpec([None, self.batch_size], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
            ],
        )
        self._look = tf.function(
            self._evaluate_batch,
            input_signature=[
                tf.TensorSpec([None, *PICTURE_SHAPE], tf.uint8),
                tf.TensorSpec([None], tf.int32),
            ],
        )

    def build(self) -> None:
        """Build the graph, which takes a second or more; without it the first `run` does."""
        self._run.get_concrete_function()

    def run(self, batches: NDArray[np.int32], rates: NDArray[np.float32], first: int) -> tuple[float, int]:
        """Do one step a row of `batches`; return the sum of their losses, and the hits.

        Args:
            batches: numbers of training pictures, (steps, batch size).
            rates: the learning rate of each step, (steps,).
            first: the number of the first step, which decides augmentation.
        """
        loss, correct = self._run(batches, rates, first)
        return float(loss), int(correct)

    def look(self, images: NDArray[np.uint8], labels: NDArray) -> tuple[float, int]:
        """Return the summed loss and the hits on pictures (n, 32, 32, 3), without training."""
        loss, correct = self._look(images, labels.astype(np.int32))
        return float(loss), int(correct)

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
            other_side = (step // self.an_epoch) % 2 == 1
            mirrored = tf.gather(self.mirrored, batches[i]) != other_side
            pixels = augment(pixels, self.training, mirrored, tf.stack([self.training.seed, step]))
            loss, scores = self._step(pixels, labels)
            total += loss
            correct += _hits(scores, labels)
        return total, correct

    def _one_step(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        smoothing = self.training.label_smoothing
        targets = tf.one_hot(labels, 10) * (1 - smoothing) + smoothing / 10
        variables = self.model.trainable_variables
        scores = self._scores_of(pixels, training=True)
        losses = [
            tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(wanted, found)) / self.batch_size
            for wanted, found in zip(_split(targets, self.parts), scores, strict=True)
        ]
        gradients = tf.gradients(losses, [variable.value for variable in variables])
        self.optimizer.apply(gradients, variables)
        return tf.add_n(losses), tf.concat(scores, 0)

    def _scores_of(self, pixels: tf.Tensor, training: bool) -> list[tf.Tensor]:
        """Return the scores of pictures, part by part; float32 in every precision."""
        inputs = [scale(tf.cast(part, tf.float32)) for part in _split(pixels, self.parts)]
        if self.parts == 1:
            return [self.model(inputs[0], training=training)]
        return list(self.model(inputs, training=training))

    def _evaluate_batch(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scores = tf.concat(self._scores_of(pixels, training=False), 0)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        return tf.reduce_sum(losses), _hits(scores, labels)


def _hits(scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    found = tf.argmax(scores, axis=1, output_type=tf.int32)
    return tf.reduce_sum(tf.cast(found == labels, tf.int32))


def _split(batch: tf.Tensor, parts: int) -> list[tf.Tensor]:
    """Cut a batch (n, …) into parts; the last takes what is left over."""
    count = batch.shape[0] or tf.shape(batch)[0]
    ends = [count * i // parts for i in range(parts + 1)]
    return [batch[start:end] for start, end in pairwise(ends)]
