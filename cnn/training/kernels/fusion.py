"""The layers of a network in an order that trains faster and computes the same.

A maximum may be taken before a function that never falls, and before a bias is added: the largest sum stays
the largest. Bias, activation and their gradients then see a quarter of the cells, or fewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn.network.layers import Layer, Shape
from cnn.network.layers.conv import Conv
from cnn.network.layers.pool import Pool


@dataclass(frozen=True)
class PooledConv(Conv):
    """A convolution, of whose sums the largest of each window are taken before the bias is added."""

    pool_size: int
    pool_stride: int

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return rows and columns of the pooling windows, and a map a filter."""
        maps = super().output_shape(shapes)
        return Pool(self.name, (), "max", self.pool_size, self.pool_stride).output_shape([maps])


def faster_order(layers: Sequence[Layer]) -> list[Layer]:
    """Return `layers`, as `expand` gives them, with maximum pooling before the bias and the activation.

    Pooling that follows a convolution directly then becomes part of it. Names stay; those of the layers that
    moved mean other values than in `layers`.

    >>> from cnn.network.layers import expand
    >>> from cnn.network.spec import NetworkSpec
    >>> [layer.name for layer in faster_order(expand(NetworkSpec()))]
    ['input', 'conv1', 'relu1', 'flatten', 'scores', 'softmax']
    """
    ordered: list[Layer] = []
    instead: dict[str, str] = {}  # what is read in place of a pooling layer
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
    """Return `pool` reading the last of `before`; a plain convolution there is taken and becomes part of it."""
    if type(before[-1]) is not Conv or not isinstance(pool, Pool):
        return replace(pool, inputs=(before[-1].name,))
    return PooledConv(**vars(before.pop()), pool_size=pool.size, pool_stride=pool.stride)
