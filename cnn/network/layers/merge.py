"""Layers that join two others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cnn.network.arithmetic import Plus
from cnn.network.layers.base import Elementwise, Weights
from cnn.network.ops import Array


@dataclass(frozen=True)
class Add(Elementwise):
    """The sum of two layers of one shape: a residual connection."""

    tag: ClassVar[str] = "add"
    title: ClassVar[str] = "Residual sum"
    about: ClassVar[str] = "The block's input is added to what its convolutions gave, cell by cell."
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
