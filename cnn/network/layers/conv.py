"""Convolutions: kernels that slide over maps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.network import ops
from cnn.network.arithmetic import Cell, KernelSum
from cnn.network.layers.base import KERNEL, Shape, Weights, Windowed, count_text
from cnn.network.layers.field import Window
from cnn.network.ops import Array


class Filter(NamedTuple):
    """One filter: a kernel (size, size, maps), the indices of the maps that it reads, and a bias."""

    kernel: NDArray[np.float32]
    bias: float | None
    channels: Sequence[int]


@dataclass(frozen=True)
class Convolving(Windowed, abstract=True):
    """A kernel over a window of maps; padding "same" puts zeros around so that stride 1 keeps the size."""

    kernel_size: int
    stride: int
    padding: str

    tag: ClassVar[str] = "conv"
    kind: ClassVar[str] = KERNEL
    detail: ClassVar[int] = 2
    advice: ClassVar[str] = "Set its padding to same, make its kernel smaller, or pool less before it."

    def filter(self, weights: Weights, channel: int, depth: int) -> Filter:
        """Return the filter of one of its maps, which reads `depth` input maps."""
        raise NotImplementedError

    def window(self, side: int) -> Window:
        """Return how its windows lie; an odd zero goes after, as in TensorFlow."""
        before = ops.same_padding(side, self.kernel_size, self.stride)[0] if self.padding == "same" else 0
        return Window(self.kernel_size, self.stride, before)

    def zeros(self, side: int) -> int:
        """Return the zeros along a side."""
        if self.padding != "same":
            return 0
        return sum(ops.same_padding(side, self.kernel_size, self.stride))

    def multiply_adds(self, shapes: Sequence[Shape]) -> int:
        """Return the cells of a kernel times the cells of the output."""
        kernel = self.weight_shapes(shapes)["kernel"]
        return math.prod(self.sides(shapes[0])) * math.prod(kernel)

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> KernelSum:
        """Return the sum that gives a cell."""
        maps = inputs[0]
        kernel, bias, channels = self.filter(weights, channel, maps.shape[2])
        rows, columns = (
            np.arange(window.size) + place * window.stride - window.before
            for place, window in zip(cell or (0, 0), map(self.window, maps.shape[:2]), strict=True)
        )
        inside = np.outer(_within(rows, maps.shape[0]), _within(columns, maps.shape[1]))
        values = np.zeros(kernel.shape)
        ys, xs = np.nonzero(inside)
        values[ys, xs] = maps[rows[ys], columns[xs]][:, list(channels)]
        corner = (int(rows[0]), int(columns[0]))
        return KernelSum(values, kernel.astype(np.float64), bias, corner, inside, tuple(channels))

    def channel_maps(self, maps: Array, kernel: Array) -> Array:
        """Return one intermediate map per input channel: that channel convolved with its slice of the kernel.

        Args:
            maps: (height, width, channels), the maps that the kernel reads.
            kernel: (size, size, channels), of one filter.

        Returns:
            (rows, columns, channels); their sum and the bias are the layer's output map.
        """
        size, stride = self.kernel_size, self.stride
        rows, columns = self.sides(maps.shape)
        if self.padding == "same":
            maps = ops.pad(maps, *(ops.same_padding(side, size, stride) for side in maps.shape[:2]))
        out = np.zeros((rows, columns, maps.shape[2]), np.float32)
        for i in range(size):
            for j in range(size):
                part = maps[i : i + stride * rows : stride, j : j + stride * columns : stride]
                out += part[:rows, :columns] * kernel[i, j]
        return out

    def _size_text(self) -> str:
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.kernel_size}×{self.kernel_size}{stride}, {self.padding}"


def _within(places: NDArray[np.int_], size: int) -> NDArray[np.bool_]:
    return (places >= 0) & (places < size)


@dataclass(frozen=True)
class Conv(Convolving):
    """`filters` kernels of `kernel_size` × `kernel_size` × input channels, and a bias each."""

    filters: int

    title: ClassVar[str] = "Convolution"
    about: ClassVar[str] = (
        "Each map is one filter slid over all input maps: a dot product at every position, plus a bias."
    )
    silenced: ClassVar[dict[str, int]] = {"kernel": -1, "bias": -1}

    @property
    def phrase(self) -> str:
        """Filters, their size, stride and padding.

        >>> Conv("conv1", ("input",), 3, 1, "same", 12).phrase
        '12 filters of 3×3, same'
        """
        noun = "filter" if self.filters == 1 else "filters"
        return f"{self.filters} {noun} of {self._size_text()}"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return rows and columns of its windows, and one map per filter."""
        return (*self.sides(shapes[0]), self.filters)

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return kernel (size, size, channels, filters) and bias (filters,)."""
        size = self.kernel_size
        return {"kernel": (size, size, shapes[0][2], self.filters), "bias": (self.filters,)}

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return kernel and bias."""
        size, count = self.kernel_size, self.filters
        return count_text(f"{size}×{size}×{shapes[0][2]}×{count} + {count}", self.weight_shapes(shapes))

    def channels(self, shapes: Sequence[Shape]) -> int:
        """Return its filters."""
        return self.filters

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the maps of its filters."""
        kernel, bias = weights[f"{self.name}/kernel"], weights[f"{self.name}/bias"]
        return ops.conv2d(inputs[0], kernel, bias, self.stride, self.padding)

    def filter(self, weights: Weights, channel: int, depth: int) -> Filter:
        """Return the kernel over all input maps."""
        bias = float(weights[f"{self.name}/bias"][channel])
        return Filter(weights[f"{self.name}/kernel"][..., channel], bias, range(depth))

    def link_sizes(self, weights: Weights) -> NDArray[np.float32]:
        """Return the sums of the absolute values of its weights."""
        sizes: NDArray[np.float32] = np.abs(weights[f"{self.name}/kernel"]).sum(axis=(0, 1))
        return sizes


@dataclass(frozen=True)
class DepthwiseConv(Convolving):
    """One kernel of `kernel_size` × `kernel_size` per map, without a bias.

    Together with a 1×1 convolution after it, it is a separable convolution (Chollet 2017,
    "Xception").
    """

    title: ClassVar[str] = "Depthwise convolution"
    about: ClassVar[str] = (
        "Each map has one small filter of its own; a 1×1 convolution then combines the maps."
    )
    keeps_channels: ClassVar[bool] = True
    silenced: ClassVar[dict[str, int]] = {"kernel": -2}

    @property
    def badge(self) -> str:
        """The usual short form."""
        return "depthwise"

    @property
    def phrase(self) -> str:
        """The kernel's size, stride and padding.

        >>> DepthwiseConv("depthwise1", ("input",), 3, 1, "same").phrase
        '1 filter per map, 3×3, same'
        """
        return f"1 filter per map, {self._size_text()}"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return rows and columns of its windows, and as many maps as it reads."""
        return (*self.sides(shapes[0]), shapes[0][2])

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return kernel (size, size, channels, 1)."""
        return {"kernel": (self.kernel_size, self.kernel_size, shapes[0][2], 1)}

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return the kernels."""
        size = self.kernel_size
        return count_text(f"{size}×{size}×{shapes[0][2]}", self.weight_shapes(shapes))

    def channels(self, shapes: Sequence[Shape]) -> int:
        """Return its filters, one per map."""
        return shapes[0][2]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the filtered maps."""
        return ops.depthwise_conv2d(inputs[0], weights[f"{self.name}/kernel"], self.stride, self.padding)

    def filter(self, weights: Weights, channel: int, depth: int) -> Filter:
        """Return the kernel for the map of the same index."""
        return Filter(self.kernel_of(weights[f"{self.name}/kernel"], channel), None, (channel,))

    def kernel_of(self, kernel: NDArray[np.float32], channel: int) -> NDArray[np.float32]:
        """Return a view of the kernel of one map, (size, size, 1)."""
        return kernel[:, :, channel, :]
