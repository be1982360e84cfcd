#!/usr/bin/env bash
# Keras 3.15.1: with gradient_accumulation_steps, the rate's schedule counts every batch, though `iterations` counts updates.
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

BATCHES, UPDATES = 4, 8


def train(batches: int | None) -> tuple[keras.optimizers.Optimizer, list[float]]:
    """Return the optimiser and the size of each update of a weight whose gradient is always -1."""
    rate = keras.optimizers.schedules.PolynomialDecay(1.0, UPDATES, 0.0)  # 1, 0.875, 0.75 … 0.125
    optimizer = keras.optimizers.SGD(rate, gradient_accumulation_steps=batches)
    weight = keras.Variable(np.zeros(1, np.float32), name="kernel")
    optimizer.build([weight])
    values = [0.0]
    for number in range((batches or 1) * UPDATES):
        optimizer.apply([-keras.ops.ones(1)], [weight])
        if (number + 1) % (batches or 1) == 0:
            values.append(float(np.asarray(weight)[0]))
    return optimizer, np.diff(values).round(3).tolist()


plain, wanted = train(None)
accumulated, seen = train(BATCHES)

print("version: Keras", keras.__version__, "JAX", jax.__version__)
print(f"guess:   {UPDATES} updates, each by the mean gradient of {BATCHES} batches, with the rates of a schedule of",
      f"{UPDATES} steps: {wanted}")
print(f"seen:    {seen}: the schedule ends after {UPDATES} batches, while optimizer.iterations counts",
      f"{int(accumulated.iterations)} updates")
print("here:    cnn/training/trainer.py sets the rate of each step by itself; whoever accumulates there counts updates")
sys.exit(0 if seen == [0.625, 0.125, 0, 0, 0, 0, 0, 0] and int(accumulated.iterations) == UPDATES == len(wanted) else 1)
PYTHON
