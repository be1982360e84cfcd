"""Convolution whose gradient at its input is computed as a convolution: the same numbers, faster on a CPU."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


class FastConvolution(keras.layers.Conv2D):
    """Keras's convolution; with stride 1, padding same and an odd kernel, training runs faster.

    The gradient at the input of such a convolution is the gradient at its output convolved with the kernel
    turned by 180° and with channels and filters exchanged. TensorFlow has an operation of its own for it,
    slower on a CPU than a convolution of that size; `python -m cnn bench --only layers` measures how much.
    Weights and results are Keras's.
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Convolve (n, height, width, channels)."""
        odd = all(size % 2 for size in self.kernel_size)
        if not odd or self.padding != "same" or set(self.strides) != {1}:
            return super().convolution_op(inputs, kernel)
        return _convolve(inputs, tf.convert_to_tensor(kernel))


@tf.custom_gradient
def _convolve(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], Any]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
        at_kernel = tf.raw_ops.Conv2DBackpropFilter(
            input=inputs,
            filter_sizes=tf.shape(kernel),
            out_backprop=upstream,
            strides=[1, 1, 1, 1],
            padding="SAME",
        )
        return tf.nn.conv2d(upstream, turned, 1, "SAME"), at_kernel

    return tf.nn.conv2d(inputs, kernel, 1, "SAME"), gradient
