"""The faster layers of training compute what Keras's do; Muon moves all directions of a kernel "
"equally far."""

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cnn.network import ops
from cnn.network.presets import PRESETS
from cnn.network.spec import OPTIMIZERS, Block, Convolution, NetworkSpec, Setup, TrainSpec
from support.strategies import networks

pytestmark = pytest.mark.tensorflow
INPUT = (2, 9, 8, 3)


@pytest.fixture(name="kit", scope="module")
def fixture_kit(network: ModuleType) -> Any:
    """TensorFlow and what is tested, imported here so that no other test waits for it."""
    import keras
    import tensorflow as tf

    from cnn.training.kernels.convolution import FastConvolution, FastDepthwiseConvolution
    from cnn.training.optimizers import ConvolutionMuon, build_optimizer

    def gradients(loss_of: Callable[[Any], Any], inputs: Any, variables: Sequence[Any]) -> list[Any]:
        """Return the gradients at `inputs` and `variables` as training computes them."""

        @tf.function
        def inside(inputs: Any) -> list[Any]:
            found: list[Any] = tf.gradients(
                loss_of(inputs), [inputs, *(variable.value for variable in variables)]
            )
            return found

        return list(inside(inputs))

    class Kit:
        pass

    kit = Kit()
    vars(kit).update(
        gradients=gradients,
        keras=keras,
        tf=tf,
        FastConvolution=FastConvolution,
        FastDepthwiseConvolution=FastDepthwiseConvolution,
        Muon=ConvolutionMuon,
        build_optimizer=build_optimizer,
    )
    return kit


def has_single_cells_apart(spec: NetworkSpec) -> bool:
    """Whether there is a depthwise convolution of 1×1 with a stride (see FastDepthwiseConvolution)."""
    every = (convolution for block in spec.blocks for convolution in block.convolutions)
    return any(one.kind == "separable" and one.kernel_size == 1 and one.stride > 1 for one in every)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_convolution_has_the_results_and_gradients_of_keras(
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

        def loss_of(inputs: Any, layer: Any = layer) -> Any:
            y = layer(inputs)
            weights = np.sin(np.arange(np.prod(y.shape))).reshape(y.shape)
            return tf.reduce_sum(y * weights.astype(np.float32) * y)

        found.append([layer(x), *kit.gradients(loss_of, x, layer.trainable_variables)])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_the_convolution_works_in_half_precision(kit: Any) -> None:
    tf = kit.tf
    layer = kit.FastConvolution(4, 3, 1, "same", dtype="mixed_bfloat16")
    layer.build(INPUT)
    _, *gradients = kit.gradients(
        lambda inputs: tf.reduce_sum(tf.cast(layer(inputs), tf.float32) ** 2),
        tf.ones(INPUT),
        layer.trainable_variables,
    )
    assert all(gradient.dtype == tf.float32 and np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize(
    ("height", "width", "channels", "precision", "allowed"),
    [
        (3, 3, 16, "mixed_bfloat16", 0.02),  # bfloat16 has eight bits
        (5, 4, 16, "mixed_bfloat16", 0.02),
        (1, 2, 16, "mixed_bfloat16", 0.02),
        (7, 8, 192, "mixed_bfloat16", 0.02),
        (8, 7, 64, "float32", 1e-5),
        (1, 2, 64, "float32", 1e-5),
        (9, 8, 64, "float32", 1e-5),
    ],
)
def test_the_gradient_of_the_kernel_is_that_of_keras(
    kit: Any, kernel_size: int, height: int, width: int, channels: int, precision: str, allowed: float
) -> None:
    keras, tf = kit.keras, kit.tf
    rng = np.random.default_rng(height)
    x = rng.normal(size=(6, height, width, channels)).astype(np.float32)
    upstream = tf.constant(rng.normal(size=x.shape).astype(np.float32))
    theirs, ours = (
        kind(channels, kernel_size, padding="same", use_bias=False, dtype=dtype)
        for kind, dtype in ((keras.layers.Conv2D, "float32"), (kit.FastConvolution, precision))
    )
    for layer in (theirs, ours):
        layer.build(x.shape)
    ours.set_weights(theirs.get_weights())
    found = []
    for layer in (theirs, ours):

        def loss_of(inputs: Any, layer: Any = layer) -> Any:
            return tf.reduce_sum(tf.cast(layer(inputs), tf.float32) * upstream)

        found.append(kit.gradients(loss_of, tf.constant(x), layer.trainable_variables)[1].numpy())
    assert np.abs(found[1] - found[0]).max() < allowed * np.abs(found[0]).max()


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(1, 1, "same"), (1, 2, "valid"), (3, 2, "same"), (4, 1, "valid")]
)
def test_a_depthwise_convolution_has_the_gradients_of_float64(
    kit: Any, size: int, stride: int, padding: str
) -> None:
    """The oracle is in NumPy with float64, because TensorFlow's own operation may end the process for (1, 2)."""
    tf = kit.tf
    draw = np.random.default_rng(0)
    layer = kit.FastDepthwiseConvolution(size, stride, padding, use_bias=False)
    maps = draw.normal(size=(3, 9, 9, 4))
    layer.build(maps.shape)
    kernel = draw.normal(size=layer.kernel.shape)
    layer.kernel.assign(kernel)
    upstream = draw.normal(size=layer.compute_output_shape(maps.shape))

    @tf.function
    def found(inputs: Any) -> Any:
        outputs = layer(inputs)
        return outputs, *tf.gradients(
            outputs, [inputs, layer.kernel.value], tf.constant(upstream, tf.float32)
        )

    outputs, at_input, at_kernel = found(tf.constant(maps, tf.float32))
    np.testing.assert_allclose(
        outputs, ops.depthwise_conv2d(maps, kernel, stride, padding), rtol=1e-4, atol=1e-5
    )
    step = 1e-3  # the outputs are linear in either, so any step will do
    for place in ((0, 0, 0, 0), (size - 1, 0, 2, 0)):
        moved = kernel.copy()
        moved[place] += step
        change = ops.depthwise_conv2d(maps, moved, stride, padding) - ops.depthwise_conv2d(
            maps, kernel, stride, padding
        )
        assert float(at_kernel[place]) == pytest.approx((change * upstream).sum() / step, rel=1e-3, abs=1e-3)
    for place in ((0, 0, 0, 0), (2, 4, 5, 3), (1, 8, 8, 1)):
        moved = maps.copy()
        moved[place] += step
        change = ops.depthwise_conv2d(moved, kernel, stride, padding) - ops.depthwise_conv2d(
            maps, kernel, stride, padding
        )
        assert float(at_input[place]) == pytest.approx((change * upstream).sum() / step, rel=1e-3, abs=1e-3)


@settings(max_examples=6)
@given(networks(max_blocks=3), st.sampled_from((1, 2)))
@example(NetworkSpec((Block((Convolution(6, stride=2),), residual=True, batch_norm=True),)), 2)
def test_the_faster_network_has_the_scores_and_gradients_of_the_plain_one(
    kit: Any, network: ModuleType, spec: NetworkSpec, parts: int
) -> None:
    tf = kit.tf
    assume(not has_single_cells_apart(spec))  # the plain one may end this process
    spec = replace(
        spec,
        blocks=tuple(replace(block, dropout=0.0) for block in spec.blocks),
        dense=tuple(replace(dense, dropout=0.0) for dense in spec.dense),
    )
    pictures = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 3))
    faster = network.build_network(spec, seed=1, faster=True, parts=parts, last="scores")
    # in float64, which oneDNN does not know: its own operations are not held to themselves
    plain = network.build_network(spec, "float64", last="scores")
    weights = network.get_weights(faster)
    draw = np.random.default_rng(1)
    for name in weights:
        # The mean of a normalised map is beta: at 0 exactly, ReLU's gradient hangs on the last digit.
        if name.endswith(("bias", "beta")):
            weights[name] = draw.uniform(0.1, 0.5, weights[name].shape).astype(np.float32)
    network.set_weights(faster, weights)
    network.set_weights(plain, weights)
    found = []
    for model in (plain, faster):

        def scores(inputs: Any, training: bool, model: Any = model) -> Any:
            if len(model.inputs) == 1:
                return model(inputs, training=training)
            return tf.concat(model([inputs[:1], inputs[1:]], training=training), 0)

        def loss_of(inputs: Any, scores: Any = scores) -> Any:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits([1, 4, 9], scores(inputs, training=True))
            return tf.reduce_sum(losses)

        _, *gradients = kit.gradients(loss_of, tf.constant(pictures), model.trainable_variables)
        found.append((scores(pictures, training=False), *gradients))
    names = ["scores", *(variable.path for variable in faster.trainable_variables)]
    for name, theirs, ours in zip(names, *found, strict=True):
        size = max(1.0, np.abs(theirs).max())
        np.testing.assert_allclose(ours / size, theirs / size, atol=2e-4, err_msg=name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_checkpoint_fits_whatever_the_parts(network: ModuleType, name: str) -> None:
    """Variables are stored by position: a checkpoint from a GPU, in one part, resumes in two parts on a CPU."""
    spec = PRESETS[name].setup.network
    whole, halves = (
        network.build_network(spec, faster=True, parts=parts, last="scores").variables for parts in (1, 2)
    )
    assert [variable.path for variable in whole] == [variable.path for variable in halves]


SMALL_MINUTE = replace(
    PRESETS["minute"].setup,
    network=replace(
        PRESETS["minute"].setup.network,
        blocks=(
            Block((Convolution(8, stride=2),), pooling="none"),
            Block((Convolution(16),), batch_norm=True),
        ),
    ),
)


@pytest.mark.parametrize("setup", [PRESETS["lecture"].setup, SMALL_MINUTE], ids=["lecture", "like minute"])
def test_where_a_gpu_is_the_step_is_compiled_and_trains_the_same(
    kit: Any, network: ModuleType, monkeypatch: pytest.MonkeyPatch, setup: Setup
) -> None:
    from cnn.data import load
    from cnn.training import train_step

    setup = replace(setup, training=replace(setup.training, batch_size=16))
    data = load("sketch10")
    found = []
    for gpu in (False, True):
        monkeypatch.setattr(train_step, "on_gpu", lambda gpu=gpu: gpu)
        monkeypatch.setattr(network, "on_gpu", lambda gpu=gpu: gpu)
        parts = train_step.parts_of(16)
        model = network.build_for_training(setup.network, data.train_images[:500], seed=3, parts=parts)
        plain = [layer for layer in model.layers if type(layer) is kit.keras.layers.Conv2D]
        assert bool(plain) is gpu
        trained = train_step.Steps(model, setup.training, data)
        order = np.arange(32, dtype=np.int32)
        found.append((trained.run(order, np.full(2, 1e-3, np.float32), 0).loss, network.get_weights(model)))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-4)
    for name, weights in found[0][1].items():
        np.testing.assert_allclose(found[1][1][name], weights, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_memory_of_a_run_is_retained(kit: Any, network: ModuleType, optimizer: str) -> None:
    from cnn.data import load
    from cnn.training.train_step import Steps

    blocks = tuple(
        Block((Convolution(4, stride=stride),), dropout=0.1, batch_norm=stride > 1) for stride in (1, 2)
    )
    data = load("sketch10")
    model = network.build_for_training(NetworkSpec(blocks), data.train_images, parts=2)
    train_step = Steps(
        model, TrainSpec(optimizer=optimizer, epochs=1, weight_decay=0.01, batch_size=16), data
    )
    train_step.run(np.arange(16, dtype=np.int32), np.ones(1, np.float32), 0)
    train_step.look(data.test_images[:8], data.test_labels[:8])
    kernel = model.get_layer("conv1").kernel
    left = [weakref.ref(thing) for thing in (train_step, model, train_step.images, kernel.value)]
    del model, train_step, kernel
    gc.collect()
    assert [thing() for thing in left] == [None] * len(left)


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
