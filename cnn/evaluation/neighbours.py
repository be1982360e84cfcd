"""The training pictures most similar to a picture: nearest in the space of the network's last features."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnn.core.scaling import to_input
from cnn.data.subset import Pictures
from cnn.interpret.model_cache import Loaded, run_batches
from cnn.interpret.results import Neighbours
from cnn.network.layers import expand
from cnn.network.spec import NetworkSpec

BATCH_SIZE = 200
NEAREST = 5


def feature_layer(network: NetworkSpec) -> str:
    """Return the layer whose values the scores are computed from."""
    scores = next(layer for layer in expand(network) if layer.name == "scores")
    return scores.inputs[0]


def features(
    loaded: Loaded, pictures: Pictures, report: Callable[[float], None] = lambda share: None
) -> NDArray[np.float32]:
    """Return the features of pictures, each of length 1: (pictures, values), float32."""
    rows = []
    for part, values in run_batches(loaded.part(feature_layer(loaded.network)), pictures.pixels, BATCH_SIZE):
        rows.append(_unit(np.asarray(values)))
        report(part.stop / len(pictures.labels))
    return np.concatenate(rows)


def nearest(
    loaded: Loaded, pixels: NDArray[np.uint8], pictures: Pictures, table: NDArray[np.float32]
) -> Neighbours:
    """Return the five pictures whose features have the smallest angle to those of `pixels`.

    Args:
        loaded: the network.
        pixels: (32, 32, 3), uint8.
        pictures: the candidates.
        table: their features.
    """
    values = loaded.part(feature_layer(loaded.network))(to_input(pixels[None]), training=False)
    alike = table @ _unit(np.asarray(values))[0]
    found = np.argsort(-alike, kind="stable")[:NEAREST]
    return Neighbours(
        np.ascontiguousarray(pictures.pixels[found]), pictures.labels[found], alike[found], pictures.about
    )


def _unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    return (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)
