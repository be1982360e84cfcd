import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.core.errors import OverflowsError
from cnn.core.scaling import scale, to_input
from cnn.network import ops
from cnn.network.forward import check_pass, forward
from cnn.network.layers.merge import Gate
from cnn.network.spec import Block, Convolution, NetworkSpec
from support.random_weights import random_weights

Function = Callable[..., np.ndarray]


def whole_numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Return float32 whole numbers from -9 to 9: their sums and products are exact in any order."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float32)


def one_map(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, np.float32)[..., None]


# Written out in loops, as slow as it is plain


def slow_conv2d(
    maps: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int, padding: str
) -> np.ndarray:
    height, width, channels = maps.shape
    size, filters = kernel.shape[0], kernel.shape[3]
    if padding == "same":
        rows, columns = math.ceil(height / stride), math.ceil(width / stride)
        above = max((rows - 1) * stride + size - height, 0) // 2
        left = max((columns - 1) * stride + size - width, 0) // 2
    else:
        rows, columns, above, left = (height - size) // stride + 1, (width - size) // stride + 1, 0, 0
    out = np.zeros((rows, columns, filters), np.float32)
    for row in range(rows):
        for column in range(columns):
            for f in range(filters):
                total = float(bias[f])
                for i in range(size):
                    for j in range(size):
                        y, x = row * stride + i - above, column * stride + j - left
                        if 0 <= y < height and 0 <= x < width:
                            total += sum(
                                float(maps[y, x, c]) * float(kernel[i, j, c, f]) for c in range(channels)
                            )
                out[row, column, f] = total
    return out


def slow_pool(
    maps: np.ndarray, window: int, stride: int, summary: Callable[[list[float]], float]
) -> np.ndarray:
    height, width, channels = maps.shape
    rows, columns = (height - window) // stride + 1, (width - window) // stride + 1
    out = np.zeros((rows, columns, channels), np.float32)
    for row in range(rows):
        for column in range(columns):
            for c in range(channels):
                cells = [
                    float(maps[row * stride + i, column * stride + j, c])
                    for i in range(window)
                    for j in range(window)
                ]
                out[row, column, c] = summary(cells)
    return out


# Convolution


def test_a_dot_product_at_every_place() -> None:
    maps = one_map([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    kernel = np.array([[1, 0], [0, -1]], np.float32)[..., None, None]
    bias = np.array([10], np.float32)
    valid = ops.conv2d(maps, kernel, bias, padding="valid")[..., 0]
    assert valid.tolist() == [[6, 6], [6, 6]]  # 1 - 5 + 10, and so on: the kernel is not flipped
    same = ops.conv2d(maps, kernel, bias, padding="same")[..., 0]
    assert same.tolist() == [[6, 6, 13], [6, 6, 16], [17, 18, 19]]  # the odd zero goes right and below


def test_an_edge_filter_finds_the_edge() -> None:
    picture = one_map([[0, 0, 1, 1]] * 4)
    kernel = np.array([[-1, 0, 1]] * 3, np.float32)[..., None, None]
    out = ops.conv2d(picture, kernel, np.zeros(1, np.float32), padding="valid")
    assert out[..., 0].tolist() == [[3, 3], [3, 3]]


def test_channels_are_summed_and_filters_are_apart() -> None:
    maps = np.array([[[1, 10, 100]]], np.float32)
    kernel = np.zeros((1, 1, 3, 2), np.float32)
    kernel[0, 0, :, 0], kernel[0, 0, :, 1] = [1, 1, 1], [0, 2, 0]
    assert ops.conv2d(maps, kernel, np.array([0, 5], np.float32)).tolist() == [[[111, 25]]]


def test_twelve_filters_of_3x3_make_twelve_maps() -> None:
    out = ops.conv2d(whole_numbers((32, 32, 3)), whole_numbers((3, 3, 3, 12)), np.zeros(12, np.float32))
    assert out.shape == (32, 32, 12)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize(("height", "width"), [(7, 8), (9, 7)])
def test_convolution_is_what_the_loops_say(
    height: int, width: int, size: int, stride: int, padding: str
) -> None:
    maps, kernel = whole_numbers((height, width, 2), 1), whole_numbers((size, size, 2, 3), 2)
    bias = whole_numbers((3,), 3)
    expected = slow_conv2d(maps, kernel, bias, stride, padding)
    np.testing.assert_array_equal(ops.conv2d(maps, kernel, bias, stride, padding), expected)


@given(
    st.tuples(*[st.integers(1, 9)] * 2, st.integers(1, 3)),
    st.integers(1, 7),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(0, 99),
)
def test_convolution_of_any_size(
    shape: tuple[int, int, int], size: int, filters: int, stride: int, seed: int
) -> None:
    padding = "valid" if min(shape[:2]) >= size and seed % 2 else "same"
    maps, kernel = whole_numbers(shape, seed), whole_numbers((size, size, shape[2], filters), seed + 1)
    bias = whole_numbers((filters,), seed + 2)
    expected = slow_conv2d(maps, kernel, bias, stride, padding)
    np.testing.assert_array_equal(ops.conv2d(maps, kernel, bias, stride, padding), expected)


@pytest.mark.parametrize(
    ("size", "window", "stride", "zeros"),
    [
        (32, 1, 1, (0, 0)),
        (32, 3, 1, (1, 1)),
        (32, 4, 1, (1, 2)),
        (32, 7, 1, (3, 3)),
        (32, 3, 2, (0, 1)),
        (31, 3, 2, (1, 1)),
        (32, 1, 2, (0, 0)),
        (5, 2, 2, (0, 1)),
        (1, 7, 2, (3, 3)),
    ],
)
def test_zeros_around(size: int, window: int, stride: int, zeros: tuple[int, int]) -> None:
    assert ops.same_padding(size, window, stride) == zeros


# Pooling


def test_pooling_by_hand() -> None:
    maps = one_map([[1, 2, 5, 6], [3, 4, 7, 8], [-1, -2, 0, 0], [-3, -4, 0, 9]])
    assert ops.max_pool(maps)[..., 0].tolist() == [[4, 8], [-1, 9]]
    assert ops.average_pool(maps)[..., 0].tolist() == [[2.5, 6.5], [-2.5, 2.25]]


def test_a_small_shift_barely_matters_to_max_pooling() -> None:
    picture = np.zeros((4, 4, 1), np.float32)
    picture[0, 0] = 9
    np.testing.assert_array_equal(ops.max_pool(picture), ops.max_pool(np.roll(picture, 1, axis=1)))


@pytest.mark.parametrize("window", [2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(("height", "width"), [(3, 4), (7, 8), (9, 6)])
def test_pooling_is_what_the_loops_say(height: int, width: int, stride: int, window: int) -> None:
    maps = whole_numbers((height, width, 3))
    np.testing.assert_array_equal(ops.max_pool(maps, window, stride), slow_pool(maps, window, stride, max))
    expected = slow_pool(maps, window, stride, lambda cells: sum(cells) / len(cells))
    np.testing.assert_allclose(ops.average_pool(maps, window, stride), expected, rtol=1e-6)


def test_global_average_and_flatten() -> None:
    maps = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    assert ops.global_average(maps).tolist() == [5, 6]
    assert ops.flatten(maps).tolist() == list(range(12))  # row by row, channels last
    assert ops.flatten(np.zeros((5, 8, 8, 24), np.float32)).shape == (5, 1536)


# Functions of one number


@pytest.mark.parametrize(
    ("name", "expected"),
    [  # at -2, -0.5, 0, 0.5, 2; from tables of tanh, exp and the normal distribution
        ("relu", [0, 0, 0, 0.5, 2]),
        ("leaky_relu", [-0.2, -0.05, 0, 0.5, 2]),
        ("elu", [-0.8646647, -0.3934693, 0, 0.5, 2]),
        ("tanh", [-0.9640276, -0.4621172, 0, 0.4621172, 0.9640276]),
        ("sigmoid", [0.1192029, 0.3775407, 0.5, 0.6224593, 0.8807971]),
    ],
)
def test_activations_by_hand(name: str, expected: list[float]) -> None:
    x = np.array([-2, -0.5, 0, 0.5, 2], np.float32)
    out = ops.ACTIVATION_FUNCTIONS[name](x)
    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert out.dtype == np.float32


def test_gelu_is_x_times_the_normal_distribution_function() -> None:
    x = np.linspace(-4, 4, 33, dtype=np.float32)
    exact = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.tolist()]
    np.testing.assert_allclose(ops.gelu(x), exact, atol=1e-3)  # the tanh form is off by 5e-4 at most
    assert ops.gelu(np.float32(1)) == pytest.approx(
        0.841192, abs=1e-6
    )  # 0.5 (1 + tanh(0.7978846 × 1.044715))


@pytest.mark.parametrize("name", ops.ACTIVATION_FUNCTIONS)
def test_activations_stand_large_numbers(name: str) -> None:
    out = ops.ACTIVATION_FUNCTIONS[name](np.array([-1e4, -1000, 1000, 1e4], np.float32))
    low, high = {"sigmoid": (0, 1), "tanh": (-1, 1)}.get(name, (None, None))
    assert np.isfinite(out).all()
    if low is not None:
        assert out.tolist() == [low, low, high, high]
    else:
        assert out[2:].tolist() == [1000, 1e4]


def test_softmax_by_hand() -> None:
    np.testing.assert_allclose(
        ops.softmax(np.log(np.array([1, 2, 7], np.float32))), [0.1, 0.2, 0.7], rtol=1e-6
    )
    np.testing.assert_allclose(ops.softmax(np.zeros(10, np.float32)), [0.1] * 10)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=12))
def test_softmax_gives_shares_of_one(scores: list[float]) -> None:
    shares = ops.softmax(np.array(scores, np.float32))
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert shares.min() >= 0
    assert shares[np.argmax(scores)] == shares.max()


def test_softmax_of_large_scores_and_of_a_batch() -> None:
    scores = np.array([[1000, 1000, -1000], [-1e30, -1e30, -1e30]], np.float32)
    np.testing.assert_allclose(ops.softmax(scores), [[0.5, 0.5, 0], [1 / 3] * 3], rtol=1e-6)


def test_dense_by_hand() -> None:
    x, kernel = np.array([1, 2], np.float32), np.array([[1, 0, 2], [0, 1, 3]], np.float32)
    assert ops.dense(x, kernel, np.array([10, 20, 30], np.float32)).tolist() == [11, 22, 38]


def test_batch_norm_by_hand() -> None:
    # (x - mean) / sqrt(variance + 0.001) × gamma + beta, a column a channel
    x = np.array([[3.0, 10.0], [5.0, 10.0]], np.float32)
    gamma, beta = np.array([2, 3], np.float32), np.array([1, -1], np.float32)
    mean, variance = np.array([3, 12], np.float32), np.array([3.999, 0.999], np.float32)
    np.testing.assert_allclose(ops.batch_norm(x, gamma, beta, mean, variance), [[1, -7], [3, -7]], rtol=1e-6)


def test_pixels_are_scaled_to_plus_and_minus_one() -> None:
    pixels = np.array([0, 51, 255], np.uint8)
    np.testing.assert_allclose(to_input(pixels), [-1, -0.6, 1], atol=1e-6)
    assert to_input(pixels).dtype == np.float32
    assert pixels.tolist() == [0, 51, 255]
    np.testing.assert_allclose(scale(pixels.astype(np.float32)), to_input(pixels))


# For every operation


def _conv(maps: np.ndarray) -> np.ndarray:
    return ops.conv2d(maps, whole_numbers((3, 3, maps.shape[-1], 4)), whole_numbers((4,)), stride=2)


def _conv_valid(maps: np.ndarray) -> np.ndarray:
    return ops.conv2d(maps, whole_numbers((4, 4, maps.shape[-1], 4)), whole_numbers((4,)), padding="valid")


def _norm(maps: np.ndarray) -> np.ndarray:
    return ops.batch_norm(maps, *(np.full(maps.shape[-1], value, np.float32) for value in (2, 1, 3, 4)))


def _dense(maps: np.ndarray) -> np.ndarray:
    return ops.dense(ops.flatten(maps), whole_numbers((7 * 6 * 2, 5)), whole_numbers((5,)))


OPERATIONS: dict[str, Function] = {
    **ops.ACTIVATION_FUNCTIONS,
    "conv2d same": _conv,
    "conv2d valid": _conv_valid,
    "pad": lambda maps: ops.pad(maps, (1, 2), (0, 3)),
    "max_pool": ops.max_pool,
    "average_pool": lambda maps: ops.average_pool(maps, 3, 2),
    "batch_norm": _norm,
    "flatten": ops.flatten,
    "global_average": ops.global_average,
    "dense": _dense,
    "softmax": ops.softmax,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_batch_is_its_pictures_one_by_one(name: str) -> None:
    batch, operation = whole_numbers((2, 3, 7, 6, 2)), OPERATIONS[name]
    before, together = batch.copy(), operation(batch)
    assert together.dtype == np.float32
    assert together.shape[:2] == (2, 3)
    for i in range(2):
        for j in range(3):
            np.testing.assert_allclose(operation(batch[i, j]), together[i, j], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(batch, before)


@pytest.mark.parametrize("name", OPERATIONS)
def test_inputs_that_may_not_be_written_are_enough(name: str) -> None:
    batch = whole_numbers((2, 7, 6, 2))
    batch.flags.writeable = False
    OPERATIONS[name](batch)
    strided = whole_numbers((4, 14, 6, 2))[::2, ::2]
    np.testing.assert_allclose(OPERATIONS[name](strided), OPERATIONS[name](strided.copy()), rtol=1e-5)


# Depthwise convolution, group normalisation, gate


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_depthwise_convolution_is_one_convolution_a_map(size: int, stride: int, padding: str) -> None:
    maps, kernel = whole_numbers((7, 9, 3)), whole_numbers((size, size, 3, 1), 1)
    found = ops.depthwise_conv2d(maps, kernel, stride, padding)
    for map_ in range(3):
        alone = maps[..., map_ : map_ + 1]
        nothing = np.zeros(1, np.float32)
        expected = slow_conv2d(alone, kernel[:, :, map_ : map_ + 1], nothing, stride, padding)
        np.testing.assert_array_equal(found[..., map_], expected[..., 0])


def test_group_norm_by_hand() -> None:
    """Two groups of one map: 1, 3 has mean 2 and variance 1; 5, 5 has variance 0."""
    maps = np.array([[[1.0, 5.0], [3.0, 5.0]]], np.float32)
    gamma, beta = np.array([2.0, 7.0], np.float32), np.array([0.5, 0.25], np.float32)
    found = ops.group_norm(maps, gamma, beta, 2)
    edge = 2 / math.sqrt(1 + ops.GROUP_NORM_EPSILON)
    np.testing.assert_allclose(found[0, :, 0], [0.5 - edge, 0.5 + edge], rtol=1e-6)
    np.testing.assert_array_equal(found[0, :, 1], [0.25, 0.25])
    together = ops.group_norm(maps, np.ones(2, np.float32), np.zeros(2, np.float32), 1)
    np.testing.assert_allclose(together.mean(), 0, atol=1e-6)
    np.testing.assert_allclose(together[0, 0, 1], 1.5 / math.sqrt(2.75 + ops.GROUP_NORM_EPSILON), rtol=1e-6)


def test_one_picture_of_a_batch_is_normalised_by_itself() -> None:
    batch = whole_numbers((3, 4, 4, 6))
    gamma, beta = whole_numbers((6,), 1), whole_numbers((6,), 2)
    together = ops.group_norm(batch, gamma, beta, 3)
    for picture, found in zip(batch, together, strict=True):
        np.testing.assert_allclose(ops.group_norm(picture, gamma, beta, 3), found, rtol=1e-5, atol=1e-5)


def test_a_gate_multiplies_each_map() -> None:
    maps, factors = whole_numbers((2, 3, 4, 5)), whole_numbers((2, 5), 1)
    found = Gate("gate1", ("relu1", "excite1")).forward([maps, factors], {})
    for picture, row, column, map_ in np.ndindex(maps.shape):
        assert found[picture, row, column, map_] == maps[picture, row, column, map_] * factors[picture, map_]


def test_an_infinite_variance_is_an_overflow_though_every_output_is_finite() -> None:
    network = NetworkSpec((Block((Convolution(3),), batch_norm=True),))
    weights = random_weights(network, 0)
    check_pass(network, weights)
    weights["norm1/moving_variance"][1] = np.inf
    assert np.isfinite(forward(network, weights, np.zeros((1, 32, 32, 3), np.uint8))["scores"]).all()
    with pytest.raises(OverflowsError, match="the numbers of norm1 are the first"):
        check_pass(network, weights)
