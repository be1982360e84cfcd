"""The input layer, and the layers of vectors: flatten, global average, fully connected, softmax."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnn.network import ops
from cnn.network.arithmetic import Arithmetic, Cell, Single, WeightedSum, at, mean_of_map, pixel, share
from cnn.network.layers.base import (
    AVERAGE,
    COPY,
    DENSE,
    PIXEL,
    SHARES,
    Layer,
    Origin,
    Shape,
    Weights,
    count_text,
)
from cnn.network.layers.field import PICTURE_FIELD, ReceptiveField
from cnn.network.ops import Array
from cnn.network.spec import PICTURE_SHAPE


@dataclass(frozen=True)
class Input(Layer):
    """The picture, scaled."""

    tag: ClassVar[str] = "input"
    title: ClassVar[str] = "Input"
    about: ClassVar[str] = "The picture, scaled: 0 becomes −1, 255 becomes 1."
    kind: ClassVar[str] = PIXEL
    computes: ClassVar[bool] = False
    has_own_channels: ClassVar[bool] = False

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of a picture."""
        return PICTURE_SHAPE

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return each pixel by itself."""
        return PICTURE_FIELD

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the picture, which is scaled already."""
        return inputs[0]

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return how a pixel is scaled."""
        return pixel(at(inputs[0], channel, cell))


@dataclass(frozen=True)
class Whole(Layer, abstract=True):
    """A layer of which each value depends on the whole input."""

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the union of the receptive fields of all cells."""
        return fields[0].whole()


@dataclass(frozen=True)
class Flatten(Layer):
    """The maps flattened into one vector, row by row, channels last."""

    tag: ClassVar[str] = "flat"
    title: ClassVar[str] = "Flatten"
    about: ClassVar[str] = "The maps are written into one vector."
    kind: ClassVar[str] = COPY
    is_thin: ClassVar[bool] = True
    computes: ClassVar[bool] = False
    has_own_channels: ClassVar[bool] = False

    @property
    def badge(self) -> str:
        """Its name."""
        return "flatten"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the number of cells of all maps."""
        return (math.prod(shapes[0]),)

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the receptive fields of the maps: each value is one of their cells."""
        return fields[0]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the maps, flattened."""
        return ops.flatten(inputs[0])

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return the value of the cell it comes from."""
        return Single(float(inputs[0].reshape(-1)[channel]), "copied unchanged")

    def origin(self, shapes: Sequence[Shape], shape: Shape) -> Origin:
        """Return the maps."""
        return Origin(self.inputs[0], shapes[0], "map", placed=True)


@dataclass(frozen=True)
class GlobalAverage(Whole):
    """The average of each map."""

    tag: ClassVar[str] = "flat"
    title: ClassVar[str] = "Global average pooling"
    about: ClassVar[str] = "Each map becomes one number, the mean of its cells."
    kind: ClassVar[str] = AVERAGE
    is_thin: ClassVar[bool] = True

    @property
    def badge(self) -> str:
        """What it does."""
        return "average"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return one value per map."""
        return (shapes[0][2],)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the means."""
        return ops.global_average(inputs[0])

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return the mean of a map."""
        return mean_of_map(inputs[0][:, :, channel])

    def origin(self, shapes: Sequence[Shape], shape: Shape) -> Origin:
        """Return the means of the maps."""
        return Origin(self.inputs[0], (1, 1, *shape), "mean of map")


@dataclass(frozen=True)
class FullyConnected(Whole):
    """`units` weighted sums of all values, and a bias each."""

    units: int

    tag: ClassVar[str] = "dense"
    title: ClassVar[str] = "Fully connected"
    about: ClassVar[str] = "Each neuron is a weighted sum of all values of the layer before it, plus a bias."
    kind: ClassVar[str] = DENSE
    silenced: ClassVar[dict[str, int]] = {"kernel": -1, "bias": -1}

    @property
    def phrase(self) -> str:
        """Its neurons."""
        return f"{self.units} neuron{'' if self.units == 1 else 's'}"

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return one value per neuron."""
        return (self.units,)

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return kernel (values, units) and bias (units,)."""
        return {"kernel": (shapes[0][0], self.units), "bias": (self.units,)}

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return kernel and bias."""
        terms = f"{shapes[0][0]:,}×{self.units:,} + {self.units:,}"
        return count_text(terms, self.weight_shapes(shapes))

    def multiply_adds(self, shapes: Sequence[Shape]) -> int:
        """Return one per weight."""
        return shapes[0][0] * self.units

    def channels(self, shapes: Sequence[Shape]) -> int:
        """Return its neurons."""
        return self.units

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the weighted sums."""
        return ops.dense(inputs[0], weights[f"{self.name}/kernel"], weights[f"{self.name}/bias"])

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> WeightedSum:
        """Return the sum of a neuron."""
        column = weights[f"{self.name}/kernel"][:, channel].astype(np.float64)
        bias = float(weights[f"{self.name}/bias"][channel])
        return WeightedSum(inputs[0].astype(np.float64), column, bias)


@dataclass(frozen=True)
class Softmax(Whole):
    """Turns scores into probabilities that add up to 1."""

    tag: ClassVar[str] = "softmax"
    title: ClassVar[str] = "Softmax"
    about: ClassVar[str] = "The scores become probabilities that add up to 1."
    kind: ClassVar[str] = SHARES
    is_thin: ClassVar[bool] = True

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return one probability per score."""
        return shapes[0]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return the probabilities."""
        return ops.softmax(inputs[0])

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return one probability."""
        return share(inputs[0], channel)
