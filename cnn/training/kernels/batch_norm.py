"""Batch normalisation with TensorFlow's fused operations: the same result as Keras's, faster.

A batch may be split into parts, which are computed in parallel but normalised by the statistics of all parts.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

GRADIENT = "CnnLabNormalization"


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalisation of maps, with one fused operation in training.

    Keras computes mean, variance and output one after the other in float32, which took two fifths of a step of
    three convolutions with 32, 64 and 128 filters. Weights, running averages and inference are Keras's. A list
    of parts is normalised as one batch; its gradients need `tf.gradients`, a `tf.GradientTape` does not find
    them.
    """

    def build(self, input_shape: Any) -> None:
        """Create the weights, for maps (n, height, width, channels) or a list of them."""
        in_parts = isinstance(input_shape, list)
        super().build(input_shape[0] if in_parts else input_shape)
        if in_parts:
            self.input_spec = None  # Keras's describes a single input

    def compute_output_spec(self, inputs: Any, *_: Any, **__: Any) -> Any:
        """Return the output spec: the shape of `inputs`, in the layer's precision."""
        return keras.tree.map_structure(lambda x: keras.KerasTensor(x.shape, self.compute_dtype), inputs)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise maps (n, height, width, channels), or a list of them; `training` uses batch statistics."""
        parts = inputs if isinstance(inputs, list) else [inputs]
        if not training:
            outputs = [super(FusedBatchNormalization, self).call(part, training=training) for part in parts]
        else:
            outputs = self._normalise(parts)
        return outputs if isinstance(inputs, list) else outputs[0]

    def _normalise(self, parts: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        scale, offset = tf.convert_to_tensor(self.gamma), tf.convert_to_tensor(self.beta)
        found = [_normalised(part, scale, offset, self.epsilon) for part in parts]
        counts = [_cells(part) for part in parts]
        if len(parts) == 1:
            outputs, mean = [found[0].y], found[0].batch_mean
            variance = found[0].batch_variance * (counts[0] - 1) / counts[0]  # the operation divides by n - 1
        else:
            mean, variance = _of_all(counts, found)
            outputs = _joined(parts, scale, offset, self.epsilon, (mean, variance))
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance)
        return outputs

    def _follow(self, average: keras.Variable, latest: tf.Tensor) -> None:
        average.assign(average * self.momentum + latest * (1 - self.momentum))


def _cells(maps: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.size(maps) // tf.shape(maps)[-1], tf.float32)


def _normalised(
    maps: tf.Tensor,
    scale: tf.Tensor,
    offset: tf.Tensor,
    epsilon: float,
    by: tuple[tf.Tensor, tf.Tensor] | None = None,
) -> Any:
    """Normalise maps `by` (mean, variance), or by their own; `y` of the result holds the normalised maps."""
    mean, variance = by or (tf.zeros([0]),) * 2
    return tf.raw_ops.FusedBatchNormV3(
        x=maps,
        scale=scale,
        offset=offset,
        mean=mean,
        variance=variance,
        epsilon=epsilon,
        is_training=by is None,
    )


def _of_all(counts: Sequence[tf.Tensor], found: Sequence[Any]) -> tuple[tf.Tensor, tf.Tensor]:
    """Combine the statistics of the parts: mean and variance of all, from each part's own and its cell count."""
    total = tf.add_n(counts)
    mean = tf.add_n([n * one.batch_mean for n, one in zip(counts, found, strict=True)]) / total
    within = [(n - 1) * one.batch_variance for n, one in zip(counts, found, strict=True)]
    between = [n * tf.square(one.batch_mean - mean) for n, one in zip(counts, found, strict=True)]
    return mean, tf.add_n(within + between) / total


def _joined(
    parts: Sequence[tf.Tensor],
    scale: tf.Tensor,
    offset: tf.Tensor,
    epsilon: float,
    by: tuple[tf.Tensor, tf.Tensor],
) -> list[tf.Tensor]:
    """Normalise the parts `by` (mean, variance) of all of them, with `_gradient` as their joint gradient.

    `tf.custom_gradient` would keep every graph it was used in alive (TensorFlow 2.21, issue 97697).
    """
    outputs = [_normalised(part, scale, offset, epsilon, by).y for part in parts]
    with tf.compat.v1.get_default_graph().gradient_override_map({"IdentityN": GRADIENT}):
        joined = tf.identity_n([*outputs, *parts, scale, offset, *by, tf.constant(epsilon)])
    return list(joined[: len(parts)])


@tf.RegisterGradient(GRADIENT)
def _gradient(joined: tf.Operation, *upstream: tf.Tensor) -> list[tf.Tensor | None]:
    """Return the gradients with respect to the inputs of the operation in `_joined`.

    With r = 1 / √(variance + ε), x̂ = r (x - mean) and N cells in all parts (Ioffe, Szegedy 2015):
    dx = scale r (dy - Σ dy / N - x̂ Σ (dy x̂) / N), the sums over all parts. One fused operation gives the first
    term and a part's sums; the other two terms together are a normalisation of x.
    """
    *maps, scale, _, mean, variance, constant = joined.inputs
    count, epsilon = len(maps) // 2, float(tf.get_static_value(constant))
    parts, nothing = maps[count:], tf.zeros([0])
    found = [
        tf.raw_ops.FusedBatchNormGradV3(
            y_backprop=each,
            x=part,
            scale=scale,
            reserve_space_1=mean,
            reserve_space_2=variance,
            reserve_space_3=nothing,
            epsilon=epsilon,
            is_training=False,
        )
        for each, part in zip(upstream[:count], parts, strict=True)
    ]
    at_scale = tf.add_n([each.scale_backprop for each in found])
    at_offset = tf.add_n([each.offset_backprop for each in found])
    share = -scale * tf.math.rsqrt(variance + epsilon) / tf.add_n([_cells(part) for part in parts])
    at_parts = [
        each.x_backprop + _normalised(part, share * at_scale, share * at_offset, epsilon, (mean, variance)).y
        for each, part in zip(found, parts, strict=True)
    ]
    return [*[None] * count, *at_parts, at_scale, at_offset, None, None, None]
