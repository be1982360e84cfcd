"""Where a cell's value comes from, and which layers use it alone."""

from collections.abc import Sequence

import numpy as np

from cnn.network.layers import Layer
from cnn.network.layers.base import ELEMENTWISE


def place_of(index: int, shape: Sequence[int]) -> tuple[int, int, int]:
    """Return the (row, column, map) that flatten maps to `index`, for maps (height, width, channels).

    >>> place_of(1535, (8, 8, 24)), place_of(24, (8, 8, 24))
    ((7, 7, 23), (0, 1, 0))
    """
    row, column, channel = (int(part) for part in np.unravel_index(index, tuple(shape)))
    return row, column, channel


def chain_after(network: Sequence[Layer], name: str) -> tuple[Layer, ...]:
    """Return the layers that follow one cell of `name`: elementwise layers in a row, then pooling.

    The chain ends at a layer that two others read, or before one that mixes cells.

    >>> from cnn.network.layers import expand
    >>> from cnn.network.spec import NetworkSpec
    >>> [layer.name for layer in chain_after(expand(NetworkSpec()), "conv1")]
    ['relu1', 'pool1']
    """
    found: list[Layer] = []
    while True:
        readers = [layer for layer in network if name in layer.inputs]
        if len(readers) != 1 or not readers[0].follows(name):
            return tuple(found)
        found.append(readers[0])
        name = readers[0].name
        if readers[0].kind != ELEMENTWISE:
            return tuple(found)
