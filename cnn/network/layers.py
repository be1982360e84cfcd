"""A network spec, written out as the flat list of its layers.

Shapes, the NumPy forward pass and the Keras model all walk this one list, so they cannot disagree on what
a spec means. Names follow the VGG papers: `conv2_1` is the first convolution of the second block; a block
with a single convolution has `conv2`. ReLU and softmax are layers of their own.

>>> [layer.name for layer in expand(NetworkSpec())]
['input', 'conv1', 'relu1', 'pool1', 'flatten', 'scores', 'softmax']
"""

from dataclasses import dataclass, field
from typing import ClassVar

from cnn.network.spec import ACTIVATIONS, CLASS_COUNT, PICTURE_SHAPE, Block, NetworkSpec

LEAKY_SLOPE = 0.1
ELU_ALPHA = 1.0
BATCH_NORM_EPSILON = 1e-3


@dataclass(frozen=True)
class Layer:
    """One layer: its unique name and the names of the layers it reads. `tag` is its kind on every page."""

    name: str
    inputs: tuple[str, ...]
    tag: ClassVar[str] = ""
    title: ClassVar[str] = ""


@dataclass(frozen=True)
class Input(Layer):
    """The picture, scaled."""

    tag: ClassVar[str] = "input"
    title: ClassVar[str] = "Input"


@dataclass(frozen=True)
class Conv(Layer):
    """`filters` kernels of `kernel_size` × `kernel_size` × input channels, and a bias each."""

    filters: int
    kernel_size: int
    stride: int
    padding: str
    tag: ClassVar[str] = "conv"
    title: ClassVar[str] = "Convolution"


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Each channel less its mean, over its standard deviation, times gamma, plus beta."""

    tag: ClassVar[str] = "norm"
    title: ClassVar[str] = "Batch normalisation"


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to every cell by itself."""

    function: str
    tag: ClassVar[str] = "relu"
    title: ClassVar[str] = "Activation"


@dataclass(frozen=True)
class Add(Layer):
    """The sum of two layers of one shape: a residual connection."""

    tag: ClassVar[str] = "add"
    title: ClassVar[str] = "Residual sum"


@dataclass(frozen=True)
class Pool(Layer):
    """The maximum or the average of each `window` × `window` cells, moved by `stride`; no padding."""

    kind: str
    window: int
    stride: int
    tag: ClassVar[str] = "pool"
    title: ClassVar[str] = "Pooling"


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share `rate` of the values to zero while training; does nothing afterwards."""

    rate: float
    tag: ClassVar[str] = "drop"
    title: ClassVar[str] = "Dropout"


@dataclass(frozen=True)
class Flatten(Layer):
    """The maps unrolled into one vector, row by row, channels last."""

    tag: ClassVar[str] = "flat"
    title: ClassVar[str] = "Flatten"


@dataclass(frozen=True)
class GlobalAverage(Layer):
    """The average of each map."""

    tag: ClassVar[str] = "flat"
    title: ClassVar[str] = "Global average pooling"


@dataclass(frozen=True)
class FullyConnected(Layer):
    """`units` weighted sums of all values, and a bias each."""

    units: int
    tag: ClassVar[str] = "dense"
    title: ClassVar[str] = "Fully connected"


@dataclass(frozen=True)
class Softmax(Layer):
    """Scores to probabilities that sum to 1."""

    tag: ClassVar[str] = "softmax"
    title: ClassVar[str] = "Softmax"


@dataclass
class _Chain:
    """The list under construction; each layer reads the one before unless told otherwise."""

    layers: list[Layer] = field(default_factory=lambda: [Input("input", ())])

    @property
    def last(self) -> tuple[str]:
        return (self.layers[-1].name,)

    def add(self, layer: type[Layer], name: str, inputs: tuple[str, ...] = (), /, **options: object) -> None:
        self.layers.append(layer(name, inputs or self.last, **options))

    def activate(self, function: str, number: str) -> None:
        if function != "none":
            self.add(Activation, f"{function}{number}", function=function)


def expand(network: NetworkSpec) -> tuple[Layer, ...]:
    """Return the layers of `network` in order, the input first, softmax last."""
    chain = _Chain()
    channels = PICTURE_SHAPE[-1]
    for number, block in enumerate(network.blocks, start=1):
        _add_block(chain, block, number, channels)
        channels = block.convolutions[-1].filters
    chain.add(Flatten if network.head == "flatten" else GlobalAverage, network.head)
    for number, dense in enumerate(network.dense, start=1):
        chain.add(FullyConnected, f"dense{number}", units=dense.units)
        chain.activate(dense.activation, f"_dense{number}")
        if dense.dropout:
            chain.add(Dropout, f"dropout_dense{number}", rate=dense.dropout)
    chain.add(FullyConnected, "scores", units=CLASS_COUNT)
    chain.add(Softmax, "softmax")
    return tuple(chain.layers)


def _add_block(chain: _Chain, block: Block, number: int, channels: int) -> None:
    start = chain.last
    for position, convolution in enumerate(block.convolutions, start=1):
        suffix = f"{number}" if len(block.convolutions) == 1 else f"{number}_{position}"
        chain.add(
            Conv,
            f"conv{suffix}",
            filters=convolution.filters,
            kernel_size=convolution.kernel_size,
            stride=convolution.stride,
            padding=convolution.padding,
        )
        if block.batch_norm:
            chain.add(BatchNorm, f"norm{suffix}")
        if block.residual and position == len(block.convolutions):
            _add_shortcut(chain, block, number, channels, start)
        chain.activate(block.activation, suffix)
    if block.pooling != "none":
        chain.add(
            Pool, f"pool{number}", kind=block.pooling, window=block.pool_window, stride=block.pool_stride
        )
    if block.dropout:
        chain.add(Dropout, f"dropout{number}", rate=block.dropout)


def _add_shortcut(chain: _Chain, block: Block, number: int, channels: int, start: tuple[str]) -> None:
    """Add the block's input to what its convolutions gave; with `same` padding the strides multiply."""
    stride, filters = 1, block.convolutions[-1].filters
    for convolution in block.convolutions:
        stride *= convolution.stride
    body, shortcut = chain.last, start
    if stride != 1 or filters != channels:
        options = {"filters": filters, "kernel_size": 1, "stride": stride, "padding": "same"}
        chain.add(Conv, f"shortcut{number}", start, **options)
        if block.batch_norm:
            chain.add(BatchNorm, f"shortcut_norm{number}")
        shortcut = chain.last
    chain.add(Add, f"add{number}", (body[0], shortcut[0]))


def describe(layer: Layer) -> str:
    """Return one short phrase: what kind of layer and its settings.

    >>> describe(Conv("conv1", ("input",), 12, 3, 1, "same"))
    '12 filters of 3×3, same'
    """
    match layer:
        case Conv():
            stride = f", stride {layer.stride}" if layer.stride > 1 else ""
            noun = "filter" if layer.filters == 1 else "filters"
            return (
                f"{layer.filters} {noun} of {layer.kernel_size}×{layer.kernel_size}{stride}, {layer.padding}"
            )
        case Activation():
            return ACTIVATIONS[layer.function]
        case Pool():
            return f"{layer.kind} {layer.window}×{layer.window}, stride {layer.stride}"
        case Dropout():
            return f"{layer.rate:.0%} while training"
        case FullyConnected():
            return f"{layer.units} neuron{'' if layer.units == 1 else 's'}"
    return layer.title
