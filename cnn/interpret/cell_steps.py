"""The arithmetic of one cell, written out for its layer and the layers after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnn.interpret.cell import chain_after
from cnn.network.arithmetic import Arithmetic, Cell
from cnn.network.layers import Layer, Weights
from cnn.network.ops import Array


@dataclass(frozen=True)
class Step:
    """The computation of one layer for the cell: `text` is the arithmetic, `result` its value."""

    layer: str
    text: str
    result: float


@dataclass(frozen=True)
class ForwardPass:
    """A forward pass on one picture: the network's layers, its weights, every layer's output."""

    network: Sequence[Layer]
    weights: Weights
    outputs: Mapping[str, Array]

    def layer(self, name: str) -> Layer:
        """Return a layer by its name."""
        return next(layer for layer in self.network if layer.name == name)

    def source(self, layer: Layer) -> Array:
        """Return the first input of a layer."""
        return self.outputs[layer.inputs[0]]

    def sources(self, layer: Layer) -> list[Array]:
        """Return all inputs of a layer; for the input layer, the picture itself."""
        return [self.outputs[name] for name in layer.inputs or (layer.name,)]

    def cell(self, name: str, channel: int, cell: Cell | None) -> Arithmetic:
        """Return the arithmetic of one output value of the layer `name`."""
        layer = self.layer(name)
        return layer.cell(self.sources(layer), self.weights, channel, cell)


def steps(look: ForwardPass, name: str, channel: int, cell: Cell | None) -> tuple[Step, ...]:
    """Return how the layer `name` computes one value, and how the layers after it use that value.

    Args:
        look: the forward pass.
        name: the layer's name.
        channel: the map, or the neuron if the output is a vector.
        cell: (row, column) in that map; None if the output is a vector.

    The result of a step is nan if its layer does not use the cell.
    """
    first = look.cell(name, channel, cell)
    found = [Step(name, first.text, first.total)]
    for after in chain_after(look.network, name):
        before, shape = found[-1], look.outputs[after.name].shape
        part = after.follow(
            before.result, before.layer, look.sources(after), look.weights, channel, cell, shape
        )
        found.append(Step(after.name, part.text, part.total))
    return tuple(found)
