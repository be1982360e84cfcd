"""One cell's way through its layer and the ones after it, step by step, with the arithmetic in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnn.core.scaling import HALF_RANGE
from cnn.interpret.cell import (
    Cell,
    NormSum,
    PoolWindow,
    activate,
    chain_after,
    conv_sum,
    dense_sum,
    norm_sum,
    pool_cells,
    pool_window,
)
from cnn.network import layers, ops
from cnn.network.forward import Weights
from cnn.network.layers import BATCH_NORM_EPSILON, ELU_ALPHA, LEAKY_SLOPE

FORMULAS = {
    "relu": "max(0, {x})",
    "leaky_relu": "{x}, × " + f"{LEAKY_SLOPE:g} where below 0",
    "elu": "{x}, or " + ("" if ELU_ALPHA == 1 else f"{ELU_ALPHA:g} × ") + "e^x − 1 where below 0",
    "gelu": "{x} × Φ(x), Φ in its tanh form",
    "tanh": "tanh({x})",
    "sigmoid": "1 / (1 + e^−x) at {x}",
}


@dataclass(frozen=True)
class Step:
    """What one layer makes of the cell: `text` is the arithmetic, `result` its value."""

    layer: str
    text: str
    result: float


@dataclass(frozen=True)
class Look:
    """A network at work on one picture: its layers, its weights, every layer's output."""

    network: Sequence[layers.Layer]
    weights: Weights
    outputs: Mapping[str, ops.Array]

    def layer(self, name: str) -> layers.Layer:
        """Return a layer by its name."""
        return next(layer for layer in self.network if layer.name == name)

    def source(self, layer: layers.Layer) -> ops.Array:
        """Return what a layer reads first."""
        return self.outputs[layer.inputs[0]]


def steps(look: Look, name: str, channel: int, cell: Cell | None) -> tuple[Step, ...]:
    """Return how the layer `name` makes one value, and what the layers after it make of that value.

    Args:
        look: the network at work.
        name: of the layer.
        channel: the map, or the neuron where the layer's output is a vector.
        cell: in that map; None where the output is a vector.

    A step whose layer does not take the cell in has the result nan.
    """
    layer = look.layer(name)
    found = [_first(look, layer, channel, cell)]
    for after in chain_after(look.network, name):
        found.append(_next(look, after, channel, cell, found[-1]))
    return tuple(found)


def written(number: float) -> str:
    """Return a number with four decimals and a proper minus.

    >>> written(-0.12345), written(-0.00001)
    ('−0.1235', '0.0000')
    """
    return f"{number + 0.0:.4f}".replace("-0.0000", "0.0000").replace("-", "−")


def in_brackets(number: float) -> str:
    """Return a number, in brackets where it is below zero, as a later term of a sum."""
    text = written(number)
    return f"({text})" if text.startswith("−") else text


def norm_text(part: NormSum) -> str:
    """Return the arithmetic of batch normalisation with its numbers."""
    return (
        f"({written(part.value)} − {in_brackets(part.mean)}) / √({written(part.variance)} + "
        f"{BATCH_NORM_EPSILON:g}) × {in_brackets(part.gamma)} + {in_brackets(part.beta)}"
    )


def _first(look: Look, layer: layers.Layer, channel: int, cell: Cell | None) -> Step:
    match layer:
        case layers.Input():
            value = float(look.outputs[layer.name][(*_at(cell), channel)])
            pixel = round((value + 1) * HALF_RANGE)
            return Step(layer.name, f"{pixel} / {HALF_RANGE:g} − 1", pixel / HALF_RANGE - 1)
        case layers.Conv():
            kernel = look.weights[f"{layer.name}/kernel"][..., channel]
            bias = float(look.weights[f"{layer.name}/bias"][channel])
            found = conv_sum(look.source(layer), kernel, bias, layer, _at(cell))
            return Step(layer.name, _sum_text(found.products, bias), found.total)
        case layers.Pool():
            window = pool_window(look.source(layer)[:, :, channel], layer, _at(cell))
            return Step(layer.name, _pool_text(window), window.total)
        case layers.FullyConnected():
            neuron = dense_sum(look.source(layer), look.weights, layer.name, channel)
            return Step(layer.name, _sum_text(neuron.products, neuron.bias), neuron.total)
        case layers.GlobalAverage():
            values = look.source(layer)[:, :, channel].astype(np.float64)
            text = f"the sum of the map {written(values.sum())} / {values.size}"
            return Step(layer.name, text, float(values.mean()))
        case layers.Flatten():
            return Step(layer.name, "taken as it is", float(look.source(layer).reshape(-1)[channel]))
        case layers.Softmax():
            powers = np.exp(look.source(layer).astype(np.float64))
            text = f"{written(float(powers[channel]))} / {written(float(powers.sum()))}"
            return Step(layer.name, text, float(powers[channel] / powers.sum()))
    return _cellwise(look, layer, channel, cell, _value(look.source(layer), channel, cell))


def _next(look: Look, layer: layers.Layer, channel: int, cell: Cell | None, before: Step) -> Step:
    if not isinstance(layer, layers.Pool):
        return _cellwise(look, layer, channel, cell, before.result, before.layer)
    cells = pool_cells(layer, look.outputs[layer.name].shape, _at(cell))
    if not cells:
        return Step(layer.name, "no window takes this cell in", float("nan"))
    window = pool_window(look.source(layer)[:, :, channel], layer, cells[0])
    return Step(layer.name, f"{_pool_text(window)}: {_share(window, _at(cell))}", window.total)


def _cellwise(
    look: Look, layer: layers.Layer, channel: int, cell: Cell | None, value: float, came: str = ""
) -> Step:
    match layer:
        case layers.BatchNorm():
            part = norm_sum(value, look.weights, layer.name, channel)
            return Step(layer.name, norm_text(part), part.total)
        case layers.Activation(function=function):
            text = FORMULAS[function].format(x=written(value))
            return Step(layer.name, text, activate(function, value))
        case layers.Add():
            other = next(name for name in layer.inputs if name != (came or layer.inputs[0]))
            added = _value(look.outputs[other], channel, cell)
            text = f"{written(value)} + {in_brackets(added)} of {other}"
            return Step(layer.name, text, value + added)
    return Step(layer.name, "passed on as it is: dropout is for training", value)


def _value(values: ops.Array, channel: int, cell: Cell | None) -> float:
    return float(values[channel] if values.ndim == 1 else values[(*_at(cell), channel)])


def _at(cell: Cell | None) -> Cell:
    return cell or (0, 0)


def _sum_text(products: np.ndarray, bias: float) -> str:
    return f"{products.size:,} products {written(float(products.sum()))} + bias {in_brackets(bias)}"


def _pool_text(window: PoolWindow) -> str:
    rule = "the largest" if window.kind == "max" else "the mean"
    return f"{rule} of {', '.join(written(value) for value in window.values.reshape(-1).tolist())}"


def _share(window: PoolWindow, cell: Cell) -> str:
    if window.kind != "max":
        return f"this cell is one of {window.values.size}"
    if window.winner is None:
        return "all are equal"
    if window.winner == cell:
        return "this cell wins"
    return f"row {window.winner[0]}, column {window.winner[1]} wins"
