"""A spec, walked: output shapes, parameters with their formula, multiply-adds, receptive field, memory.

Nothing is built and nothing is computed on pictures. A size that `same` padding gives is `ceil(n / stride)`,
a size without padding `floor((n - window) / stride) + 1` (Dumoulin and Visin 2016, "A guide to convolution
arithmetic").

>>> from cnn.network.presets import PRESETS
>>> table = walk(PRESETS["lecture"].setup.network)
>>> [(row.layer.name, row.shape, row.formula) for row in table if row.parameters][0]
('conv1', (32, 32, 12), '3×3×3×12 + 12 = 336')
>>> total_parameters(table)
18322
"""

import math
from dataclasses import dataclass

from cnn.core.errors import SpecError
from cnn.network.layers import (
    Activation,
    Add,
    BatchNorm,
    Conv,
    Flatten,
    FullyConnected,
    GlobalAverage,
    Layer,
    Pool,
    expand,
)
from cnn.network.spec import PICTURE_SHAPE, NetworkSpec

FLOAT_BYTES = 4


@dataclass(frozen=True)
class LayerShape:
    """One layer's figures.

    `shape` is (height, width, channels) or (values,); `multiply_adds` and `memory` (bytes of float32 output)
    are for one picture; `receptive_field` is the side, in pixels of the picture, of the square that one
    output cell depends on (it may reach beyond the edge, into the padding); `step` is how many pixels of
    the picture lie between two neighbouring cells.
    """

    layer: Layer
    shape: tuple[int, ...]
    parameters: int
    formula: str
    multiply_adds: int
    receptive_field: int
    step: int
    memory: int


class TooSmallError(SpecError):
    """A stack that shrinks a map below 1×1; `layer` is the name of the layer where it happens."""

    def __init__(self, layer: Layer, size: tuple[int, ...], window: int, advice: str) -> None:
        super().__init__(
            "network",
            f"layer {layer.name} slides a {window}×{window} window over a map that is only "
            f"{size[0]}×{size[1]}, so nothing is left. {advice}",
        )
        self.layer = layer.name


def walk(network: NetworkSpec) -> tuple[LayerShape, ...]:
    """Return the figures of every layer of `network`, in order.

    Raises:
        TooSmallError: if a map would shrink below 1×1, naming the layer and what would help.
    """
    table: dict[str, LayerShape] = {}
    for layer in expand(network):
        table[layer.name] = _figures(layer, [table[name] for name in layer.inputs])
    return tuple(table.values())


def total_parameters(table: tuple[LayerShape, ...]) -> int:
    """Return the parameters of all layers, the running averages of batch normalisation included."""
    return sum(row.parameters for row in table)


def total_multiply_adds(table: tuple[LayerShape, ...]) -> int:
    """Return the multiply-adds for one picture."""
    return sum(row.multiply_adds for row in table)


def _figures(layer: Layer, inputs: list[LayerShape]) -> LayerShape:
    shape = _shape(layer, [row.shape for row in inputs])
    parameters, formula = _parameters(layer, inputs[0].shape if inputs else ())
    field, step = _receptive_field(layer, inputs)
    return LayerShape(
        layer,
        shape,
        parameters,
        formula,
        _multiply_adds(layer, inputs[0].shape if inputs else (), shape),
        field,
        step,
        FLOAT_BYTES * math.prod(shape),
    )


def _shape(layer: Layer, inputs: list[tuple[int, ...]]) -> tuple[int, ...]:
    match layer:
        case Conv():
            return (*_window_sizes(layer, inputs[0], layer.kernel_size, layer.stride), layer.filters)
        case Pool():
            return (*_window_sizes(layer, inputs[0], layer.window, layer.stride), inputs[0][2])
        case Flatten():
            return (math.prod(inputs[0]),)
        case GlobalAverage():
            return (inputs[0][2],)
        case FullyConnected():
            return (layer.units,)
    return inputs[0] if inputs else PICTURE_SHAPE


def _window_sizes(layer: Conv | Pool, shape: tuple[int, ...], window: int, stride: int) -> tuple[int, int]:
    if isinstance(layer, Conv) and layer.padding == "same":
        return (-(-shape[0] // stride), -(-shape[1] // stride))
    sizes = [(size - window) // stride + 1 for size in shape[:2]]
    if min(sizes) < 1:
        raise TooSmallError(layer, shape, window, _advice(layer))
    return (sizes[0], sizes[1])


def _advice(layer: Conv | Pool) -> str:
    if isinstance(layer, Pool):
        return "Take the pooling out of this block or of one before it, or remove a block."
    return "Set its padding to same, make its kernel smaller, or pool less before it."


def _parameters(layer: Layer, shape: tuple[int, ...]) -> tuple[int, str]:
    match layer:
        case Conv():
            size, channels = layer.kernel_size, shape[2]
            count = size * size * channels * layer.filters + layer.filters
            return count, f"{size}×{size}×{channels}×{layer.filters} + {layer.filters} = {count:,}"
        case FullyConnected():
            count = shape[0] * layer.units + layer.units
            return count, f"{shape[0]:,}×{layer.units:,} + {layer.units:,} = {count:,}"
        case BatchNorm():
            return 4 * shape[-1], f"4×{shape[-1]} = {4 * shape[-1]:,} (gamma and beta are trained)"
    return 0, ""


def _multiply_adds(layer: Layer, before: tuple[int, ...], after: tuple[int, ...]) -> int:
    match layer:
        case Conv():
            return math.prod(after) * layer.kernel_size**2 * before[2]
        case FullyConnected():
            return before[0] * layer.units
    return 0


def _receptive_field(layer: Layer, inputs: list[LayerShape]) -> tuple[int, int]:
    """Return side and step; each window adds `(window - 1) × step` (Araujo et al. 2019, Distill)."""
    if not inputs:
        return 1, 1
    side, step = inputs[0].receptive_field, inputs[0].step
    match layer:
        case Conv():
            return side + (layer.kernel_size - 1) * step, step * layer.stride
        case Pool():
            return side + (layer.window - 1) * step, step * layer.stride
        case Flatten() | Activation() | BatchNorm():
            return side, step
        case Add():
            return max(row.receptive_field for row in inputs), step
        case GlobalAverage():
            return side + (max(inputs[0].shape[:2]) - 1) * step, step
        case FullyConnected():
            return PICTURE_SHAPE[0], step
    return side, step
