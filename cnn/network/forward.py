"""The forward pass of a network in NumPy: every layer's output.

Weights are a dict from `layer/variable` to float32 arrays, as in snapshots: `conv1/kernel`
(size, size, channels, filters), `conv1/bias`, `norm1/gamma`, `norm1/beta`, `norm1/moving_mean`,
`norm1/moving_variance`, `scores/kernel` (values, units), `scores/bias`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnn.core.errors import OverflowsError, RunError
from cnn.core.scaling import to_input
from cnn.network.layers import Weights as Weights
from cnn.network.layers import expand
from cnn.network.ops import Array
from cnn.network.spec import PICTURE_SHAPE, NetworkSpec
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
    """Check that the weights have the names and shapes that `network` needs.

    Raises:
        RunError: naming the first array that is missing, superfluous or of another shape.
    """
    needed = weight_shapes(network)
    for name, shape in needed.items():
        if name not in shapes:
            raise RunError(f"The weights lack {name}; they belong to another network.")
        if tuple(shapes[name]) != shape:
            raise RunError(f"{name} has the shape {tuple(shapes[name])}, the network needs {shape}.")
    if extra := sorted(set(shapes) - set(needed)):
        raise RunError(f"The weights hold {extra[0]!r}, which the network does not have.")


def forward(
    network: NetworkSpec, weights: Weights, pixels: NDArray[np.uint8], check: bool = True
) -> dict[str, Array]:
    """Return every layer's output for one picture or a batch, by layer name, in order.

    Args:
        network: the spec.
        weights: its weights (see the module).
        pixels: (..., 32, 32, 3), uint8.
        check: whether an output that is not finite raises an error.

    Returns:
        layer name → float32 (..., height, width, channels) or (..., values); "softmax" is last.

    Raises:
        OverflowsError: naming the first layer with a number that is not finite.
    """
    outputs: dict[str, Array] = {}
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in expand(network):
            inputs = [outputs[name] for name in layer.inputs] or [to_input(pixels)]
            found = layer.forward(inputs, weights)
            if check and not np.isfinite(found).all():
                raise OverflowsError(layer.name)
            outputs[layer.name] = found
    return outputs


def check_pass(network: NetworkSpec, weights: Weights, where: str = "") -> None:
    """Check that a black, a white and a noisy picture pass through a network without overflow, and the weights.

    A variance that is infinite passes: all that is divided by it is 0.

    Raises:
        OverflowsError: naming the first layer that overflows; `where` follows "The network overflows".
    """
    noise = np.random.default_rng(0).integers(0, 256, (1, *PICTURE_SHAPE), dtype=np.uint8)
    probe = np.concatenate([np.zeros_like(noise), np.full_like(noise, 255), noise])
    try:
        forward(network, weights, probe)
    except OverflowsError as error:
        raise OverflowsError(error.layer, where) from None
    for name in weight_shapes(network):
        if not np.isfinite(weights[name]).all():
            raise OverflowsError(name.partition("/")[0], where)
