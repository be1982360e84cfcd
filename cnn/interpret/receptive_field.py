"""The receptive field of a cell as a rectangle of the picture, and the position of cells on the picture."""

from collections.abc import Sequence
from typing import NamedTuple

from cnn.network.layers.field import Rectangle
from cnn.network.summary import LayerShape


def receptive_rectangle(table: Sequence[LayerShape], layer: str, row: int, column: int) -> Rectangle:
    """Return the pixels of the picture that a cell of a layer depends on.

    It is the bounding rectangle, clipped to the picture: for a residual sum, of both branches together. If a
    stride is larger than its window, it also contains pixels between the windows, which have no effect. A
    value of a vector depends on everything that the maps before it depend on.

    Args:
        table: the layers of the network, from `walk`.
        layer: the name of one of its layers.
        row: of the cell, from 0; ignored for a vector.
        column: of the cell, from 0; ignored for a vector.

    >>> from cnn.network.presets import PRESETS
    >>> from cnn.network.summary import walk
    >>> table = walk(PRESETS["lecture"].setup.network)
    >>> receptive_rectangle(table, "conv2", 5, 0)
    Rectangle(top=7, left=0, bottom=15, right=5)
    """
    return next(entry.field for entry in table if entry.layer.name == layer).of(row, column)


class Grid(NamedTuple):
    """The position of a map's cells on the picture, in pixels: the first cell's edge, and the side of a cell."""

    start: float
    step: float


def cell_grid(table: Sequence[LayerShape], layer: str) -> Grid:
    """Return the position of a layer's cells on the picture, each at the centre of its receptive field.

    With padding "same", a map covers the picture; with padding "valid", a border of the picture stays free.

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
