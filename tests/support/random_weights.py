"""Random weights and pictures for networks of any spec."""

import numpy as np

from cnn.network.forward import weight_shapes
from cnn.network.spec import NetworkSpec


def random_weights(network: NetworkSpec, seed: int = 0) -> dict[str, np.ndarray]:
    """Return weights that are random in every array, the running averages of batch norm included."""
    draw = np.random.default_rng(seed)
    weights = {}
    for name, shape in weight_shapes(network).items():
        match name.split("/")[1]:
            case "kernel":
                array = draw.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape)
            case "moving_variance":
                array = draw.uniform(0.3, 2.0, shape)
            case _:
                array = draw.normal(0.1, 0.5, shape)
        weights[name] = array.astype(np.float32)
    return weights


def random_pictures(count: int = 3) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (count, 32, 32, 3)).astype(np.uint8)
