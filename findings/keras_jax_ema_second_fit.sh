#!/usr/bin/env bash
# Keras 3.15.1 on JAX: after fit with use_ema=True, training cannot go on: the weights and their averages share memory, and fit refuses.
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

rng = np.random.default_rng(0)
rows, labels = rng.normal(size=(64, 8)).astype(np.float32), rng.integers(0, 3, 64)


def continued(use_ema: bool, copied: bool = False) -> str:
    """Return what a second fit says; `copied`: the weights are set to copies of themselves before it."""
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    optimizer = keras.optimizers.SGD(0.1, use_ema=use_ema)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(rows, labels, verbose=0)
    if copied:
        model.set_weights([np.array(values) for values in model.get_weights()])
    try:
        model.fit(rows, labels, verbose=0)
    except Exception as error:
        return type(error).__name__
    return "trained"


seen = {"with use_ema": continued(True), "without": continued(False), "with use_ema, weights copied between": continued(True, True)}
print("version: Keras", keras.__version__, "JAX", jax.__version__)
print("guess:   a second fit goes on where the first one ended, with a moving average of the weights, too")
print("seen:    the second fit:", seen)
print("here:    cnn/training/trainer.py trains by steps of TensorFlow and keeps no moving average; runs are continued from their files")
sys.exit(0 if seen["with use_ema"] == "TypeError" and list(seen.values())[1:] == ["trained", "trained"] else 1)
PYTHON
