#!/usr/bin/env bash
# Keras 3.15.1 on JAX: adaptive pooling of 14×14 or 7×7 maps to 7×7, as in VGG, gives NaN in the last row and column.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6; } || exit 2
KERAS_BACKEND=jax "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys

import jax
import keras
import numpy as np

SIDES = ((7, 7), (12, 7), (8, 7), (14, 7), (5, 5), (12, 5), (9, 3))  # of the map before and after
WRONG = ((7, 7), (12, 7), (14, 7))


def lost(layer: type[keras.Layer], before: int, after: int) -> int:
    """Return how many values are not 1 after adaptive pooling of a map of ones."""
    pooled = layer(after)(np.ones((1, before, before, 1), np.float32))
    return int((np.abs(np.asarray(pooled) - 1) > 1e-5).sum() + np.isnan(pooled).sum())


layers = {"mean": keras.layers.AdaptiveAveragePooling2D, "largest": keras.layers.AdaptiveMaxPooling2D}
seen = {
    name: {f"{before} to {after}": lost(layer, before, after) for before, after in SIDES}
    for name, layer in layers.items()
}
print("version: Keras", keras.__version__, "JAX", jax.__version__)
print("guess:   mean and largest value of ones are 1, whatever the sides of the maps")
print("seen:    how many values are something else, namely NaN:", seen)
print("here:    cnn/training/keras_model.py builds pooling by fixed windows and over the whole map, no adaptive one")
wrong = {f"{before} to {after}" for before, after in WRONG}
sys.exit(0 if all(count == (13 if key in wrong else 0) for counts in seen.values() for key, count in counts.items()) else 1)
PYTHON
