#!/usr/bin/env bash
# Keras 3.15.1: layers whose factor is a probability, "1.0 means always", leave about half of the pictures as they are at 1.0.
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

pictures = np.random.default_rng(0).uniform(0, 255, (2000, 16, 16, 3)).astype(np.float32)
names = ("RandomErasing", "RandomPerspective", "RandomElasticTransform", "RandomInvert", "RandomGrayscale")


def changed(name: str, factor: float | tuple[float, float]) -> float:
    """Return which share of the pictures the layer changes."""
    layer = getattr(keras.layers, name)(factor=factor, seed=0)
    after = np.asarray(layer(pictures, training=True))
    return round(float((np.abs(after - pictures).max(axis=(1, 2, 3)) > 1).mean()), 2)


one = {name: changed(name, 1.0) for name in names}
pair = {name: changed(name, (1.0, 1.0)) for name in names[:-1]}
print("version: Keras", keras.__version__, "JAX", jax.__version__)
print('guess:   factor=1.0, the default of most, "means erasing is always applied": every picture is changed')
print(f"seen:    share of changed pictures at 1.0: {one}; at (1.0, 1.0): {pair}: a number is the upper end of a range",
      "from 0, from which each picture draws its probability, except for RandomGrayscale")
print("here:    cnn/training/augmentation.py draws by itself: cutout covers a square in every picture")
half = all(0.45 < one[name] < 0.55 for name in names[:-1])
sys.exit(0 if half and one["RandomGrayscale"] == 1 and min(pair.values()) >= 0.99 else 1)
PYTHON
