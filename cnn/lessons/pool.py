"""The lesson on pooling: both kinds on one map, the effect of a shift, the cost that the next layer saves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.core.scaling import to_input
from cnn.core.shares import percent
from cnn.lessons.conv import Slide
from cnn.network import ops
from cnn.network.forward import Weights
from cnn.network.presets import PRESETS
from cnn.network.summary import LayerShape, walk

SHIFTS = (0, 1, 2, 3, 4)
KINDS = ("no pooling", "max pooling", "average pooling")


def shift_right(pixels: NDArray[np.uint8], cells: int) -> NDArray[np.uint8]:
    """Return a picture (height, width, channels) shifted to the right; its left edge fills the gap.

    >>> shift_right(np.array([[[1], [2], [3]]], np.uint8), 1)[0, :, 0].tolist()
    [1, 1, 2]
    """
    width = pixels.shape[1]
    return pixels[:, np.maximum(np.arange(width) - cells, 0)]


def first_maps(weights: Weights, pixels: NDArray[np.uint8]) -> ops.Array:
    """Return the maps after the first ReLU of `lecture`: (..., 32, 32, 12), float32."""
    return ops.relu(ops.conv2d(to_input(pixels), weights["conv1/kernel"], weights["conv1/bias"]))


def pool_both(values: ops.Array, window: int, stride: int) -> ops.Array:
    """Return one map (height, width), pooled by maximum and by average: (rows, columns, 2)."""
    maps = values[:, :, None]
    return np.concatenate(
        [ops.max_pool(maps, window, stride), ops.average_pool(maps, window, stride)], axis=2
    )


def liveliest(maps: ops.Array) -> int:
    """Return the number of the map (height, width, channels) with the largest mean."""
    return int(maps.mean(axis=(0, 1)).argmax())


def winners(values: ops.Array, window: int, stride: int) -> NDArray[np.int64]:
    """Return the row and column of the first largest cell of every window: (rows, columns, 2).

    >>> winners(np.array([[1, 2], [4, 3]], np.float32), 2, 2).tolist()
    [[[1, 0]]]
    """
    cells = ops.windows(values[:, :, None], window, stride)[:, :, 0]
    place = cells.reshape(*cells.shape[:2], -1).argmax(axis=-1)
    rows, columns = np.indices(place.shape) * stride
    return np.stack([rows + place // window, columns + place % window], axis=-1)


def change(before: NDArray[Any], after: NDArray[Any]) -> float:
    """Return how much a map changed: the sum of absolute differences divided by the sum of absolute values.

    >>> change(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    0.25
    """
    size = float(np.abs(before).sum())
    return float(np.abs(after - before).sum()) / size if size else 0.0


def shift_changes(
    weights: Weights, pixels: NDArray[np.uint8], channel: int, window: int, stride: int
) -> NDArray[np.float64]:
    """Return how much one map changes when the picture is shifted: (kinds, shifts), as in `change`.

    The kinds are those of `KINDS`; the shifts, in pixels to the right, those of `SHIFTS`.
    """
    shifted = np.stack([shift_right(pixels, cells) for cells in SHIFTS])
    maps = first_maps(weights, shifted)[..., channel : channel + 1]
    pools: tuple[Callable[[ops.Array], ops.Array], ...] = (
        lambda values: values,
        lambda values: ops.max_pool(values, window, stride),
        lambda values: ops.average_pool(values, window, stride),
    )
    return np.array([[change(kind(maps)[0], kind(maps)[place]) for place in SHIFTS] for kind in pools])


def change_text(changes: NDArray[Any]) -> str:
    """Return the change of each of `KINDS`, (kinds,), in words.

    >>> change_text(np.array([0.5, 0.25, 0.3]))
    'no pooling 50.0 %, max pooling 25.0 %, average pooling 30.0 %'
    """
    return ", ".join(f"{kind} {percent(float(share))}" for kind, share in zip(KINDS, changes, strict=True))


def change_rows(changes: NDArray[Any]) -> list[dict[str, str]]:
    """Return changes (kinds, shifts) as the rows of a table, one per shift."""
    return [
        {"Shift": f"{cells} px"} | {kind: percent(share) for kind, share in zip(KINDS, shares, strict=True)}
        for cells, shares in zip(SHIFTS, changes.T, strict=True)
    ]


def window_rows(
    values: ops.Array, window: int, stride: int, cell: tuple[int, int]
) -> list[dict[str, int | float]]:
    """Return the values in the window of one output cell, as the rows of a table."""
    top, left = cell[0] * stride, cell[1] * stride
    return [
        {"Row": top + i, "Column": left + j, "Value": float(values[top + i, left + j])}
        for i in range(window)
        for j in range(window)
    ]


def lively_window(values: ops.Array, window: int, stride: int) -> tuple[int, int]:
    """Return the output cell whose window has the largest range of values."""
    cells = ops.windows(values[:, :, None], window, stride)[:, :, 0]
    spreads = cells.max(axis=(2, 3)) - cells.min(axis=(2, 3))
    row, column = divmod(int(spreads.argmax()), spreads.shape[1])
    return row, column


def mirror_window(values: ops.Array, window: int, stride: int, cell: tuple[int, int]) -> ops.Array:
    """Return the map with the columns of one window mirrored, everything else unchanged."""
    rows = slice(cell[0] * stride, cell[0] * stride + window)
    columns = slice(cell[1] * stride, cell[1] * stride + window)
    out = values.copy()
    out[rows, columns] = values[rows, columns][:, ::-1]
    return out


SWAP_ANSWERS = ("neither", "max", "average", "both")


def swap_answer(values: ops.Array, window: int, stride: int) -> str:
    """Return which pooling changes when a window is mirrored, one of `SWAP_ANSWERS`, found by doing it."""
    cell = lively_window(values, window, stride)
    before = pool_both(values, window, stride)[cell]
    after = pool_both(mirror_window(values, window, stride, cell), window, stride)[cell]
    changed = ~np.isclose(before, after, rtol=1e-5, atol=1e-6)
    return SWAP_ANSWERS[int(changed[0]) + 2 * int(changed[1])]


def size_answers(window: int, size: int = 32) -> tuple[int, int, int]:
    """Return the size after pooling with stride = window, and two wrong sizes: rounded up, stride forgotten.

    Where the windows fit exactly, the second is one cell less, as if the last window did not fit.

    >>> size_answers(3), size_answers(2)
    ((10, 11, 30), (16, 15, 31))
    """
    right = Slide(size, window, window, "valid").outputs
    rounded = -(-size // window)
    return right, rounded if rounded != right else right - 1, Slide(size, window, 1, "valid").outputs


def _second_convolution(pooling: str) -> LayerShape:
    network = PRESETS["lecture"].setup.network
    first = replace(network.blocks[0], pooling=pooling)
    table = walk(replace(network, blocks=(first, *network.blocks[1:])))
    return next(row for row in table if row.layer.name == "conv2")


def next_layer(side: int) -> int:
    """Return the multiply-adds of the second convolution of `lecture` on maps of side × side.

    >>> next_layer(32), next_layer(16)
    (2654208, 663552)
    """
    row = _second_convolution("none")
    return row.multiply_adds // (row.shape[0] * row.shape[1]) * side * side


def saved() -> tuple[int, int]:
    """Return the multiply-adds of `conv2` in `lecture` without `pool1` and with it.

    >>> saved()
    (2654208, 663552)
    """
    return _second_convolution("none").multiply_adds, _second_convolution("max").multiply_adds
