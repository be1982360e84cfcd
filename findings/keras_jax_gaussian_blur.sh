#!/usr/bin/env bash
# Keras 3.15.1 on JAX: gaussian_blur without data_format takes channels-last pictures for channels first, whatever the setting, and mixes colours.
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


def red_dot(**settings: str) -> dict[str, list[float]]:
    """Return the sums of the colours, and the rows that are not black, of a red dot blurred over 3×3 cells."""
    picture = np.zeros((1, 7, 7, 3), np.float32)
    picture[0, 3, 3, 0] = 1
    after = np.asarray(keras.ops.image.gaussian_blur(picture, (3, 3), (1.0, 1.0), **settings))[0]
    rows = np.flatnonzero(np.abs(after).max(axis=(1, 2)) > 1e-6)
    return {"colours": after.sum(axis=(0, 1)).round(3).tolist(), "rows": rows.tolist()}


setting = keras.config.image_data_format()
default, told = red_dot(), red_dot(data_format=setting)
flat = np.asarray(keras.ops.image.gaussian_blur(np.full((1, 7, 7, 3), 100, np.float32), (3, 3), (1.0, 1.0)))[0, 3, 3]
print("version: Keras", keras.__version__, "JAX", jax.__version__, "image_data_format", setting)
print("guess:   a red dot becomes a red spot on three rows, and 100 stays 100; data_format follows the setting by default")
print("seen:    by default", default, "- a flat area of 100 becomes", flat.round(1).tolist(), f"- with data_format={setting!r}",
      told)
print("here:    cnn/training/augmentation.py does not blur; whoever adds it says the format")
right = setting == "channels_last" and told == {"colours": [1, 0, 0], "rows": [2, 3, 4]}
sys.exit(0 if right and default["rows"] == [3] and default["colours"][1] > 0.1 and flat[0] < 99 else 1)
PYTHON
