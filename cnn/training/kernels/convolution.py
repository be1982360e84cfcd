"""Convolutions with faster gradients on a CPU and the same results."""

from typing import Any

import keras
import tensorflow as tf

GRADIENT = "CnnLabConvolution"
# (largest side of the maps, least channels and filters) for which the kernel's gradient is faster as a
# convolution; in bfloat16, matrix products are faster for slightly larger maps with many more channels.
AS_CONVOLUTION = {tf.float32: (8, 64), tf.bfloat16: (5, 1)}
AS_PRODUCTS = {tf.bfloat16: (8, 192)}


class FastConvolution(keras.layers.Conv2D):
    """Keras's convolution, trained faster on a CPU if it has stride 1, padding same and an odd kernel.

    The gradient with respect to its input is the upstream gradient convolved with the kernel rotated by 180°,
    channels and filters exchanged. The gradient with respect to the kernel is, on small maps, computed as
    another convolution, or as one matrix product per kernel position. TensorFlow's own operations for both are
    slower on a CPU; `python -m cnn bench --only layers` measures by how much. Weights and results are Keras's.
    This applies to `tf.gradients`; a `tf.GradientTape` uses TensorFlow's own operations.

    `tf.custom_gradient` would work for both, but keeps every graph it was used in, with all its tensors, until
    the process ends (TensorFlow 2.21, issue 97697).
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Convolve (n, height, width, channels)."""
        strides, single = set(self.strides), self.kernel_size == (1, 1)
        if single and strides != {1}:
            # oneDNN's gradient of a strided 1×1 kernel is wrong for up to four channels (TensorFlow 2.21). Such
            # a kernel reads only every stride-th cell, so slice those out and use stride 1.
            rows, columns = self.strides
            inputs, strides = inputs[:, ::rows, ::columns], {1}
        same = single or self.padding == "same"
        if not (same and strides == {1} and all(size % 2 for size in self.kernel_size)):
            return super().convolution_op(inputs, kernel)
        with tf.compat.v1.get_default_graph().gradient_override_map({"Conv2D": GRADIENT}):
            return tf.nn.conv2d(inputs, tf.convert_to_tensor(kernel), 1, "SAME")


class PooledConvolution(FastConvolution):
    """The same with max pooling before the bias, which is faster and gives the same result."""

    def __init__(self, *args: Any, pooling: tuple[int, int], **options: Any) -> None:
        """Take the arguments of Keras's convolution, and `pooling`: (window, stride)."""
        super().__init__(*args, **options)
        self.window, self.pool_stride = pooling

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Convolve (n, height, width, channels), pool, and add the bias."""
        sums = self.convolution_op(inputs, self.kernel)
        largest = tf.nn.max_pool2d(sums, self.window, self.pool_stride, "VALID")
        return tf.nn.bias_add(largest, tf.convert_to_tensor(self.bias))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (n, height, width, filters)."""
        count, *sides, filters = super().compute_output_shape(input_shape)
        return count, *((side - self.window) // self.pool_stride + 1 for side in sides), filters


class FastDepthwiseConvolution(keras.layers.DepthwiseConv2D):
    """Keras's depthwise convolution; a 1×1 kernel without a bias becomes an elementwise product.

    TensorFlow 2.21's gradient of a strided 1×1 depthwise kernel is wrong on some processors; that of the product
    agrees with float64.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Convolve (n, height, width, channels)."""
        if self.kernel_size != (1, 1) or self.use_bias:
            return super().call(inputs)
        rows, columns = self.strides
        return inputs[:, ::rows, ::columns] * tf.reshape(tf.convert_to_tensor(self.kernel), [-1])


@tf.RegisterGradient(GRADIENT)
def _gradient(convolution: tf.Operation, upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the gradients with respect to input and kernel, for stride 1 and padding same."""
    inputs, kernel = convolution.inputs
    turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
    return tf.nn.conv2d(upstream, turned, 1, "SAME"), _at_kernel(inputs, upstream, kernel.shape)


def _at_kernel(inputs: tf.Tensor, upstream: tf.Tensor, shape: tf.TensorShape) -> tf.Tensor:
    """Return the gradient with respect to the kernel, by the fastest method for maps of this size."""
    for limits, way in ((AS_CONVOLUTION, _by_convolution), (AS_PRODUCTS, _by_products)):
        side, channels = limits.get(inputs.dtype, (0, 0))
        if max(inputs.shape[1:3]) <= side and min(shape[2:]) >= channels:
            return way(inputs, upstream, shape)
    return tf.raw_ops.Conv2DBackpropFilter(
        input=inputs, filter_sizes=shape, out_backprop=upstream, strides=[1, 1, 1, 1], padding="SAME"
    )


def _by_convolution(inputs: tf.Tensor, upstream: tf.Tensor, shape: tf.TensorShape) -> tf.Tensor:
    """Convolve the inputs with the upstream gradient as the kernel; channels and pictures change roles."""
    pictures, kernel = tf.transpose(inputs, [3, 1, 2, 0]), tf.transpose(upstream, [1, 2, 0, 3])
    edges = [[0, 0], *([size // 2] * 2 for size in shape[:2]), [0, 0]]
    return tf.transpose(tf.nn.conv2d(pictures, kernel, 1, edges), [1, 2, 0, 3])


def _by_products(inputs: tf.Tensor, upstream: tf.Tensor, shape: tf.TensorShape) -> tf.Tensor:
    """For every kernel position, multiply the inputs it covered with the upstream gradient."""
    (rows, columns, channels, filters), (height, width) = shape, inputs.shape[1:3]
    padded = tf.pad(inputs, [[0, 0], [rows // 2] * 2, [columns // 2] * 2, [0, 0]])
    at_output = tf.reshape(upstream, [-1, filters])
    products = [
        tf.matmul(
            tf.reshape(padded[:, i : i + height, j : j + width], [-1, channels]), at_output, transpose_a=True
        )
        for i in range(rows)
        for j in range(columns)
    ]
    return tf.reshape(tf.stack(products), shape)
