"""A network spec, written out as the flat list of its layers.

Shapes, the NumPy forward pass and the Keras model all walk this one list, so they cannot disagree on what
a spec means. Names follow the VGG papers: `conv2_1` is the first convolution of the second block; a block
with a single convolution has `conv2`. ReLU and softmax are layers of their own.

>>> [layer.name for layer in expand(NetworkSpec())]
['input', 'conv1', 'relu1', 'pool1', 'flatten', 'scores', 'softmax']
"""

from dataclasses import dataclass, field

from cnn.network.layers.activation import Activation, Dropout
from cnn.network.layers.base import Layer
from cnn.network.layers.conv import Conv
from cnn.network.layers.dense import Flatten, FullyConnected, GlobalAverage, Input, Softmax
from cnn.network.layers.merge import Add
from cnn.network.layers.norm import BatchNorm
from cnn.network.layers.pool import Pool
from cnn.network.spec import CLASS_COUNT, PICTURE_SHAPE, Block, NetworkSpec


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
        chain.add(Pool, f"pool{number}", rule=block.pooling, size=block.pool_window, stride=block.pool_stride)
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
