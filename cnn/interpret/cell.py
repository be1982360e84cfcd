"""The sum behind one cell: every term of it, as a person would write it out.

The terms are the network's float32 numbers; they are added in double precision, so that the order of adding
changes nothing that a reader can see. A cell is a (row, column); rows and columns count from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn.network import layers, ops
from cnn.network.forward import Weights
from cnn.network.layers import BATCH_NORM_EPSILON

Cell = tuple[int, int]
Exact = NDArray[np.float64]
CELLWISE = (layers.BatchNorm, layers.Activation, layers.Add, layers.Dropout)


@dataclass(frozen=True)
class ConvSum:
    """A dot product and its bias.

    `values` and `weights` are (size, size, channels), the values zero where the window lies in the padding;
    `inside` (size, size) says where it does not; `corner` is the window's first cell in the input, which
    may be below 0.
    """

    values: Exact
    weights: Exact
    bias: float
    corner: Cell
    inside: NDArray[np.bool_]

    @property
    def products(self) -> Exact:
        """Value × weight, (size, size, channels)."""
        return self.values * self.weights

    @property
    def by_channel(self) -> Exact:
        """What each input channel gives, (channels,)."""
        return self.products.sum(axis=(0, 1))

    @property
    def total(self) -> float:
        """All products and the bias."""
        return float(self.products.sum()) + self.bias


def conv_sum(maps: ops.Array, kernel: ops.Array, bias: float, layer: layers.Conv, cell: Cell) -> ConvSum:
    """Return the sum behind `cell` of the map that one filter makes.

    Args:
        maps: (height, width, channels), what the layer reads.
        kernel: (size, size, channels), one filter.
        bias: of that filter.
        layer: says stride and padding.
        cell: in the layer's output.
    """
    zeros = zeros_before(layer, maps.shape[:2])
    top, left = (place * layer.stride - before for place, before in zip(cell, zeros, strict=True))
    rows, columns = np.arange(layer.kernel_size) + top, np.arange(layer.kernel_size) + left
    inside = np.outer(_within(rows, maps.shape[0]), _within(columns, maps.shape[1]))
    values = np.zeros(kernel.shape)
    ys, xs = np.nonzero(inside)
    values[ys, xs] = maps[rows[ys], columns[xs]]
    return ConvSum(values, kernel.astype(np.float64), bias, (top, left), inside)


def _within(places: NDArray[np.int_], size: int) -> NDArray[np.bool_]:
    return (places >= 0) & (places < size)


def zeros_before(layer: layers.Conv, shape: Sequence[int]) -> Cell:
    """Return the rows of zeros above an input of (height, width), and the columns of zeros left of it."""
    if layer.padding != "same":
        return 0, 0
    rows, columns = (ops.same_padding(size, layer.kernel_size, layer.stride)[0] for size in shape[:2])
    return rows, columns


def channel_maps(maps: ops.Array, kernel: ops.Array, layer: layers.Conv) -> ops.Array:
    """Return one intermediate map an input channel: that channel alone under its slice of the kernel.

    Args:
        maps: (height, width, channels).
        kernel: (size, size, channels), one filter.
        layer: says stride and padding.

    Returns:
        (rows, columns, channels); their sum and the bias are the layer's output map.
    """
    size, stride = layer.kernel_size, layer.stride
    if layer.padding == "same":
        maps = ops.pad(maps, *(ops.same_padding(side, size, stride) for side in maps.shape[:2]))
    rows, columns = ((side - size) // stride + 1 for side in maps.shape[:2])
    out = np.zeros((rows, columns, maps.shape[2]), np.float32)
    for i in range(size):
        for j in range(size):
            part = maps[i : i + stride * rows : stride, j : j + stride * columns : stride]
            out += part[:rows, :columns] * kernel[i, j]
    return out


@dataclass(frozen=True)
class NormSum:
    """One value z, normalised: (z - mean) / √(variance + ε) × gamma + beta."""

    value: float
    gamma: float
    beta: float
    mean: float
    variance: float

    @property
    def total(self) -> float:
        """The result."""
        spread = np.sqrt(self.variance + BATCH_NORM_EPSILON)
        return float((self.value - self.mean) / spread * self.gamma + self.beta)


def norm_sum(value: float, weights: Weights, name: str, channel: int) -> NormSum:
    """Return the normalisation of one value by the layer `name`."""
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    return NormSum(value, *(float(weights[f"{name}/{part}"][channel]) for part in parts))


def activate(function: str, value: float) -> float:
    """Return an activation function of one value.

    >>> activate("relu", -0.5), activate("relu", 0.25)
    (0.0, 0.25)
    """
    return float(ops.ACTIVATION_FUNCTIONS[function](np.asarray(value, np.float64)))


@dataclass(frozen=True)
class PoolWindow:
    """The values (window, window) under one cell of a pooled map, and where the window begins."""

    kind: str
    values: Exact
    corner: Cell

    @property
    def winner(self) -> Cell | None:
        """The input cell with the largest value; None for an average, and where all are equal."""
        if self.kind != "max" or self.values.min() == self.values.max():
            return None
        row, column = divmod(int(self.values.argmax()), self.values.shape[1])
        return self.corner[0] + row, self.corner[1] + column

    @property
    def total(self) -> float:
        """The largest value, or the mean."""
        return float(self.values.max() if self.kind == "max" else self.values.mean())


def pool_window(values: ops.Array, layer: layers.Pool, cell: Cell) -> PoolWindow:
    """Return the window over one map (height, width) that becomes `cell`."""
    top, left = cell[0] * layer.stride, cell[1] * layer.stride
    part = values[top : top + layer.window, left : left + layer.window]
    return PoolWindow(layer.kind, part.astype(np.float64), (top, left))


def pool_cells(layer: layers.Pool, shape: Sequence[int], cell: Cell) -> list[Cell]:
    """Return the cells of a pooled map of (rows, columns) in whose windows the input's `cell` lies.

    There are several where windows overlap, and none between windows or in a dropped row or column.

    >>> pool_cells(layers.Pool("pool1", ("relu1",), "max", 3, 2), (4, 4), (2, 3))
    [(0, 1), (1, 1)]
    """
    rows, columns = (
        [k for k in range(count) if k * layer.stride <= place < k * layer.stride + layer.window]
        for place, count in zip(cell, shape, strict=False)
    )
    return [(row, column) for row in rows for column in columns]


@dataclass(frozen=True)
class DenseSum:
    """A neuron: `values` × `weights` (values,), added up, and its bias."""

    values: Exact
    weights: Exact
    bias: float

    @property
    def products(self) -> Exact:
        """Value × weight, (values,)."""
        return self.values * self.weights

    @property
    def total(self) -> float:
        """All products and the bias."""
        return float(self.products.sum()) + self.bias

    def largest(self, count: int) -> list[int]:
        """Return the indices of the `count` products that are farthest from zero, the farthest first."""
        return [int(i) for i in np.argsort(-np.abs(self.products), kind="stable")[:count]]

    def others(self, named: Sequence[int]) -> float:
        """Return what all products but the `named` ones give together."""
        return float(np.delete(self.products, named).sum())


def dense_sum(values: ops.Array, weights: Weights, name: str, unit: int) -> DenseSum:
    """Return the sum behind one neuron of the layer `name`, which reads `values` (values,)."""
    column = weights[f"{name}/kernel"][:, unit]
    bias = float(weights[f"{name}/bias"][unit])
    return DenseSum(values.astype(np.float64), column.astype(np.float64), bias)


def place_of(index: int, shape: Sequence[int]) -> tuple[int, int, int]:
    """Return the (row, column, map) of maps (height, width, channels) that flatten puts at `index`.

    >>> place_of(1535, (8, 8, 24)), place_of(24, (8, 8, 24))
    ((7, 7, 23), (0, 1, 0))
    """
    row, column, channel = (int(part) for part in np.unravel_index(index, tuple(shape)))
    return row, column, channel


def chain_after(network: Sequence[layers.Layer], name: str) -> tuple[layers.Layer, ...]:
    """Return the layers that take a cell of `name` on alone: cellwise ones in a row, then pooling.

    It ends where a layer is read by two others, or by one that mixes maps.

    >>> from cnn.network.spec import NetworkSpec
    >>> [layer.name for layer in chain_after(layers.expand(NetworkSpec()), "conv1")]
    ['relu1', 'pool1']
    """
    found: list[layers.Layer] = []
    while True:
        readers = [layer for layer in network if name in layer.inputs]
        if len(readers) != 1 or not isinstance(readers[0], (*CELLWISE, layers.Pool)):
            return tuple(found)
        found.append(readers[0])
        name = readers[0].name
        if isinstance(readers[0], layers.Pool):
            return tuple(found)
