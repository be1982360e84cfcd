#!/usr/bin/env bash
# Keras 3.15.1 on JAX: a network that gives NaN only has a top-k accuracy of 1, at k = 1 too; on PyTorch it is 0.
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

labels = np.arange(1000) % 10
found = {}
for kind, value in (("NaN", np.nan), ("zeros", 0)):
    scores = np.full((1000, 10), value, np.float32)
    for k in (1, 5):
        metric = keras.metrics.SparseTopKCategoricalAccuracy(k=k)
        metric.update_state(labels, scores)
        found[f"top {k}, {kind}"] = round(float(metric.result()), 3)
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(labels, scores)
    found[f"accuracy, {kind}"] = round(float(metric.result()), 3)
print(json.dumps(found))
"""

seen = {}
for backend in ("jax", "torch"):
    run = [sys.executable, "-c", PROGRAM]
    told = subprocess.run(run, env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True, text=True, check=True)
    seen[backend] = json.loads(told.stdout.splitlines()[-1])
print("version: Keras", version("keras"), "JAX", version("jax"), "PyTorch", version("torch"))
print("guess:   top-1 is the accuracy, 0.1 for ten classes that are equally frequent if all scores are equal;",
      "a network that has diverged has 0 or 0.1")
print("seen:   ", seen)
print("here:    cnn/evaluation/evaluate.py refuses scores that are not finite; top_k in metrics.py orders equal ones as argmax does")
nan, zeros = (["top 1, " + kind, "top 5, " + kind] for kind in ("NaN", "zeros"))
right = all(seen[backend][name] == 1 for backend in seen for name in zeros)
sys.exit(0 if right and [seen["jax"][name] for name in nan] == [1, 1] and [seen["torch"][name] for name in nan] == [0, 0] else 1)
PYTHON
