"""A picture's way through a network in NumPy: every layer's output.

Weights are a dict from `layer/variable` to float32 arrays, as snapshots hold them: `conv1/kernel`
(size, size, channels, filters), `conv1/bias`, `norm1/gamma`, `norm1/beta`, `norm1/moving_mean`,
`norm1/moving_variance`, `scores/kernel` (values, units), `scores/bias`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import RunError
from cnn.core.scaling import to_input
from cnn.network import layers, ops
from cnn.network.spec import NetworkSpec
from cnn.network.summary import walk

Weights = Mapping[str, NDArray[np.float32]]


def weight_shapes(network: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every weight array that `network` needs."""
    table = {row.layer.name: row for row in walk(network)}
    found: dict[str, tuple[int, ...]] = {}
    for name, row in table.items():
        before = table[row.layer.inputs[0]].shape if row.layer.inputs else ()
        match row.layer:
            case layers.Conv(filters=filters, kernel_size=size):
                found |= {f"{name}/kernel": (size, size, before[2], filters), f"{name}/bias": (filters,)}
            case layers.FullyConnected(units=units):
                found |= {f"{name}/kernel": (before[0], units), f"{name}/bias": (units,)}
            case layers.BatchNorm():
                parts = ("gamma", "beta", "moving_mean", "moving_variance")
                found |= {f"{name}/{part}": (before[-1],) for part in parts}
    return found


def check_weights(network: NetworkSpec, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Compare the names and shapes of weights with what `network` needs.

    Raises:
        RunError: naming the first array that is missing, extra or of another shape.
    """
    needed = weight_shapes(network)
    for name, shape in needed.items():
        if name not in shapes:
            raise RunError(f"The weights lack {name}; they belong to another network.")
        if tuple(shapes[name]) != shape:
            raise RunError(f"{name} has the shape {tuple(shapes[name])}, the network needs {shape}.")
    if extra := sorted(set(shapes) - set(needed)):
        raise RunError(f"The weights hold {extra[0]!r}, which the network does not have.")


def forward(network: NetworkSpec, weights: Weights, pixels: NDArray[np.uint8]) -> dict[str, ops.Array]:
    """Return every layer's output for one picture or a batch, by layer name, in order.

    Args:
        network: the spec.
        weights: its weights (see the module).
        pixels: (..., 32, 32, 3), uint8.

    Returns:
        layer name → float32 (..., height, width, channels) or (..., values); "softmax" is last.
    """
    outputs: dict[str, ops.Array] = {}
    for layer in layers.expand(network):
        inputs = [outputs[name] for name in layer.inputs]
        outputs[layer.name] = run_layer(layer, weights, inputs) if inputs else to_input(pixels)
    return outputs


def run_layer(layer: layers.Layer, weights: Weights, inputs: list[ops.Array]) -> ops.Array:
    """Return one layer's output from its inputs."""
    x, name = inputs[0], layer.name
    match layer:
        case layers.Conv():
            return ops.conv2d(
                x, weights[f"{name}/kernel"], weights[f"{name}/bias"], layer.stride, layer.padding
            )
        case layers.BatchNorm():
            parts = ("gamma", "beta", "moving_mean", "moving_variance")
            return ops.batch_norm(x, *(weights[f"{name}/{part}"] for part in parts))
        case layers.Activation():
            return ops.ACTIVATION_FUNCTIONS[layer.function](x)
        case layers.Add():
            return x + inputs[1]
        case layers.Pool():
            pool = ops.max_pool if layer.kind == "max" else ops.average_pool
            return pool(x, layer.window, layer.stride)
        case layers.Flatten():
            return ops.flatten(x)
        case layers.GlobalAverage():
            return ops.global_average(x)
        case layers.FullyConnected():
            return ops.dense(x, weights[f"{name}/kernel"], weights[f"{name}/bias"])
        case layers.Softmax():
            return ops.softmax(x)
    return x  # dropout does nothing once training is over
