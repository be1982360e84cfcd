#!/usr/bin/env bash
# Keras 3.15.1: AugMix in a tf.data pipeline draws its operations once, for all pictures and epochs, and its seed has no part in that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import sys

import keras
import numpy as np
import tensorflow as tf

PICTURES, PIPELINES = 40, 24
ramp = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1).repeat(3, axis=-1)


def unchanged(layer: keras.Layer, in_pipeline: bool) -> int:
    """Return how many of 40 times the layer, which draws one operation or none, leaves the picture as it is."""
    if in_pipeline:
        data = tf.data.Dataset.from_tensors(ramp).repeat(PICTURES).map(lambda picture: layer(picture, training=True))
        after = [np.asarray(picture) for picture in data]
    else:
        after = [np.asarray(layer(ramp, training=True)) for _ in range(PICTURES)]
    return sum(int(np.abs(picture - ramp).max() < 1) for picture in after)


def counts(in_pipeline: bool) -> list[int]:
    layers = (keras.layers.AugMix(num_chains=1, chain_depth=1, seed=3) for _ in range(PIPELINES))
    return sorted(unchanged(layer, in_pipeline) for layer in layers)


direct, pipelines = counts(False), counts(True)
print("version: Keras", keras.__version__, "TensorFlow", tf.__version__)
print('guess:   "safe to use inside a tf.data pipeline": every picture draws its own operation,',
      "and 24 layers with the same seed agree")
print(f"seen:    of {PICTURES} pictures are left as they are, for each of 24 layers with seed 3: called directly {direct};",
      f"in pipelines {pipelines}: in each, all or few")
print("here:    cnn/training/augmentation.py draws by TensorFlow's stateless operations, from a seed of run and step")
mixed = [sum(PICTURES // 4 <= count < PICTURES for count in each) for each in (direct, pipelines)]
sys.exit(0 if mixed[0] >= 12 and mixed[1] == 0 and pipelines.count(PICTURES) > 2 and len(set(direct)) > 1 else 1)
PYTHON
