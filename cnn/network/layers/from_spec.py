"""The flat list of layers that a network spec describes.

Shapes, the NumPy forward pass and the Keras model all use this one list, so they cannot disagree about
a spec. Names follow the VGG papers: `conv2_1` is the first convolution of the second block; a block
with a single convolution has `conv2`. ReLU and softmax are layers of their own.

>>> [layer.name for layer in expand(NetworkSpec())]
['input', 'conv1', 'relu1', 'pool1', 'flatten', 'scores', 'softmax']
"""

from dataclasses import dataclass, field

from cnn.network.layers.activation import Activation, Dropout, SpatialDropout
from cnn.network.layers.base import Layer
from cnn.network.layers.conv import Conv, DepthwiseConv
from cnn.network.layers.dense import Flatten, FullyConnected, GlobalAverage, Input, Softmax
from cnn.network.layers.merge import Add, Gate
from cnn.network.layers.norm import BatchNorm, GroupNorm
from cnn.network.layers.pool import Pool
from cnn.network.spec import CLASS_COUNT, PICTURE_SHAPE, Block, Convolution, NetworkSpec


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
        _add_convolution(chain, convolution, suffix)
        _add_norm(chain, block, f"norm{suffix}")
        if block.residual and position == len(block.convolutions):
            _add_gate(chain, block, number)
            _add_shortcut(chain, block, number, channels, start)
        chain.activate(block.activation, suffix)
    if not block.residual:
        _add_gate(chain, block, number)
    if block.pooling != "none":
        chain.add(Pool, f"pool{number}", rule=block.pooling, size=block.pool_window, stride=block.pool_stride)
    if block.dropout:
        kind = SpatialDropout if block.dropout_kind == "maps" else Dropout
        chain.add(kind, f"dropout{number}", rate=block.dropout)


def _add_convolution(chain: _Chain, convolution: Convolution, suffix: str) -> None:
    size, stride = convolution.kernel_size, convolution.stride
    if convolution.kind == "separable":
        padding = convolution.padding
        chain.add(DepthwiseConv, f"depthwise{suffix}", kernel_size=size, stride=stride, padding=padding)
        size, stride = 1, 1
    chain.add(
        Conv,
        f"conv{suffix}",
        filters=convolution.filters,
        kernel_size=size,
        stride=stride,
        padding=convolution.padding,
    )


def _add_norm(chain: _Chain, block: Block, name: str) -> None:
    if block.batch_norm:
        chain.add(BatchNorm, name)
    if block.group_norm:
        chain.add(GroupNorm, name, groups=block.group_norm)


def _add_gate(chain: _Chain, block: Block, number: int) -> None:
    """Add squeeze and excitation: the mean of each map, two dense layers, and one factor per map."""
    if not block.squeeze:
        return
    (maps,), filters = chain.last, block.convolutions[-1].filters
    chain.add(GlobalAverage, f"squeeze{number}")
    chain.add(FullyConnected, f"reduce{number}", units=max(filters // block.squeeze, 1))
    chain.activate("relu", f"_reduce{number}")
    chain.add(FullyConnected, f"excite{number}", units=filters)
    chain.activate("sigmoid", f"_excite{number}")
    chain.add(Gate, f"gate{number}", (maps, chain.last[0]))


def _add_shortcut(chain: _Chain, block: Block, number: int, channels: int, start: tuple[str]) -> None:
    """Add the block's input to the output of its convolutions; with `same` padding the strides multiply."""
    stride, filters = 1, block.convolutions[-1].filters
    for convolution in block.convolutions:
        stride *= convolution.stride
    body, shortcut = chain.last, start
    if stride != 1 or filters != channels:
        options = {"filters": filters, "kernel_size": 1, "stride": stride, "padding": "same"}
        chain.add(Conv, f"shortcut{number}", start, **options)
        _add_norm(chain, block, f"shortcut_norm{number}")
        shortcut = chain.last
    chain.add(Add, f"add{number}", (body[0], shortcut[0]))
