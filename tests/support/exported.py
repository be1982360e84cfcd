"""Networks to export, as if they had been trained."""

from cnn.exports.source import Source
from cnn.network.spec import NetworkSpec, Setup, TrainSpec
from support.random_weights import random_weights


def source_of(network: NetworkSpec, training: TrainSpec | None = None) -> Source:
    """Return a network with random weights, as if it had been trained on drawings."""
    setup = Setup(network, training or TrainSpec(epochs=1, pictures=500))
    weights = random_weights(network)
    return Source("A name, of mine", "run", setup, "sketch10", "sketch10", "float32", 7, 1.0, weights)
