"""Whitening kernels, the frozen first layer, and fused batch normalisation."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.core.errors import SpecError
from cnn.core.scaling import to_input
from cnn.network.forward import forward
from cnn.network.spec import Block, Convolution, NetworkSpec, Setup
from cnn.training.whitening import SMALLEST_VARIANCE, whitening_kernels

tensorflow = pytest.mark.tensorflow


def smooth_pictures(count: int = 60) -> np.ndarray:
    """Return pictures whose neighbouring pixels are correlated, as in photographs."""
    noise = np.random.default_rng(3).normal(0, 1, (count, 35, 35, 3))
    smooth = sum(noise[:, i : i + 32, j : j + 32] for i in range(4) for j in range(4))
    return np.clip(127 + 25 * smooth, 0, 255).astype(np.uint8)


def whitened(filters: int = 8, **options: object) -> NetworkSpec:
    first = Block((Convolution(filters, 3, 2),), pooling="none")
    return NetworkSpec((first, Block((Convolution(6),), batch_norm=True)), whiten=True, **options)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_outputs_on_patches_are_uncorrelated_and_of_one_size(size: int) -> None:
    pictures = smooth_pictures()
    kernels = whitening_kernels(pictures, size, 6 * size**2)
    windows = np.lib.stride_tricks.sliding_window_view(to_input(pictures), (size, size), axis=(1, 2))
    outputs = np.einsum("nhwcij,ijcf->nhwf", windows, kernels[..., ::2]).reshape(-1, 3 * size**2)
    covariance = np.cov(outputs, rowvar=False)
    spread = np.diag(covariance)
    np.testing.assert_allclose(covariance - np.diag(spread), 0, atol=0.1)
    assert np.all(spread < 1.1)
    assert spread[0] > 0.9  # the largest variance, next to which what is added is nothing


def test_the_direction_of_largest_variance_comes_first_and_each_is_followed_by_its_negative() -> None:
    kernels = whitening_kernels(smooth_pictures(), 3, 8)
    assert kernels.shape == (3, 3, 3, 8)
    assert kernels.dtype == np.float32
    np.testing.assert_array_equal(kernels[..., 1::2], -kernels[..., ::2])
    strength = np.sqrt((kernels[..., ::2] ** 2).sum(axis=(0, 1, 2)))
    assert np.all(np.diff(strength) > 0)  # patterns of less variance are raised more
    assert strength.max() <= 1 / np.sqrt(SMALLEST_VARIANCE)


def test_an_odd_number_of_filters_and_pictures_of_one_colour_are_no_trouble() -> None:
    kernels = whitening_kernels(np.full((4, 32, 32, 3), 90, np.uint8), 2, 7)
    assert kernels.shape == (2, 2, 3, 7)
    assert np.all(np.isfinite(kernels))


def test_a_network_with_more_filters_than_kernels_is_refused() -> None:
    assert whitened(54).whiten
    with pytest.raises(SpecError, match="54 whitening kernels") as caught:
        whitened(55)
    assert caught.value.field == "whiten"
    NetworkSpec((Block((Convolution(55),)),))


def test_set_ups_of_older_versions_are_read_and_written_unchanged() -> None:
    old = Setup().to_json()
    del old["network"]["whiten"]
    assert Setup.from_json(old) == Setup()
    assert Setup.from_link(Setup(whitened()).to_link()).network == whitened()


@tensorflow
def test_the_first_kernels_are_set_and_not_trained_its_biases_are(network: ModuleType) -> None:
    spec, pictures = whitened(), smooth_pictures()
    model = network.build_for_training(spec, pictures)
    weights = network.get_weights(model)
    np.testing.assert_array_equal(weights["conv1/kernel"], whitening_kernels(pictures, 3, 8))
    trained = {variable.path for variable in model.trainable_variables}
    assert "conv1/kernel" not in trained
    assert {"conv1/bias", "conv2/kernel"} <= trained
    np.testing.assert_allclose(
        np.asarray(model(to_input(pictures[:3]), training=False)),
        forward(spec, weights, pictures[:3])["scores"],
        atol=1e-5,
    )


@tensorflow
def test_without_whitening_nothing_is_set_or_frozen(network: ModuleType) -> None:
    spec = NetworkSpec()
    prepared = network.build_for_training(spec, smooth_pictures(), seed=4)
    plain = network.build_network(spec, seed=4)
    for name, array in network.get_weights(plain).items():
        np.testing.assert_array_equal(network.get_weights(prepared)[name], array)
    assert len(prepared.trainable_variables) == len(plain.trainable_variables)


@tensorflow
@pytest.mark.parametrize(
    ("precision", "shape", "atol"),
    [
        ("float32", (8, 5, 5, 7), 1e-4),
        ("float32", (2, 1, 1, 3), 1e-4),
        ("mixed_bfloat16", (64, 8, 8, 16), 0.05),
    ],
)
def test_fused_batch_norm_is_that_of_keras(
    network: ModuleType, precision: str, shape: tuple[int, ...], atol: float
) -> None:
    """Outputs, all gradients and the running averages, with weights that are not the initial ones."""
    import keras
    import tensorflow as tf

    draw = np.random.default_rng(0)
    inputs = tf.constant(draw.normal(1, 2, shape), tf.float32)
    weight = tf.constant(draw.normal(size=shape), tf.float32)
    found = []
    for kind in (keras.layers.BatchNormalization, network.FusedBatchNormalization):
        layer = kind(momentum=0.9, epsilon=1e-3, dtype=precision)
        layer.build(shape)
        layer.gamma.assign(np.linspace(0.5, 2, shape[-1]))
        layer.beta.assign(np.linspace(-1, 2, shape[-1]))
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = tf.cast(layer(inputs, training=True), tf.float32)
            total = tf.reduce_sum(outputs * weight)
        gradients = tape.gradient(total, [inputs, *layer.trainable_variables])
        after = tf.cast(layer(inputs, training=False), tf.float32)
        found.append([outputs, after, *gradients, *layer.weights])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-3, atol=atol)


@tensorflow
@pytest.mark.parametrize(
    ("precision", "sizes", "side", "atol"),
    [
        ("float32", (5, 3), 5, 1e-4),
        ("float32", (2, 2, 3), 4, 1e-4),
        ("float32", (1, 1), 1, 1e-4),  # a part of one cell has no variance of its own
        ("mixed_bfloat16", (40, 24), 8, 0.05),
    ],
)
def test_the_parts_of_a_batch_are_normalised_by_joint_statistics(
    network: ModuleType, precision: str, sizes: tuple[int, ...], side: int, atol: float
) -> None:
    """Outputs, all gradients and the running averages are those of Keras in float64 for one batch."""
    import keras
    import tensorflow as tf

    draw, shape = np.random.default_rng(1), (sum(sizes), side, side, 6)
    # each part lies elsewhere, so that its own mean would be clearly another
    inputs = draw.normal(np.repeat(np.arange(len(sizes)), sizes)[:, None, None, None], 2, shape)
    weight = draw.normal(size=shape)
    found = []
    for kind in (keras.layers.BatchNormalization, network.FusedBatchNormalization):
        in_parts = kind is network.FusedBatchNormalization
        layer = kind(momentum=0.9, epsilon=1e-3, dtype=precision if in_parts else "float64")
        cut = layer.compute_dtype
        parts = [tf.constant(part, cut) for part in np.split(inputs, np.cumsum(sizes)[:-1])]
        layer.build([part.shape for part in parts] if in_parts else shape)
        layer.gamma.assign(np.linspace(0.5, 2, shape[-1]))
        layer.beta.assign(np.linspace(-1, 2, shape[-1]))

        @tf.function
        def run(*parts: Any, layer: Any = layer, in_parts: bool = in_parts) -> list[Any]:
            outputs = layer(list(parts) if in_parts else tf.concat(parts, 0), training=True)
            whole = tf.concat(outputs, 0) if in_parts else outputs
            total = tf.reduce_sum(tf.cast(whole, tf.float64) * weight)
            at = [*parts, *(variable.value for variable in layer.trainable_variables)]
            gradients = tf.gradients(total, at)
            return [whole, tf.concat(gradients[: len(parts)], 0), *gradients[len(parts) :]]

        outcome = run(*parts)
        after = layer(parts if in_parts else tf.concat(parts, 0), training=False)
        found.append([*outcome, tf.concat(after, 0) if in_parts else after, *layer.weights])
    for theirs, ours in zip(*found, strict=True):
        theirs = np.asarray(theirs, np.float64)
        np.testing.assert_allclose(
            np.asarray(ours, np.float64), theirs, rtol=1e-3, atol=atol * max(1, np.abs(theirs).max())
        )
