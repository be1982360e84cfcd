"""Layers that change each value independently: activation functions and dropout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cnn.core.shares import setting
from cnn.network import ops
from cnn.network.arithmetic import Function, PassOn
from cnn.network.layers.base import Elementwise, Weights
from cnn.network.ops import Array
from cnn.network.spec import ACTIVATIONS

RISING = ("relu", "leaky_relu", "elu", "tanh", "sigmoid")
NEVER_NEGATIVE = ("relu", "sigmoid")


@dataclass(frozen=True)
class Activation(Elementwise):
    """An activation function, applied to each cell independently."""

    function: str

    tag: ClassVar[str] = "relu"
    title: ClassVar[str] = "Activation"
    about: ClassVar[str] = "Each cell by itself; ReLU turns what is below zero into zero. The size stays."
    detail: ClassVar[int] = 1
    is_activation: ClassVar[bool] = True
    is_stage: ClassVar[bool] = True
    climbs_before: ClassVar[bool] = True

    @property
    def badge(self) -> str:
        """The name of the function."""
        return "ReLU" if self.function == "relu" else self.function.replace("_", " ")

    @property
    def phrase(self) -> str:
        """The name of the function."""
        return ACTIVATIONS[self.function]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the function of every value."""
        return ops.ACTIVATION_FUNCTIONS[self.function](inputs[0])

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Function:
        """Return the function."""
        return Function(self.function)

    @property
    def at_zero(self) -> float:
        """The function of zero."""
        return Function(self.function).apply(0.0)

    @property
    def is_never_negative(self) -> bool:
        """Whether the function never falls below zero."""
        return self.function in NEVER_NEGATIVE

    @property
    def never_falls(self) -> bool:
        """Whether the function never falls; GELU does, a little below zero."""
        return self.function in RISING


@dataclass(frozen=True)
class Dropout(Elementwise):
    """Sets a share `rate` of the values to zero while training; does nothing afterwards."""

    rate: float

    tag: ClassVar[str] = "drop"
    title: ClassVar[str] = "Dropout"
    about: ClassVar[str] = "Does nothing now; while training it sets some values to zero."
    detail: ClassVar[int] = 5
    computes: ClassVar[bool] = False
    climbs_before: ClassVar[bool] = True

    @property
    def badge(self) -> str:
        """Its name."""
        return "dropout"

    @property
    def phrase(self) -> str:
        """The share."""
        return f"{setting(self.rate)} while training"

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the values as they are."""
        return inputs[0]

    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> PassOn:
        """Return that the value does not change."""
        return PassOn("dropout is for training")


@dataclass(frozen=True)
class SpatialDropout(Dropout):
    """Sets a share `rate` of the maps to zero, each whole, while training; does nothing afterwards.

    Neighbouring cells of a map are similar, so dropping single ones hides little (Tompson et al. 2015,
    "Efficient object localization using convolutional networks").
    """

    title: ClassVar[str] = "Spatial dropout"
    about: ClassVar[str] = "Does nothing now; while training it sets some maps to zero, each as a whole."

    @property
    def phrase(self) -> str:
        """The share."""
        return f"{setting(self.rate)} of the maps while training"
