"""Where in the picture a cell of a layer looks: its receptive field as a rectangle, and its place.

A window of a layer begins at `stride × place - padding`; walking back from layer to layer gives the pixels of
the picture (Araujo, Norris and Sim 2019, "Computing receptive fields of
convolutional neural networks", Distill).
"""

from collections.abc import Sequence
from typing import NamedTuple

from cnn.network.layers import Activation, Add, BatchNorm, Conv, Dropout, Layer, Pool
from cnn.network.ops import same_padding
from cnn.network.summary import LayerShape

CELL_BY_CELL = (Activation, BatchNorm, Add, Dropout)


class Rectangle(NamedTuple):
    """Pixels or cells from `top` up to but without `bottom`, from `left` up to but without `right`."""

    top: int
    left: int
    bottom: int
    right: int


def receptive_rectangle(table: Sequence[LayerShape], layer: str, row: int, column: int) -> Rectangle:
    """Return the pixels of the picture that a cell of a layer depends on.

    It is the smallest rectangle that holds them all, the parts that lie in the padding left out: a residual
    sum has the union of both its ways. With strides above the window it also holds pixels between the
    windows, which do not count. A value without a place (of a vector) sees what all maps before it see.

    Args:
        table: the network, walked.
        layer: the name of one of its layers.
        row: of the cell, from 0; for a vector it does not matter.
        column: of the cell, from 0; likewise.

    >>> from cnn.network.presets import PRESETS
    >>> from cnn.network.summary import walk
    >>> table = walk(PRESETS["lecture"].setup.network)
    >>> receptive_rectangle(table, "conv2", 5, 0)
    Rectangle(top=7, left=0, bottom=15, right=5)
    """
    needed = {layer: Rectangle(row, column, row + 1, column + 1)}
    shapes = {entry.layer.name: entry.shape for entry in table}
    for entry in reversed(table):
        if entry.layer.name in needed and entry.layer.inputs:
            cells = needed.pop(entry.layer.name)
            for name in entry.layer.inputs:
                before = _before(entry.layer, cells, shapes[name])
                needed[name] = _union(needed.get(name, before), before)
    return needed["input"]


def _before(layer: Layer, cells: Rectangle, shape: tuple[int, ...]) -> Rectangle:
    """Return the cells of the layer before that `cells` of this one are computed from."""
    if isinstance(layer, CELL_BY_CELL):
        return cells
    if len(shape) != 3:
        return Rectangle(0, 0, 1, 1)
    if not isinstance(layer, Conv | Pool):
        return Rectangle(0, 0, shape[0], shape[1])
    top, bottom = _span(layer, cells.top, cells.bottom, shape[0])
    left, right = _span(layer, cells.left, cells.right, shape[1])
    return Rectangle(top, left, bottom, right)


def _span(layer: Conv | Pool, first: int, end: int, size: int) -> tuple[int, int]:
    window, stride, padding = _window(layer, size)
    return max(first * stride - padding, 0), min((end - 1) * stride - padding + window, size)


def _window(layer: Conv | Pool, size: int) -> tuple[int, int, int]:
    """Return window, stride and the zeros before the first cell, along a side of `size` cells."""
    if isinstance(layer, Pool):
        return layer.window, layer.stride, 0
    padding = same_padding(size, layer.kernel_size, layer.stride)[0] if layer.padding == "same" else 0
    return layer.kernel_size, layer.stride, padding


def _union(one: Rectangle, other: Rectangle) -> Rectangle:
    return Rectangle(
        min(one.top, other.top),
        min(one.left, other.left),
        max(one.bottom, other.bottom),
        max(one.right, other.right),
    )


class Grid(NamedTuple):
    """Where the cells of a map lie on the picture, in pixels: the first cell's edge, and a cell's side."""

    start: float
    step: float


def cell_grid(table: Sequence[LayerShape], layer: str) -> Grid:
    """Return how the cells of a layer's maps lie on the picture, each in the middle of what it sees.

    A map that padding keeps at full size covers the picture; one without padding leaves an edge free.

    >>> from cnn.network.presets import PRESETS
    >>> from cnn.network.summary import walk
    >>> cell_grid(walk(PRESETS["lenet5"].setup.network), "conv1")
    Grid(start=2.0, step=1.0)
    """
    entries = {entry.layer.name: entry for entry in table}
    way = [entries[layer]]
    while way[-1].layer.inputs:
        way.append(entries[way[-1].layer.inputs[0]])
    middle, step = 0.5, 1.0
    for entry, before in zip(way[-2::-1], way[:0:-1], strict=True):
        if isinstance(entry.layer, Conv | Pool):
            window, stride, padding = _window(entry.layer, before.shape[0])
            middle, step = middle + ((window - 1) / 2 - padding) * step, step * stride
    return Grid(middle - step / 2, step)
