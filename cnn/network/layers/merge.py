"""Layers that combine two others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnn.network.arithmetic import Plus, Times
from cnn.network.layers.base import Elementwise, Weights
from cnn.network.ops import Array


@dataclass(frozen=True)
class Add(Elementwise):
    """The sum of two layers of one shape: a residual connection."""

    tag: ClassVar[str] = "add"
    title: ClassVar[str] = "Residual sum"
    about: ClassVar[str] = "The block's input is added to the output of its convolutions, cell by cell."
    detail: ClassVar[int] = 3

    @property
    def equation(self) -> str:
        """The two layers."""
        return " + ".join(self.inputs)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the sum."""
        return inputs[0] + inputs[1]

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Plus:
        """Return that the value of the other layer is added."""
        return Plus(next(name for name in self.inputs if name != came))

    def second(self, inputs: Sequence[Array], came: str) -> Array:
        """Return the output of the other layer."""
        return inputs[1] if came == self.inputs[0] else inputs[0]


@dataclass(frozen=True)
class Gate(Elementwise):
    """Maps, each multiplied by its own factor from 0 to 1: the gate of squeeze and excitation.

    The factors are computed from the means of all maps by two dense layers (Hu, Shen and Sun 2018,
    "Squeeze-and-excitation networks").
    """

    tag: ClassVar[str] = "add"
    title: ClassVar[str] = "Squeeze-and-excitation gate"
    about: ClassVar[str] = (
        "Each map is multiplied by one number from 0 to 1, which depends on the means of all maps."
    )
    detail: ClassVar[int] = 3

    @property
    def badge(self) -> str:
        """Its short form."""
        return "gate"

    @property
    def equation(self) -> str:
        """The maps and the numbers."""
        return " × ".join(self.inputs)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the products."""
        maps, factors = inputs
        return maps * factors[..., None, None, :]

    def follows(self, name: str) -> bool:
        """Whether it reads `name` as maps: a factor belongs to a whole map, not to one cell."""
        return name == self.inputs[0]

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Times:
        """Return that the value is multiplied by the number of its map."""
        return Times(self.inputs[1])

    def second(self, inputs: Sequence[Array], came: str) -> Array:
        """Return the factors, each repeated for all cells of its map."""
        factors: Array = np.broadcast_to(inputs[1], inputs[0].shape)
        return factors
