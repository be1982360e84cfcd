"""Reorders the layers of a network so that it trains faster and computes the same.

Max pooling commutes with a bias and with a non-decreasing activation. Pooling first leaves a quarter of the
cells, or fewer, for bias, activation and their gradients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn.network.layers import Layer, Shape
from cnn.network.layers.conv import Conv
from cnn.network.layers.pool import Pool


@dataclass(frozen=True)
class PooledConv(Conv):
    """A convolution with max pooling before its bias."""

    pool_size: int
    pool_stride: int

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return (rows, columns, filters) after pooling."""
        maps = super().output_shape(shapes)
        return Pool(self.name, (), "max", self.pool_size, self.pool_stride).output_shape([maps])


def faster_order(layers: Sequence[Layer]) -> list[Layer]:
    """Return `layers`, from `expand`, with max pooling moved before bias and activation.

    Pooling directly after a convolution becomes part of it. Layers keep their names, but the outputs of those
    that moved differ from those in `layers`.

    >>> from cnn.network.layers import expand
    >>> from cnn.network.spec import NetworkSpec
    >>> [layer.name for layer in faster_order(expand(NetworkSpec()))]
    ['input', 'conv1', 'relu1', 'flatten', 'scores', 'softmax']
    """
    ordered: list[Layer] = []
    instead: dict[str, str] = {}  # pooling layer → the layer to read in its place
    for original in layers:
        layer = replace(original, inputs=tuple(instead.get(name, name) for name in original.inputs))
        if not layer.takes_largest:
            ordered.append(layer)
            continue
        activation = ordered.pop() if ordered[-1].never_falls else None
        ordered.append(_pooled(ordered, layer))
        if activation:
            ordered.append(replace(activation, inputs=(ordered[-1].name,)))
        instead[layer.name] = ordered[-1].name
    return ordered


def _pooled(before: list[Layer], pool: Layer) -> Layer:
    """Return `pool` reading the last of `before`; a plain convolution there is removed and fused with it."""
    if type(before[-1]) is not Conv or not isinstance(pool, Pool):
        return replace(pool, inputs=(before[-1].name,))
    return PooledConv(**vars(before.pop()), pool_size=pool.size, pool_stride=pool.stride)
