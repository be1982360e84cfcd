"""A cache of trained Keras models and of the submodels that queries use."""

import functools
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn.core.errors import RunError
from cnn.core.scaling import to_input
from cnn.network.forward import Weights
from cnn.network.spec import NetworkSpec
from cnn.runs.snapshots import read_weights
from cnn.runs.store import read_run
from cnn.training.keras_model import build_network, set_weights

KEPT_NETWORKS = 3


class Loaded:
    """A Keras model in float32 with weights, and cached submodels, graphs and arrays."""

    def __init__(self, network: NetworkSpec) -> None:
        self.network = network
        self.model = build_network(network)
        self._parts: dict[tuple[str, ...], keras.Model] = {}
        self._functions: dict[Hashable, Callable[..., Any]] = {}
        self._table: tuple[Hashable, Any] = (None, None)

    def part(self, *layers: str) -> keras.Model:
        """Return a model with the outputs of these layers, one tensor or a list of them.

        Raises:
            RunError: if the network has no such layer.
        """
        known = {layer.name for layer in self.model.layers}
        if unknown := [name for name in layers if name not in known]:
            raise RunError(f"The network has no layer {unknown[0][:40]!r}; choose one of its own.")
        if layers not in self._parts:
            outputs = [self.model.get_layer(name).output for name in layers]
            self._parts[layers] = keras.Model(self.model.input, outputs[0] if len(outputs) == 1 else outputs)
        return self._parts[layers]

    def function(self, key: Hashable, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """Return the function that `make` gives as a TensorFlow graph, traced once per `key`.

        Gradients must be computed in a graph: only there is the unneeded gradient with respect to the kernels
        pruned. Computing it for one picture and a 1×1 kernel with stride 2 has been seen to write outside its
        own memory (oneDNN, batch of 1).
        """
        if key not in self._functions:
            self._functions[key] = tf.function(make())
        return self._functions[key]

    def table(self, key: Hashable, make: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return a large array from `make`, cached until another key is requested."""
        if self._table[0] != key:
            self._table = (key, make())
        return np.asarray(self._table[1])


@functools.lru_cache(maxsize=KEPT_NETWORKS)
def _built(network: NetworkSpec) -> Loaded:
    return Loaded(network)


def with_weights(network: NetworkSpec, weights: Weights) -> Loaded:
    """Return the Keras model of `network` with these weights; valid until the next call for the same network."""
    loaded = _built(network)
    set_weights(loaded.model, dict(weights))
    return loaded


def of_snapshot(run_folder: str, snapshot_path: str) -> Loaded:
    """Return a run's Keras model with the weights of one of its snapshots.

    Raises:
        RunError: if the run or the snapshot cannot be read.
    """
    network = read_run(Path(run_folder)).setup.network
    return with_weights(network, read_weights(Path(snapshot_path), network))


def run_batches(
    model: keras.Model, pixels: NDArray[np.uint8], batch_size: int
) -> Iterator[tuple[slice, tf.Tensor]]:
    """Yield the slice of each batch of pictures (n, 32, 32, 3), uint8, and the model's output for it."""
    for start in range(0, len(pixels), batch_size):
        part = slice(start, min(start + batch_size, len(pixels)))
        yield part, model(tf.constant(to_input(pixels[part])), training=False)
