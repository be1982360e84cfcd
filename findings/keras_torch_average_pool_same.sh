#!/usr/bin/env bash
# Keras 3.15.1 on PyTorch: average pooling with padding "same" counts edge cells twice where the padding is uneven; on JAX it does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 torch==2.13.0 numpy==2.4.6; } || exit 2
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import json
import os
import subprocess
import sys
from importlib.metadata import version

PROGRAM = """
import json, keras, numpy as np

row = np.array([0, 1, 2, 3], np.float32).reshape(1, 1, 4, 1)
found = {}
for size, stride in ((3, 1), (2, 1), (3, 2), (4, 1)):
    layer = keras.layers.AveragePooling2D((1, size), (1, stride), padding="same")
    found[f"{size} in steps of {stride}"] = keras.ops.convert_to_numpy(layer(row)).ravel().round(3).tolist()
print(json.dumps(found))
"""

seen = {}
for backend in ("jax", "torch"):
    run = [sys.executable, "-c", PROGRAM]
    told = subprocess.run(run, env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True, text=True, check=True)
    seen[backend] = json.loads(told.stdout.splitlines()[-1])
print("version: Keras", version("keras"), "JAX", version("jax"), "PyTorch", version("torch"))
print("guess:   the mean of 0, 1, 2, 3 over windows is the same on both backends, of the cells that there are")
print("seen:   ", seen)
print("here:    cnn/network/layers/pool.py pools without padding, so a .keras file gives the same on both")
unlike = [name for name in seen["jax"] if seen["jax"][name] != seen["torch"][name]]
sys.exit(0 if unlike == ["3 in steps of 2", "4 in steps of 1"] else 1)
PYTHON
