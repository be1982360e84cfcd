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
from cnn.network.layers import Weights as Weights
from cnn.network.layers import expand
from cnn.network.ops import Array
from cnn.network.spec import NetworkSpec
from cnn.network.summary import walk


def weight_shapes(network: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every weight array that `network` needs."""
    shapes: dict[str, tuple[int, ...]] = {}
    found: dict[str, tuple[int, ...]] = {}
    for row in walk(network):
        own = row.layer.weight_shapes([shapes[name] for name in row.layer.inputs])
        found |= {f"{row.layer.name}/{variable}": shape for variable, shape in own.items()}
        shapes[row.layer.name] = row.shape
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


def forward(network: NetworkSpec, weights: Weights, pixels: NDArray[np.uint8]) -> dict[str, Array]:
    """Return every layer's output for one picture or a batch, by layer name, in order.

    Args:
        network: the spec.
        weights: its weights (see the module).
        pixels: (..., 32, 32, 3), uint8.

    Returns:
        layer name → float32 (..., height, width, channels) or (..., values); "softmax" is last.
    """
    outputs: dict[str, Array] = {}
    for layer in expand(network):
        inputs = [outputs[name] for name in layer.inputs] or [to_input(pixels)]
        outputs[layer.name] = layer.forward(inputs, weights)
    return outputs
