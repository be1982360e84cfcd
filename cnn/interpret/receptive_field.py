"""Where in the picture a cell of a layer looks: its receptive field as a rectangle, and its place."""

from collections.abc import Sequence
from typing import NamedTuple

from cnn.network.layers.field import Rectangle
from cnn.network.summary import LayerShape


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
    return next(entry.field for entry in table if entry.layer.name == layer).of(row, column)


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
        window = entry.layer.window(before.shape[0])
        middle += ((window.size - 1) / 2 - window.before) * step
        step *= window.stride
    return Grid(middle - step / 2, step)
