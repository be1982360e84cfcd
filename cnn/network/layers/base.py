"""The base class of all layers. A layer class that leaves one of its abstract methods out cannot be defined."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import SpecError
from cnn.network.arithmetic import Arithmetic, Cell, Operation, Single, at
from cnn.network.layers.field import ReceptiveField, Window
from cnn.network.ops import Array

Shape = tuple[int, ...]
Weights = Mapping[str, NDArray[np.float32]]

# How a value is computed. The browser knows these kinds, and no layer by its name.
PIXEL = "pixel"  # a pixel, scaled
KERNEL = "kernel"  # a kernel over a window of maps
WINDOW = "window"  # the largest or the mean of a window of one map
ELEMENTWISE = "elementwise"  # one value by itself
COPY = "copy"  # an unchanged value at another position
AVERAGE = "average"  # the mean of a map
DENSE = "dense"  # a weighted sum of a vector
SHARES = "shares"  # a share of all values


class TooSmallError(SpecError):
    """A stack that shrinks a map below 1×1; `layer` is the name of the layer where it happens."""

    def __init__(self, layer: str, size: Shape, window: int, advice: str) -> None:
        super().__init__(
            "network",
            f"layer {layer} slides a {window}×{window} window over a map that is only "
            f"{size[0]}×{size[1]}, so nothing is left. {advice}",
        )
        self.layer = layer


class Origin(NamedTuple):
    """Where the values of a vector come from: the layer, its shape, and the name of one value of it.

    `placed`: whether each value is one cell of that layer.
    """

    layer: str
    shape: Shape
    noun: str
    placed: bool = False


@dataclass(frozen=True)
class Layer(ABC):
    """One layer: its unique name, the names of the layers it reads, and everything about its kind.

    A common base of several kinds, which leaves methods abstract, is declared with `abstract=True`. All others
    must define every method, and have `tag` (which decides the colour), `title` (its name) and `about` (one
    sentence).
    Shapes are (height, width, channels) or (values,); `shapes` are those of `inputs`, in order.
    """

    name: str
    inputs: tuple[str, ...]

    tag: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    kind: ClassVar[str]

    # In a drawing: whether it is thin, and how early a small drawing leaves it out (0: never).
    is_thin: ClassVar[bool] = False
    detail: ClassVar[int] = 0

    is_activation: ClassVar[bool] = False  # is an activation function
    is_stage: ClassVar[bool] = False  # belongs to the convolution or dense layer before it
    mixes_pictures: ClassVar[bool] = (
        False  # in training, the values of a picture depend on the other pictures of its batch
    )
    keeps_channels: ClassVar[bool] = False  # map i is computed from map i of the input
    averages_maps: ClassVar[bool] = False  # and is scaled by statistics of several maps
    computes: ClassVar[bool] = True  # its values differ from those it reads
    has_own_channels: ClassVar[bool] = True  # its channels are features that the network has learned
    climbs_before: ClassVar[bool] = False  # activation maximisation maximises the value before it
    silenced: ClassVar[
        Mapping[str, int]
    ] = {}  # variable → axis: which slices are zero for a silenced channel

    def __init_subclass__(cls, abstract: bool = False, **options: object) -> None:
        """Check that the class defines everything that a layer needs.

        Raises:
            TypeError: naming the missing methods and attributes.
        """
        super().__init_subclass__(**options)
        if abstract:
            return
        names = ("tag", "title", "about", "kind")
        missing = [name for name in names if not hasattr(cls, name)]
        missing += _unanswered(cls)
        if missing:
            raise TypeError(f"The layer {cls.__name__} lacks {', '.join(missing)}.")

    # What it is called

    @property
    def badge(self) -> str:
        """The text on its coloured tag."""
        return self.tag

    @property
    def phrase(self) -> str:
        """Its settings in words."""
        return self.title

    @property
    def equation(self) -> str:
        """The layers that it combines, if several: `conv2 + relu1`."""
        return ""

    # Its size

    @abstractmethod
    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of its output.

        Raises:
            TooSmallError: if a map would shrink below 1×1.
        """

    def weight_shapes(self, shapes: Sequence[Shape]) -> dict[str, Shape]:
        """Return the shape of each of its variables by name, such as `kernel`."""
        return {}

    def formula(self, shapes: Sequence[Shape]) -> str:
        """Return the formula of its number of parameters, with the result."""
        return ""

    def multiply_adds(self, shapes: Sequence[Shape]) -> int:
        """Return the multiply-adds for one picture."""
        return 0

    def channels(self, shapes: Sequence[Shape]) -> int | None:
        """Return the number of its own filters or neurons, which can be silenced; None if it has none."""
        return None

    # What it sees

    @abstractmethod
    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the receptive field of its cells, given those of its inputs."""

    def window(self, side: int) -> Window:
        """Return how its windows lie along a side of `side` cells of its input."""
        return Window(1, 1, 0)

    # What it computes

    @abstractmethod
    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return its output for one picture or a batch: (..., height, width, channels) or (..., values).

        Args:
            inputs: the outputs of the layers it reads.
            weights: of the whole network, by `layer/variable`.
        """

    @abstractmethod
    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return how one of its values is computed, for one picture.

        Args:
            inputs: the outputs of the layers it reads; for the input layer, its own output.
            weights: of the whole network, by `layer/variable`.
            channel: the index of the map, or of the value if the output is a vector.
            cell: in that map; None if the output is a vector.
        """

    def follows(self, name: str) -> bool:
        """Whether a single cell of the layer `name` can be followed through this layer."""
        return False

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
        """Return what this layer computes from a value of the layer `came`; nan if the value goes nowhere.

        Args:
            value: the value of the layer `came` at `cell` of `channel`.
            came: a layer for which `follows` is true.
            inputs: as for `cell`.
            weights: as for `cell`.
            channel: as for `cell`.
            cell: in the input.
            shape: of its output.
        """
        return Single(float("nan"), "does not take a single cell in")

    def origin(self, shapes: Sequence[Shape], shape: Shape) -> Origin:
        """Return where the values of its output vector of `shape` come from."""
        return Origin(self.name, (1, 1, *shape), "neuron")

    # Its kernels

    def link_sizes(self, weights: Weights) -> NDArray[np.float32] | None:
        """Return how large the weights between each input map and each of its own are, (inputs, maps)."""
        return None

    def kernel_of(self, kernel: NDArray[np.float32], channel: int) -> NDArray[np.float32]:
        """Return a view of the part of its kernel for one channel; (size, size, inputs) for maps."""
        return kernel[..., channel]

    # What stays zero

    @property
    def at_zero(self) -> float:
        """Its output for an input of zero, if it is a stage."""
        return 0.0

    @property
    def is_never_negative(self) -> bool:
        """Whether its values are never negative."""
        return False

    @property
    def never_falls(self) -> bool:
        """Whether it is monotonic: a larger input never gives a smaller output."""
        return False

    @property
    def takes_largest(self) -> bool:
        """Whether its output is the largest value of each window."""
        return False


def all_layers(of: type[Layer] = Layer) -> Iterator[type[Layer]]:
    """Yield all layer classes."""
    for kind in of.__subclasses__():
        yield from all_layers(kind)
        if not _unanswered(kind):
            yield kind


def _unanswered(kind: type[Layer]) -> list[str]:
    """Return the abstract methods that a class does not define."""
    names = dir(kind)
    return [n for n in names if getattr(getattr(kind, n, None), "__isabstractmethod__", False)]


@dataclass(frozen=True)
class Elementwise(Layer, abstract=True):
    """A layer that changes each value independently; the first input decides the shape."""

    kind: ClassVar[str] = ELEMENTWISE
    is_thin: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the first input."""
        return shapes[0]

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the union of the receptive fields of the same cell of all inputs."""
        found = fields[0]
        for other in fields[1:]:
            found = found.joined(other)
        return found

    @abstractmethod
    def operation(self, inputs: Sequence[Array], weights: Weights, channel: int, came: str) -> Operation:
        """Return the operation on those values of a channel that come from the layer `came`."""

    def second(self, inputs: Sequence[Array], came: str) -> Array | None:
        """Return the second values, in the shape of those from `came`; None if there are none."""
        return None

    def cell(self, inputs: Sequence[Array], weights: Weights, channel: int, cell: Cell | None) -> Arithmetic:
        """Return the operation on the value of its first input."""
        value = at(inputs[0], channel, cell)
        return self.follow(value, self.inputs[0], inputs, weights, channel, cell, inputs[0].shape)

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
        """Return the operation on the value."""
        operation = self.operation(inputs, weights, channel, came)
        second = self.second(inputs, came)
        other = float("nan") if second is None else at(second, channel, cell)
        return Single(operation.apply(value, other), operation.text(value, other))


@dataclass(frozen=True)
class Windowed(Layer, abstract=True):
    """A layer that slides a window over maps."""

    advice: ClassVar[str]

    def sides(self, shape: Shape) -> tuple[int, int]:
        """Return rows and columns of its output over maps of `shape`.

        Raises:
            TooSmallError: if nothing is left.
        """
        windows = [self.window(side) for side in shape[:2]]
        rows, columns = (
            (side + self.zeros(side) - window.size) // window.stride + 1
            for side, window in zip(shape, windows, strict=False)
        )
        if min(rows, columns) < 1:
            raise TooSmallError(self.name, shape, windows[0].size, self.advice)
        return rows, columns

    def zeros(self, side: int) -> int:
        """Return the number of padding zeros along a side of its input, before and after together."""
        return 0

    def field(self, fields: Sequence[ReceptiveField], shapes: Sequence[Shape]) -> ReceptiveField:
        """Return the union of the receptive fields of the cells in each window."""
        shape = self.output_shape(shapes)
        return fields[0].slid(self.window(shapes[0][0]), self.window(shapes[0][1]), shape)


def count_text(terms: str, shapes: Mapping[str, Shape]) -> str:
    """Return a formula with its number of parameters.

    >>> count_text("3×3×3×12 + 12", {"kernel": (3, 3, 3, 12), "bias": (12,)})
    '3×3×3×12 + 12 = 336'
    """
    return f"{terms} = {sum(math.prod(shape) for shape in shapes.values()):,}"
