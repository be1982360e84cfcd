#!/usr/bin/env bash
# Keras 3.15.1: RandomPosterization(factor=8) keeps 1 to 7 bits, drawn for each picture, and never 8; as a pair (8, 8), it keeps 8.
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

values = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)
pictures = np.broadcast_to(values, (2000, 16, 16, 1))


def bits(factor: int | tuple[int, int]) -> dict[int, int]:
    """Return how many of the 2,000 pictures, which have all 256 values, keep how many bits."""
    layer = keras.layers.RandomPosterization(factor=factor, seed=0)
    levels = [len(np.unique(picture)) for picture in np.asarray(layer(pictures, training=True))]
    kept, counts = np.unique(np.log2(levels).astype(int), return_counts=True)
    return dict(zip(kept.tolist(), counts.tolist(), strict=True))


seen = {factor: bits(factor) for factor in (8, 4, (8, 8), (4, 4))}
print("version: Keras", keras.__version__, "JAX", jax.__version__)
print('guess:   factor is "the number of bits to keep for each channel", an integer: 8 changes nothing, 4 keeps 4 bits')
print("seen:    bits kept, and how many pictures keep them:", seen)
print("here:    cnn/training/augmentation.py draws by itself and does not use Keras's random layers")
right = seen[8, 8] == {8: 2000} and seen[4, 4] == {4: 2000}
sys.exit(0 if right and set(seen[8]) == set(range(1, 8)) and set(seen[4]) == {1, 2, 3} else 1)
PYTHON
