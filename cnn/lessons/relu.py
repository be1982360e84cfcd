"""The computations of the lesson on ReLU: slopes of activations, zeros in a map, two convolutions as one."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.network import ops
from cnn.network.ops import ELU_ALPHA, LEAKY_SLOPE

Array = NDArray[Any]
FORMULAS = {
    "relu": "max(0, x)",
    "leaky_relu": f"x if x > 0, else {LEAKY_SLOPE} x",
    "elu": "x if x > 0, else eˣ − 1",
    "gelu": "x × the probability that a standard normal variable is below x",
    "tanh": "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    "sigmoid": "1 / (1 + e⁻ˣ)",
}


def relu_slope(x: Array) -> Array:
    """Return 1 where x is above zero, else 0; at 0 itself, where ReLU has no derivative, 0 is the convention.

    >>> relu_slope(np.array([-2.0, 0.0, 0.5])).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.where(x > 0, 1.0, 0.0).astype(x.dtype)


def leaky_relu_slope(x: Array) -> Array:
    """Return 1 where x is above zero, else 0.1."""
    return np.where(x > 0, 1.0, LEAKY_SLOPE).astype(x.dtype)


def elu_slope(x: Array) -> Array:
    """Return 1 where x is above zero, else exp(x)."""
    return np.where(x > 0, 1.0, ELU_ALPHA * np.exp(np.minimum(x, 0))).astype(x.dtype)


def gelu_slope(x: Array) -> Array:
    """Return the slope of GELU's tanh form, by the product rule."""
    root = math.sqrt(2 / math.pi)
    wave = np.tanh(root * (x + 0.044715 * x**3))
    inner = root * (1 + 3 * 0.044715 * x**2)
    return np.asarray((0.5 * (1 + wave) + 0.5 * x * (1 - wave**2) * inner).astype(x.dtype))


def tanh_slope(x: Array) -> Array:
    """Return 1 - tanh(x)²: at most 1, at x = 0."""
    return 1 - np.tanh(x) ** 2


def sigmoid_slope(x: Array) -> Array:
    """Return s (1 - s) with s = sigmoid(x): at most a quarter, at x = 0.

    >>> sigmoid_slope(np.array([0.0])).tolist()
    [0.25]
    """
    share = ops.sigmoid(x)
    return share * (1 - share)


SLOPES: dict[str, Callable[[Array], Array]] = {
    "relu": relu_slope,
    "leaky_relu": leaky_relu_slope,
    "elu": elu_slope,
    "gelu": gelu_slope,
    "tanh": tanh_slope,
    "sigmoid": sigmoid_slope,
}


def zeros(values: Array) -> int:
    """Return how many of the values (any shape) are exactly zero.

    >>> zeros(ops.relu(np.array([-2.0, 0.5, -0.1])))
    2
    """
    return int(np.count_nonzero(values == 0))


def steepest(function: str, layers: int) -> float:
    """Return the largest share of a gradient that can pass back through `layers` of a function in a row.

    It is the function's largest slope between -6 and 6 to the power of `layers`.

    >>> steepest("sigmoid", 2)
    0.0625
    """
    points = np.linspace(-6, 6, 1201)
    return float(SLOPES[function](points).max()) ** layers


def compose(first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return the single convolution equal to two in a row, with `valid` padding and stride 1.

    Args:
        first: kernel (a, a, channels, middle) and bias (middle,).
        second: kernel (b, b, middle, filters) and bias (filters,).

    Returns:
        kernel (a + b - 1, a + b - 1, channels, filters) and bias (filters,).

    >>> kernel, bias = np.full((3, 3, 1, 1), 2.0), np.ones(1)
    >>> whole, shift = compose((kernel, bias), (kernel, bias))
    >>> whole[:, :, 0, 0].astype(int).tolist()[2], shift.tolist()
    ([12, 24, 36, 24, 12], [19.0])
    """
    (inner, inner_bias), (outer, outer_bias) = first, second
    size, reach = inner.shape[0], outer.shape[0]
    side = size + reach - 1
    kernel = np.zeros((side, side, inner.shape[2], outer.shape[3]), inner.dtype)
    for i in range(reach):
        for j in range(reach):
            kernel[i : i + size, j : j + size] += inner @ outer[i, j]
    return kernel, outer_bias + np.einsum("ijmf,m->f", outer, inner_bias)


@dataclass(frozen=True)
class Chain:
    """One map (rows, columns) computed in three ways, and the kernel (side, side, channels) that replaces two.

    `difference` is the largest between the two layers and the one, `bent_difference` the largest between
    the two layers with ReLU between them and the one.
    """

    two: Array
    one: Array
    bent: Array
    kernel: Array
    difference: float
    bent_difference: float


def chain(maps: Array, first: tuple[Array, Array], second: tuple[Array, Array], filter_: int) -> Chain:
    """Return one filter's map from two convolutions, from the equal single one, and from two with ReLU between.

    Args:
        maps: (height, width, channels).
        first: kernel and bias of the first convolution (see `compose`).
        second: kernel and bias of the second.
        filter_: which filter of the second.
    """
    last = (second[0][..., filter_ : filter_ + 1], second[1][filter_ : filter_ + 1])
    kernel, bias = compose(first, last)
    middle = ops.conv2d(maps, *first, padding="valid")
    two = ops.conv2d(middle, *last, padding="valid")[..., 0]
    bent = ops.conv2d(ops.relu(middle), *last, padding="valid")[..., 0]
    one = ops.conv2d(maps, kernel, bias, padding="valid")[..., 0]
    return Chain(
        two, one, bent, kernel[..., 0], float(np.abs(two - one).max()), float(np.abs(bent - one).max())
    )


def compare(values: Array, layers: int) -> list[dict[str, float]]:
    """Return properties of each function of `FORMULAS`: one row of numbers each.

    A row holds the function at -2 and its slope there, its steepest slope, the largest share of a gradient
    that passes `layers` of it, the number of zeros it gives for the values, and its average slope at them.
    """
    low = np.array([-2.0])
    return [
        {
            "f(−2)": float(ops.ACTIVATION_FUNCTIONS[name](low)[0]),
            "slope at −2": float(SLOPES[name](low)[0]),
            "steepest slope": steepest(name, 1),
            f"through {layers} layers": steepest(name, layers),
            "zeros in this map": zeros(ops.ACTIVATION_FUNCTIONS[name](values)),
            "average slope in this map": float(SLOPES[name](values).mean()),
        }
        for name in FORMULAS
    ]


def quarter(share: float) -> int:
    """Return the quarter in which a share lies, from 0 to 3; 1 itself is in the last.

    >>> [quarter(share) for share in (0.0, 0.3, 0.5, 1.0)]
    [0, 1, 2, 3]
    """
    return min(int(4 * share), 3)
