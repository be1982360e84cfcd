"""Pooling: one value per window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnn.network import ops
from cnn.network.arithmetic import Arithmetic, Cell, Single, WindowChoice
from cnn.network.layers.base import WINDOW, Shape, Weights, Windowed
from cnn.network.layers.field import Window
from cnn.network.ops import Array


@dataclass(frozen=True)
class Pool(Windowed):
    """The maximum or the average (`rule`) of each `size` × `size` cells, moved by `stride`; no padding."""

    rule: str
    size: int
    stride: int

    tag: ClassVar[str] = "pool"
    title: ClassVar[str] = "Pooling"
    about: ClassVar[str] = (
        "Each window becomes one cell, so the map gets smaller and small shifts barely matter."
    )
    kind: ClassVar[str] = WINDOW
    keeps_channels: ClassVar[bool] = True
    computes: ClassVar[bool] = False
    advice: ClassVar[str] = "Take the pooling out of this block or of one before it, or remove a block."

    @property
    def phrase(self) -> str:
        """Rule, window and stride."""
        return f"{self.rule} {self.size}×{self.size}, stride {self.stride}"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return rows and columns of its windows."""
        return (*self.sides(shapes[0]), shapes[0][2])

    def window(self, side: int) -> Window:
        """Return how its windows lie."""
        return Window(self.size, self.stride, 0)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the largest or the mean of each window."""
        pool = ops.max_pool if self.rule == "max" else ops.average_pool
        return pool(inputs[0], self.size, self.stride)

    def cell(
        self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None
    ) -> WindowChoice:
        """Return the window of the cell, and how its value is computed."""
        row, column = cell or (0, 0)
        top, left = row * self.stride, column * self.stride
        part = inputs[0][top : top + self.size, left : left + self.size, channel]
        return WindowChoice(self.rule, part.astype(np.float64), (top, left))

    def follows(self, name: str) -> bool:
        """Whether it reads `name`."""
        return name in self.inputs

    def follow(
        self,
        value: float,
        came: str,
        inputs: Sequence[Array],
        weights: Weights,
        channel: int,
        cell: Cell | None,
        shape: Shape,
    ) -> Arithmetic:
        """Return the first window that contains the cell, and what the cell contributes."""
        cells = self.cells_over(cell or (0, 0), shape)
        if not cells:
            return Single(float("nan"), "no window contains this cell")
        found = self.cell(inputs, weights, channel, cells[0])
        return Single(found.total, f"{found.text}: {found.share_of(cell or (0, 0))}")

    def cells_over(self, cell: Cell, shape: Shape) -> list[Cell]:
        """Return the cells of its map of `shape` whose windows contain the input's `cell`.

        There are several if windows overlap, and none for a cell between windows or in a dropped row or column.

        >>> Pool("pool1", ("relu1",), "max", 3, 2).cells_over((2, 3), (4, 4))
        [(0, 1), (1, 1)]
        """
        rows, columns = (
            [k for k in range(count) if k * self.stride <= place < k * self.stride + self.size]
            for place, count in zip(cell, shape, strict=False)
        )
        return [(row, column) for row in rows for column in columns]

    @property
    def takes_largest(self) -> bool:
        """Whether it is maximum pooling."""
        return self.rule == "max"
