"""The faster layers of training compute what Keras's do; Muon moves all directions of a kernel "
"equally far."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cnn.spec import TrainSpec

pytestmark = pytest.mark.tensorflow
INPUT = (2, 9, 8, 3)


@pytest.fixture(name="kit", scope="module")
def fixture_kit(network: ModuleType) -> Any:
    """TensorFlow and what is tested, imported here so that no other test waits for it."""
    import keras
    import tensorflow as tf

    from cnn.fast_convolution import FastConvolution
    from cnn.optimizers import ConvolutionMuon, build_optimizer

    class Kit:
        pass

    kit = Kit()
    vars(kit).update(
        keras=keras,
        tf=tf,
        FastConvolution=FastConvolution,
        Muon=ConvolutionMuon,
        build_optimizer=build_optimizer,
    )
    return kit


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_convolution_has_keras_results_and_gradients(
    kit: Any, kernel_size: int, padding: str, stride: int
) -> None:
    keras, tf = kit.keras, kit.tf
    rng = np.random.default_rng(kernel_size)
    x = tf.constant(rng.normal(size=INPUT).astype(np.float32))
    layers = [kind(4, kernel_size, stride, padding) for kind in (keras.layers.Conv2D, kit.FastConvolution)]
    found = []
    for layer in layers:
        layer.build(INPUT)
        layer.set_weights([weight.numpy() for weight in layers[0].weights])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            weights = np.sin(np.arange(np.prod(y.shape))).reshape(y.shape)
            loss = tf.reduce_sum(y * weights.astype(np.float32) * y)
        found.append([y, *tape.gradient(loss, [x, *layer.trainable_variables])])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_the_convolution_works_in_half_precision(kit: Any) -> None:
    tf = kit.tf
    layer = kit.FastConvolution(4, 3, 1, "same", dtype="mixed_bfloat16")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(layer(tf.ones(INPUT)), tf.float32) ** 2)
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert all(gradient.dtype == tf.float32 and np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize(("height", "width", "channels"), [(3, 3, 16), (5, 4, 16), (1, 2, 16), (7, 8, 192)])
def test_the_kernels_gradient_in_half_precision_is_that_of_the_whole(
    kit: Any, kernel_size: int, height: int, width: int, channels: int
) -> None:
    keras, tf = kit.keras, kit.tf
    rng = np.random.default_rng(height)
    x = rng.normal(size=(6, height, width, channels)).astype(np.float32)
    upstream = tf.constant(rng.normal(size=x.shape).astype(np.float32))
    whole, half = (
        kind(channels, kernel_size, padding="same", use_bias=False, dtype=dtype)
        for kind, dtype in ((keras.layers.Conv2D, "float32"), (kit.FastConvolution, "mixed_bfloat16"))
    )
    for layer in (whole, half):
        layer.build(x.shape)
    half.set_weights(whole.get_weights())
    found = []
    for layer in (whole, half):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.cast(layer(tf.constant(x)), tf.float32) * upstream)
        found.append(tape.gradient(loss, layer.trainable_variables)[0].numpy())
    error = np.abs(found[1] - found[0]).max() / np.abs(found[0]).max()
    assert error < 0.02  # bfloat16 has eight bits


@pytest.mark.parametrize("shape", [(3, 3, 64, 64), (1, 1, 8, 40)])
def test_muon_by_the_gram_matrix_is_kerass_iteration(kit: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    gradient = rng.normal(size=shape).astype(np.float32) * np.geomspace(1, 1e-4, shape[-1], dtype=np.float32)
    muon = kit.Muon(0.1)
    matrix = kit.tf.constant(gradient.reshape(-1, shape[-1]))
    theirs = kit.keras.optimizers.Muon.zeropower_via_newtonschulz5(muon, matrix, 3).numpy()
    ours = muon.zeropower_via_newtonschulz5(kit.tf.constant(gradient), 3).numpy().reshape(theirs.shape)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 3, 4, 8), (3, 3, 2, 32), (1, 1, 6, 6)])
def test_muon_makes_the_singular_values_of_a_kernel_about_one(kit: Any, shape: tuple[int, ...]) -> None:
    gradient = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    muon = kit.Muon(0.1, ns_steps=5)
    step = muon.zeropower_via_newtonschulz5(kit.tf.constant(gradient), 5).numpy().reshape(-1, shape[-1])
    singular = np.linalg.svd(step, compute_uv=False)
    assert singular.min() > 0.3
    assert singular.max() < 1.4
    left, _, right = np.linalg.svd(gradient.reshape(-1, shape[-1]), full_matrices=False)
    likeness = (step * (left @ right)).sum() / np.linalg.norm(step) / np.linalg.norm(left @ right)
    assert likeness > 0.95


def test_muon_trains_kernels_itself_and_leaves_the_rest_to_adam(kit: Any) -> None:
    keras, tf = kit.keras, kit.tf
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    optimizer = kit.build_optimizer(TrainSpec(optimizer="muon", learning_rate=0.01, epochs=1), model)
    before = [variable.numpy() for variable in model.trainable_variables]
    x, y = np.random.default_rng(0).normal(size=(16, 8, 8, 3)).astype(np.float32), np.arange(16) % 2
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x), from_logits=True))
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    kernel, _, dense, _ = (
        new.numpy() - old for new, old in zip(model.trainable_variables, before, strict=True)
    )
    singular = np.linalg.svd(kernel.reshape(-1, 4), compute_uv=False)
    assert singular.max() < 4 * singular.min()  # the gradient's differ far more
    assert np.abs(dense).max() == pytest.approx(
        0.01 * 0.2, rel=0.02
    )  # Adam's first step is the learning rate
