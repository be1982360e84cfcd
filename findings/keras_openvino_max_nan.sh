#!/usr/bin/env bash
# Keras 3.15.1 on OpenVINO: the largest of values among which is NaN is a number, so that a check for NaN passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 openvino==2026.4.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6; } || exit 2
cat > "$folder/try.py" <<'PYTHON'
import json

import keras
import numpy as np
from keras import ops

values = np.array([1, np.nan, 2], np.float32)
ways = {
    "max": ops.max(values),
    "maximum(NaN, 2)": ops.maximum(values[1:2], values[2:]),
    "maximum(2, NaN)": ops.maximum(values[2:], values[1:2]),
    "max_pool": ops.max_pool(values.reshape(1, 3, 1), 3, 1),
    "sum": ops.sum(values),
}
print(json.dumps({name: str(ops.convert_to_numpy(found).ravel()[0]) for name, found in ways.items()}))
PYTHON
for backend in jax openvino; do
    KERAS_BACKEND=$backend "$folder/venv/bin/python" "$folder/try.py" > "$folder/$backend" 2> /dev/null
done
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

jax, openvino = (json.loads(Path(sys.argv[1], name).read_text()) for name in ("jax", "openvino"))
print("version: Keras", version("keras"), "OpenVINO", version("openvino"), "JAX", version("jax"))
print("guess:   as in NumPy, the largest of 1, NaN and 2 is NaN, by each function and on every backend")
print("seen:   ", "; ".join(f"{name}: JAX {jax[name]}, OpenVINO {openvino[name]}" for name in jax))
print("here:    cnn/evaluation/evaluate.py looks for NaN by isfinite, not by the largest value")
drop = ("max", "maximum(2, NaN)", "max_pool")
sys.exit(0 if set(jax.values()) == {"nan"} and all(openvino[name] == "2.0" for name in drop) else 1)
PYTHON
