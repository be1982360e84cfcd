#!/usr/bin/env bash
# Keras 3.15.1: RandomInvert(value_range=(-1, 1)) makes values of 0 to 2 from those of -1 to 1; it subtracts from the upper end only.
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

shares = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 4, 4, 1)
layers = {
    "RandomInvert": lambda ends: keras.layers.RandomInvert(factor=(1.0, 1.0), value_range=ends),
    "Solarization": lambda ends: keras.layers.Solarization(threshold_factor=0.0, value_range=ends),
}


def ends_after(name: str, low: float, high: float) -> tuple[float, float]:
    """Return the smallest and the largest value of a picture that had all values from `low` to `high`."""
    after = np.asarray(layers[name]((low, high))(np.repeat(shares, 3, axis=-1) * (high - low) + low, training=True))
    return float(after.min()), float(after.max())


seen = {name: {ends: ends_after(name, *ends) for ends in ((0, 255), (0, 1), (-1, 1))} for name in layers}
print("version: Keras", keras.__version__, "JAX", jax.__version__)
print("guess:   both turn light into dark, within the value_range that they are told")
print("seen:    smallest and largest value afterwards, by value_range:", seen)
print("here:    cnn/training/augmentation.py changes pixels of 0 to 255, before they are scaled to -1 to 1")
inverted = seen["RandomInvert"]
right = inverted[0, 255] == (0, 255) and inverted[0, 1] == (0, 1) and seen["Solarization"][-1, 1] == (-1, 1)
sys.exit(0 if right and inverted[-1, 1] == (0, 2) else 1)
PYTHON
