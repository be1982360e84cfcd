"""One cell's way through its layer and the ones after it, step by step, with the arithmetic in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnn.interpret.cell import chain_after
from cnn.network.arithmetic import Arithmetic, Cell
from cnn.network.layers import Layer, Weights
from cnn.network.ops import Array


@dataclass(frozen=True)
class Step:
    """What one layer makes of the cell: `text` is the arithmetic, `result` its value."""

    layer: str
    text: str
    result: float


@dataclass(frozen=True)
class Look:
    """A network at work on one picture: its layers, its weights, every layer's output."""

    network: Sequence[Layer]
    weights: Weights
    outputs: Mapping[str, Array]

    def layer(self, name: str) -> Layer:
        """Return a layer by its name."""
        return next(layer for layer in self.network if layer.name == name)

    def source(self, layer: Layer) -> Array:
        """Return what a layer reads first."""
        return self.outputs[layer.inputs[0]]

    def sources(self, layer: Layer) -> list[Array]:
        """Return all that a layer reads; of the input, the picture itself."""
        return [self.outputs[name] for name in layer.inputs or (layer.name,)]

    def cell(self, name: str, channel: int, cell: Cell | None) -> Arithmetic:
        """Return how the layer `name` makes one of its values."""
        layer = self.layer(name)
        return layer.cell(self.sources(layer), self.weights, channel, cell)


def steps(look: Look, name: str, channel: int, cell: Cell | None) -> tuple[Step, ...]:
    """Return how the layer `name` makes one value, and what the layers after it make of that value.

    Args:
        look: the network at work.
        name: of the layer.
        channel: the map, or the neuron where the layer's output is a vector.
        cell: in that map; None where the output is a vector.

    A step whose layer does not take the cell in has the result nan.
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
