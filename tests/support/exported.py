"""Networks to export, as if they had been trained."""

import numpy as np

from cnn.exports.source import Source
from cnn.network.forward import weight_shapes
from cnn.network.spec import NetworkSpec, Setup, TrainSpec


def source_of(network: NetworkSpec, training: TrainSpec | None = None) -> Source:
    """Return a network with random weights, as if it had been trained on drawings."""
    rng = np.random.default_rng(0)
    weights = {
        name: (rng.normal(0, 0.3, shape) ** (2 if name.endswith("variance") else 1)).astype(np.float32)
        for name, shape in weight_shapes(network).items()
    }
    setup = Setup(network, training or TrainSpec(epochs=1, pictures=500))
    return Source("A name, of mine", "run", setup, "sketch10", "sketch10", "float32", 7, 1.0, weights)
