"""The layers in NumPy: the lines that the lessons explain are those that run the network.

Every function takes maps of shape (..., height, width, channels) or vectors (..., values), float32, with any
number of leading axes (none for one picture, one for a batch), and returns a new array.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float32]

LEAKY_SLOPE = 0.1
ELU_ALPHA = 1.0
BATCH_NORM_EPSILON = 1e-3
GROUP_NORM_EPSILON = 1e-3


def same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Return the zeros before and after a side of `size` cells that give `ceil(size / stride)` output cells.

    If their number is odd, the extra one goes after (right or bottom), as in TensorFlow.

    >>> same_padding(32, 3, 1), same_padding(32, 3, 2), same_padding(32, 5, 1)
    ((1, 1), (0, 1), (2, 2))
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def pad(maps: Array, rows: tuple[int, int], columns: tuple[int, int]) -> Array:
    """Return maps (..., height, width, channels) with rows and columns of zeros around them."""
    height, width, channels = maps.shape[-3:]
    out = np.zeros((*maps.shape[:-3], height + sum(rows), width + sum(columns), channels), maps.dtype)
    out[..., rows[0] : rows[0] + height, columns[0] : columns[0] + width, :] = maps
    return out


def windows(maps: Array, window: int, stride: int, dilation: int = 1) -> Array:
    """Return every `window` × `window` window of the maps: (..., rows, columns, channels, window, window).

    With `dilation` d, the cells of a window lie d apart, so that it spans (window - 1) × d + 1 cells.
    """
    span = (window - 1) * dilation + 1
    views = sliding_window_view(maps, (span, span), axis=(-3, -2))
    return views[..., ::stride, ::stride, :, ::dilation, ::dilation]


def conv2d(
    maps: Array, kernel: Array, bias: Array, stride: int = 1, padding: str | int = "same", dilation: int = 1
) -> Array:
    """Slide each filter over the maps: a dot product at every position, plus its bias.

    As in all deep-learning libraries this is a cross-correlation: the kernel is not flipped.

    Args:
        maps: (..., height, width, channels).
        kernel: (size, size, channels, filters).
        bias: (filters,).
        stride: cells from one position to the next.
        padding: "same" (zeros around), "valid" (none), or the number of zeros on each side.
        dilation: cells from one kernel cell to the next.

    Returns:
        (..., rows, columns, filters).
    """
    size, _, channels, filters = kernel.shape
    span = (size - 1) * dilation + 1
    if padding == "same":
        height, width = maps.shape[-3:-1]
        maps = pad(maps, same_padding(height, span, stride), same_padding(width, span, stride))
    elif isinstance(padding, int) and padding:
        maps = pad(maps, (padding, padding), (padding, padding))
    places = np.moveaxis(windows(maps, size, stride, dilation), -3, -1)
    rows = places.reshape(
        -1, size * size * channels
    )  # one row per position: (size, size, channels) flattened
    out = rows @ kernel.reshape(-1, filters) + bias
    return out.reshape(*places.shape[:-3], filters)


def depthwise_conv2d(maps: Array, kernel: Array, stride: int, padding: str) -> Array:
    """Slide over each map a kernel of its own; maps are not combined.

    Args:
        maps: (..., height, width, channels).
        kernel: (size, size, channels, 1).
        stride: cells from one position to the next.
        padding: "same" (zeros around) or "valid" (none).

    Returns:
        (..., rows, columns, channels).
    """
    size = len(kernel)
    if padding == "same":
        maps = pad(maps, *(same_padding(side, size, stride) for side in maps.shape[-3:-1]))
    parts = _window_cells(maps, size, stride)
    out = parts[0] * kernel[0, 0, :, 0]
    for place, part in enumerate(parts[1:], start=1):
        out += part * kernel[place // size, place % size, :, 0]
    return out


def max_pool(maps: Array, window: int = 2, stride: int = 2) -> Array:
    """Keep the largest value of each window; leftover rows and columns are dropped.

    >>> max_pool(np.array([[1, 2], [3, 4]], np.float32)[..., None])[..., 0].tolist()
    [[4.0]]
    """
    parts = _window_cells(maps, window, stride)
    out = parts[0].copy()
    for part in parts[1:]:
        np.maximum(out, part, out=out)
    return out


def average_pool(maps: Array, window: int = 2, stride: int = 2) -> Array:
    """Average each window; leftover rows and columns are dropped."""
    parts = _window_cells(maps, window, stride)
    return np.asarray(np.add.reduce(parts) / np.float32(len(parts)))


def _window_cells(maps: Array, window: int, stride: int) -> list[Array]:
    """Return the first cell of every window, the second of every window, …: window² arrays."""
    rows, columns = ((size - window) // stride + 1 for size in maps.shape[-3:-1])
    return [
        maps[..., i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride, :]
        for i in range(window)
        for j in range(window)
    ]


def batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    """Return (x - mean) / √(variance + epsilon) × gamma + beta, with the running mean and variance of each channel.

    gamma, beta, mean, variance: (channels,). Ioffe and Szegedy 2015, "Batch normalization".
    """
    scale = gamma / np.sqrt(variance + np.float32(BATCH_NORM_EPSILON))
    return np.asarray(x * scale + (beta - mean * scale))


def group_norm(x: Array, gamma: Array, beta: Array, groups: int) -> Array:
    """Return (x - mean) / √(variance + epsilon) × gamma + beta, with mean and variance of x's group of maps.

    A group is `channels / groups` neighbouring maps of one picture; x is (..., height, width, channels), gamma
    and beta are (channels,). Wu and He 2018, "Group normalization".
    """
    *most, channels = x.shape
    grouped = x.reshape(*most, groups, channels // groups)
    mean = grouped.mean(axis=(-4, -3, -1), keepdims=True)
    apart = grouped - mean
    variance = (apart * apart).mean(axis=(-4, -3, -1), keepdims=True)
    normal = apart / np.sqrt(variance + np.float32(GROUP_NORM_EPSILON))
    return np.asarray(normal.reshape(x.shape) * gamma + beta)


def relu(x: Array) -> Array:
    """Return max(0, x), cell by cell.

    >>> relu(np.array([-2.0, 0.5])).tolist()
    [0.0, 0.5]
    """
    return np.maximum(x, 0)


def leaky_relu(x: Array) -> Array:
    """Return x where it is positive, 0.1 x elsewhere."""
    return np.where(x > 0, x, np.float32(LEAKY_SLOPE) * x)


def elu(x: Array) -> Array:
    """Return x where it is positive, exp(x) - 1 elsewhere."""
    return np.where(x > 0, x, np.float32(ELU_ALPHA) * np.expm1(np.minimum(x, 0)))


def gelu(x: Array) -> Array:
    """Return x times the normal distribution function of x, in its tanh form (Hendrycks, Gimpel 2016)."""
    inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)))


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), without overflow for large negative x."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


ACTIVATION_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
}


def flatten(maps: Array) -> Array:
    """Flatten (..., height, width, channels) to (..., values): row by row, channels last."""
    return maps.reshape(*maps.shape[:-3], -1)


def global_average(maps: Array) -> Array:
    """Average each map: (..., height, width, channels) to (..., channels)."""
    return np.asarray(maps.mean(axis=(-3, -2)))


def dense(x: Array, kernel: Array, bias: Array) -> Array:
    """Return `x @ kernel + bias`; x (..., values), kernel (values, units), bias (units,)."""
    return x @ kernel + bias


def softmax(scores: Array) -> Array:
    """Return exp(score) / sum of all exp(score); the largest score is subtracted first, to avoid overflow.

    >>> softmax(np.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
