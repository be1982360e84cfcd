"""Grad-CAM, gradients and occlusion, against plain computations of their own."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.core.scaling import to_input
from cnn.network.forward import forward
from cnn.network.layers import expand
from cnn.network.presets import PRESETS
from cnn.network.spec import Block, Convolution, Dense, NetworkSpec
from cnn.network.summary import walk
from support.random_weights import random_weights
from support.strategies import networks

pytestmark = pytest.mark.tensorflow

PIXELS = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
LECTURE = PRESETS["lecture"].setup.network
SMALL = NetworkSpec((Block((Convolution(4), Convolution(3)), activation="tanh"),), dense=(Dense(5, "elu"),))
RESIDUAL = NetworkSpec(
    (
        Block((Convolution(3), Convolution(3)), batch_norm=True, residual=True, activation="gelu"),
        Block((Convolution(4, 3, 2),), residual=True, activation="sigmoid", pooling="average"),
    ),
    head="global_average",
)
STEP = 1e-5


@pytest.fixture(scope="module")
def loaded(network: ModuleType) -> ModuleType:
    import cnn.interpret.model_cache as module

    return module


@pytest.fixture(scope="module")
def attribution(network: ModuleType) -> ModuleType:
    import cnn.interpret.attribution as module

    return module


def scores_from(
    network: NetworkSpec, weights: dict[str, np.ndarray], start: str, values: np.ndarray
) -> np.ndarray:
    """Return the scores when `start` gives `values`, in float64; the layers before it are as they are."""
    outputs: dict[str, Any] = {}
    for layer in expand(network)[:-1]:
        inputs = [outputs[name] for name in layer.inputs]
        own = layer.forward(inputs or [to_input(PIXELS).astype(np.float64)], weights)
        outputs[layer.name] = values if layer.name == start else own
    return outputs["scores"]


def values_of(network: NetworkSpec, weights: dict[str, np.ndarray], wanted: str) -> np.ndarray:
    outputs: dict[str, Any] = {}
    for layer in expand(network):
        inputs = [outputs[name] for name in layer.inputs]
        outputs[layer.name] = layer.forward(inputs or [to_input(PIXELS).astype(np.float64)], weights)
        if layer.name == wanted:
            break
    return outputs[wanted]


def slope(
    network: NetworkSpec, weights: dict[str, np.ndarray], start: str, direction: np.ndarray, class_index: int
) -> float:
    """Return how fast a class's score changes along `direction` in the output of `start`."""
    doubled = {name: array.astype(np.float64) for name, array in weights.items()}
    values = values_of(network, doubled, start)
    ahead, behind = (
        scores_from(network, doubled, start, values + sign * STEP * direction)[class_index]
        for sign in (1, -1)
    )
    return float(ahead - behind) / (2 * STEP)


def check_grad_cam(
    loaded: ModuleType, attribution: ModuleType, network: NetworkSpec, layer: str, class_index: int
) -> None:
    """The mean gradient over a map is the slope when the whole map rises, over its cells."""
    weights = random_weights(network)
    found = attribution.grad_cam(loaded.with_weights(network, weights), PIXELS, layer, class_index)
    maps = values_of(network, weights, layer)
    expected = np.empty(maps.shape[2])
    for channel in range(maps.shape[2]):
        direction = np.zeros(maps.shape)
        direction[..., channel] = 1
        rise = slope(network, weights, layer, direction, class_index)
        expected[channel] = rise / (maps.shape[0] * maps.shape[1])
    reach = np.abs(expected).max() or 1.0
    np.testing.assert_allclose(found.weights, expected, rtol=1e-3, atol=2e-4 * reach)
    sums = (maps * expected).sum(axis=2)
    np.testing.assert_allclose(found.sums, sums, rtol=2e-3, atol=1e-3 * (np.abs(sums).max() or 1.0))
    np.testing.assert_array_equal(found.cells, np.maximum(found.sums, 0))


@pytest.mark.parametrize("layer", ["conv1_1", "tanh1_2", "conv1_2", "pool1"])
def test_grad_cam_is_the_slope_of_every_map(loaded: ModuleType, attribution: ModuleType, layer: str) -> None:
    check_grad_cam(loaded, attribution, SMALL, layer, 4)


@pytest.mark.parametrize("layer", ["conv1_1", "norm1_2", "add1", "gelu1_2", "shortcut2", "add2"])
def test_grad_cam_of_a_residual_network_without_dense_layers(
    loaded: ModuleType, attribution: ModuleType, layer: str
) -> None:
    check_grad_cam(loaded, attribution, RESIDUAL, layer, 9)


def plain_lecture(tf: Any, weights: dict[str, np.ndarray], tape: Any) -> tuple[Any, Any, Any]:
    """Run `lecture`, written out once more in plain TensorFlow: input, second maps, scores."""
    x = tf.constant(PIXELS[None] / 127.5 - 1, tf.float32)
    tape.watch(x)
    maps = x
    for number in (1, 2):
        if number == 2:
            maps = tf.nn.max_pool2d(maps, 2, 2, "VALID")
        maps = tf.nn.conv2d(maps, weights[f"conv{number}/kernel"], 1, "SAME") + weights[f"conv{number}/bias"]
        maps = tf.nn.relu(maps)
    tape.watch(maps)
    flat = tf.reshape(tf.nn.max_pool2d(maps, 2, 2, "VALID"), (1, -1))
    return x, maps, flat @ weights["scores/kernel"] + weights["scores/bias"]


@pytest.mark.parametrize("class_index", [0, 7])
def test_lecture_against_plain_tensorflow(
    loaded: ModuleType, attribution: ModuleType, class_index: int
) -> None:
    import tensorflow as tf

    weights = random_weights(LECTURE)
    with tf.GradientTape(persistent=True) as tape:
        x, maps, scores = plain_lecture(tf, weights, tape)
        score = scores[0, class_index]
    alpha = tf.reduce_mean(tape.gradient(score, maps), axis=(0, 1, 2))
    expected = tf.nn.relu(tf.reduce_sum(maps * alpha, axis=-1))[0].numpy()
    gradient = np.abs(tape.gradient(score, x)[0].numpy()).max(axis=-1)
    network = loaded.with_weights(LECTURE, weights)
    cam = attribution.grad_cam(network, PIXELS, "relu2", class_index)
    np.testing.assert_allclose(cam.cells, expected, rtol=1e-4, atol=1e-5 * expected.max())
    found = attribution.saliency(network, PIXELS, class_index)
    assert found.shape == (32, 32)
    np.testing.assert_allclose(found, gradient, rtol=1e-4, atol=1e-5 * gradient.max())


@settings(max_examples=8)
@given(networks(max_blocks=3, max_filters=4, max_units=6), st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_grad_cam_and_gradient_hold_for_every_network(
    loaded: ModuleType, attribution: ModuleType, spec: NetworkSpec, class_index: int, seed: int
) -> None:
    """Gradients that can be added up: along a random direction they give the slope of the score."""
    weights = random_weights(spec)
    found = loaded.with_weights(spec, weights)
    saliency = attribution.saliency(found, PIXELS, class_index)
    assert saliency.dtype == np.float32
    assert (saliency >= 0).all()
    layer = [row.layer.name for row in walk(spec) if len(row.shape) == 3][-1]
    cam = attribution.grad_cam(found, PIXELS, layer, class_index)
    maps = values_of(spec, {name: array.astype(np.float64) for name, array in weights.items()}, layer)
    assert cam.sums.shape == maps.shape[:2]
    push = np.random.default_rng(seed).normal(size=maps.shape[2])
    rise = slope(spec, weights, layer, np.broadcast_to(push, maps.shape), class_index)
    own = float(cam.weights @ push) * maps.shape[0] * maps.shape[1]
    assert own == pytest.approx(rise, rel=1e-2, abs=1e-3)


@pytest.mark.parametrize(("side", "stride"), [(8, 4), (4, 4), (16, 4), (6, 1)])
def test_occlusion_is_a_loop_over_covered_pictures(
    loaded: ModuleType, attribution: ModuleType, side: int, stride: int
) -> None:
    weights, shares = random_weights(SMALL), []
    found = attribution.occlusion(loaded.with_weights(SMALL, weights), PIXELS, 2, side, stride, shares.append)
    uncovered = forward(SMALL, weights, PIXELS)["softmax"][2]
    assert found.probability == pytest.approx(uncovered, abs=1e-5)
    assert found.covered.shape == (32 // stride, 32 // stride)
    for row in range(0, 32 // stride, 5):
        for column in range(32 // stride):
            middle = (row * stride + stride / 2, column * stride + stride / 2)
            covered = PIXELS.copy()
            top, left = (max(math.ceil(at - side / 2), 0) for at in middle)
            bottom, right = (math.ceil(at + side / 2) for at in middle)
            covered[top:bottom, left:right] = 128
            left_over = forward(SMALL, weights, covered)["softmax"][2]
            assert found.drops[row, column] == pytest.approx(uncovered - left_over, abs=1e-5)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_dead_network_gives_zeros(loaded: ModuleType, attribution: ModuleType) -> None:
    weights = random_weights(LECTURE)
    weights["conv2/kernel"][:] = 0
    weights["conv2/bias"][:] = -1
    network = loaded.with_weights(LECTURE, weights)
    assert not attribution.saliency(network, PIXELS, 3).any()
    assert not attribution.grad_cam(network, PIXELS, "relu1", 3).weights.any()
    assert not attribution.grad_cam(network, PIXELS, "conv2", 3).cells.any()
    assert np.abs(attribution.occlusion(network, PIXELS, 3, 8, 4).drops).max() < 1e-6


def test_the_picture_stays_as_it_was(loaded: ModuleType, attribution: ModuleType) -> None:
    pixels = PIXELS.copy()
    pixels.flags.writeable = False
    network = loaded.with_weights(SMALL, random_weights(SMALL))
    attribution.occlusion(network, pixels, 0, 8, 4)
    attribution.saliency(network, pixels, 0)
    np.testing.assert_array_equal(pixels, PIXELS)
